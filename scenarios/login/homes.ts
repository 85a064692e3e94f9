import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from '../../harness/index.js'
import type { Over } from '../compatibility/record.js'

/** A home in which each client looks for its logins where it does when nobody says otherwise, and finds none. */
export function homeWithoutLogins(registry: Registry): Record<string, string> {
  const { HELM_REGISTRY_CONFIG: helm, REGISTRY_AUTH_FILE: containers, ...env } = registry.env()
  for (const file of [helm, containers]) if (file !== undefined) rmSync(file, { force: true })
  // The home's own has the CA in it as well; this one is not there yet.
  return { ...env, REGCTL_CONFIG: join(env['HOME'] ?? '', 'regctl.json') }
}

/** Whether a client talks to a registry as it is meant to: helm 3.8.2 speaks http to 127.0.0.1, whatever is there. */
export const reaches = (id: string, registry: Registry): boolean =>
  (id === 'helm@3.8.2') === (schemeOf(registry) === 'http')

export const schemeOf = ({ url }: Registry): 'http' | 'https' => (url.startsWith('https:') ? 'https' : 'http')

export const overOf = (registry: Registry): Over => `${schemeOf(registry)}, login`
