import type { QuayVersion } from '../../profiles/quay.js'
import { defaultTables } from '../artifact-types/default-tables.js'
import { advice } from './advice.js'
import { ConfigError, type ConfigWarning, type Position } from './config-error.js'
import { converters, UnfitValue } from './convert.js'
import { whyWithoutEffect } from './effect.js'
import { fieldNames, fields, type FieldName, type QuayConfig } from './fields.js'
import { strangers } from './strangers.js'

/** A configuration as it was read, with what somebody should know about it. */
export interface ReadConfig {
  readonly config: QuayConfig
  readonly warnings: readonly ConfigWarning[]
}

/** A field's name, or what it is given. */
export type Part = 'key' | 'value'

/** Where the parts of a configuration stand, for one that came as text. */
export type Locate = (path: readonly (string | number)[], part: Part) => Position | undefined

type Raw = Readonly<Record<string, unknown>>

/**
 * Makes a configuration from an object with config.yaml's fields. Fields that are missing, or have no effect in the
 * version, have Quay's defaults; unknown fields in upper case are passed over, as Quay does with those in lower case.
 * @throws ConfigError when a field has a value of a wrong type
 */
export const configOf = (object: Raw, version: QuayVersion): ReadConfig =>
  locatedConfig(object, version, () => undefined)

/** The same for an object that was read from text. */
export function locatedConfig(object: Raw, version: QuayVersion, locate: Locate): ReadConfig {
  const warnings: ConfigWarning[] = []
  const values: Record<string, unknown> = {}
  for (const name of fieldNames) {
    const warn = (message: string): void => void warnings.push({ message, line: locate([name], 'key')?.line })
    const plain = defaultOf(name, version)
    const given = Object.hasOwn(object, name) && object[name] !== undefined ? object[name] : undefined
    const value = given === undefined ? plain : valueOf(name, given, plain, locate, warn)
    values[name] = deepFrozen(inEffect(name, value, plain, given !== undefined, version, warn))
  }
  const config = Object.freeze(values) as unknown as QuayConfig
  for (const { name, message } of [...strangers(object), ...advice(config, object, version)]) {
    warnings.push({ message, line: locate([name], 'key')?.line })
  }
  return Object.freeze({ config, warnings })
}

function defaultOf(name: FieldName, version: QuayVersion): unknown {
  if (name === 'ALLOWED_OCI_ARTIFACT_TYPES') return defaultTables[version]
  const { type, default: raw } = fields[name]
  return raw === null ? undefined : converters[type](raw, name, () => undefined)
}

function valueOf(
  name: FieldName,
  given: unknown,
  plain: unknown,
  locate: Locate,
  warn: (message: string) => void,
): unknown {
  const { type } = fields[name]
  if (given === null && type !== 'artifactTypes') {
    if (name.startsWith('FEATURE_')) {
      warn(`${name} is empty, which Quay takes as false`)
      return false
    }
    warn(`${name} is empty: its default is taken`)
    return plain
  }
  try {
    return converters[type](given, name, warn)
  } catch (error) {
    if (!(error instanceof UnfitValue)) throw error
    throw new ConfigError(`${name} ${error.message}`, locate([name, ...error.path], 'value'))
  }
}

function inEffect(
  name: FieldName,
  value: unknown,
  plain: unknown,
  given: boolean,
  version: QuayVersion,
  warn: (message: string) => void,
): unknown {
  if (!given) return value
  const { deprecated } = fields[name]
  if (deprecated !== undefined) warn(`${name} is deprecated: ${deprecated}`)
  const reason = whyWithoutEffect(fields[name], version)
  if (reason === undefined) return value
  if (JSON.stringify(value) !== JSON.stringify(plain)) {
    warn(`${name} has no effect in Quay ${version}: ${reason}`)
  }
  return plain
}

function deepFrozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(deepFrozen))
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, deepFrozen(entry)])))
}
