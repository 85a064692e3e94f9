import type { Call, Headers } from '../../protocol/call.js'
import type { QuayRegistry } from '../quay.js'
import { QuayError } from './errors.js'

/** Quay names the version of the API on `/v2/` and where it asks for a login, and nowhere else. */
export const apiVersion = { 'Docker-Distribution-API-Version': 'registry/2.0' } as const

/** Where tokens are issued, as a header: by the configured name of the registry, whatever name the client has used. */
export function challenge(quay: QuayRegistry, call: Call, scope?: string): Headers {
  const { scheme, host } = quay.origin(call)
  const scoped = scope === undefined ? '' : `,scope="${scope}"`
  return {
    'WWW-Authenticate': `Bearer realm="${scheme}://${host}/v2/auth",service="${host}"${scoped}`,
    ...apiVersion,
  }
}

/** The one answer to whoever may not do something, logged in or not, whether the repository exists or not. */
export const unauthorized = (quay: QuayRegistry, call: Call, scope?: string): QuayError =>
  new QuayError(401, 'UNAUTHORIZED', 'access to the requested resource is not authorized', {
    headers: challenge(quay, call, scope),
  })
