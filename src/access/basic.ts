import { RegistryError } from '../protocol/errors.js'
import { whenReady, type Awaitable } from '../protocol/awaitable.js'
import type { PasswordCheck } from './accounts.js'

/** A name and a password, as a client sends them. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** The challenge that asks for a name and a password with each request (RFC 7617). */
export const basicChallenge = 'Basic realm="start-registry", charset="UTF-8"'

/**
 * Who sends an Authorization header of Basic credentials.
 * @returns The account, or undefined for nobody: podman 4.3.1 answers a challenge with an empty name and password when
 *   it has none.
 * @throws RegistryError UNAUTHORIZED with `challenge` for another scheme and for wrong credentials.
 */
export function basicLogin(header: string, check: PasswordCheck, challenge: string): Awaitable<string | undefined> {
  if (header === nobody) return undefined
  const credentials = parseBasic(header)
  if (!credentials) throw unauthorized('this registry takes no credentials of this kind', challenge)
  return whenReady(check(credentials.username, credentials.password), (right) => {
    if (!right) throw unauthorized('wrong username or password', challenge)
    return credentials.username
  })
}

const nobody = `Basic ${Buffer.from(':').toString('base64')}`

/** Reads `Authorization: Basic`; undefined for another scheme or for what is not base64 of `name:password`. */
export function parseBasic(header: string): Credentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header)?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** A 401 with the challenge that says how to do better. */
export const unauthorized = (message: string, challenge: string): RegistryError =>
  new RegistryError('UNAUTHORIZED', message, { headers: { 'WWW-Authenticate': challenge } })
