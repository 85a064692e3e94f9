import { RegistryError } from '../protocol/errors.js'
import type { Call, Stage } from '../protocol/call.js'
import type { PasswordCheck } from './accounts.js'

/** What somebody who is not logged in may do. */
export type Anonymous = 'none' | 'pull' | 'push'

/**
 * Basic login (RFC 7617), asked for on every request.
 *
 * `/v2/` is challenged even where pulling needs no login: containers/image learns how to log in nowhere else, and
 * would never send what it has when it pushes.
 */
export function basicAccess(check: PasswordCheck, anonymous: Anonymous): Stage {
  return (call, next) => {
    const header = call.headers.authorization
    // podman 4.3.1 answers a challenge with an empty name and password when it has none.
    if (header !== undefined && header !== nobody) {
      call.account = login(header, check)
    } else if (!isOpen(call, anonymous)) {
      throw unauthorized('log in first: this registry asks for a username and a password')
    }
    return next()
  }
}

const nobody = `Basic ${Buffer.from(':').toString('base64')}`

function login(header: string, check: PasswordCheck): string {
  const credentials = parseBasic(header)
  if (!credentials) throw unauthorized('this registry takes Basic credentials only')
  const { username, password } = credentials
  if (!check(username, password)) throw unauthorized('wrong username or password')
  return username
}

/** Reads `Authorization: Basic`; undefined for another scheme or for what is not base64 of `name:password`. */
export function parseBasic(header: string): { readonly username: string; readonly password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header)?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

function isOpen({ method, route }: Call, anonymous: Anonymous): boolean {
  if (anonymous === 'push') return true
  return anonymous === 'pull' && route.kind !== 'base' && (method === 'GET' || method === 'HEAD')
}

const unauthorized = (message: string): RegistryError =>
  new RegistryError('UNAUTHORIZED', message, {
    headers: { 'WWW-Authenticate': 'Basic realm="start-registry", charset="UTF-8"' },
  })
