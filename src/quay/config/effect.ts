import type { QuayVersion } from '../../profiles/quay.js'
import type { Field } from './fields/field.js'

/** Why a field has no effect in a version of Quay, or undefined when it has. */
export function whyWithoutEffect(field: Field, version: QuayVersion): string | undefined {
  if (field.since === 'later') return 'it came with a later version than those that are played'
  if (field.since !== undefined && minor(field.since) > minor(version)) return `it came with ${field.since}`
  const [until, reason] = field.until ?? []
  if (until !== undefined && minor(until) < minor(version)) return reason
  return undefined
}

const minor = (version: string): number => Number(version.split('.')[1])
