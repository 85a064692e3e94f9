import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Call, Headers } from '../../protocol/call.js'
import type { Directory } from '../directory/directory.js'

/** What a browser's cookie says. It is signed, so that nothing of it has to be remembered. */
export interface Session {
  /** What calls that change something must repeat. */
  readonly csrf: string
  /** Who has signed in, and their id at that time: another password gives them another, and ends the session. */
  readonly username?: string | undefined
  readonly uuid?: string | undefined
  /** When they signed in, in milliseconds since 1970. */
  readonly login?: number | undefined
}

/** The cookie's name, which is Quay's. */
export const sessionCookie = '_csrf_token'

/** The session of a call; undefined for one without a cookie of ours. */
export function readSession({ headers }: Pick<Call, 'headers'>, directory: Directory): Session | undefined {
  const value = new RegExp(`(?:^|;\\s*)${sessionCookie}=([\\w.-]+)`).exec(headers.cookie ?? '')?.[1]
  const [text = '', signature = ''] = value?.split('.') ?? []
  const right = sign(text, directory)
  const sent = Buffer.from(signature, 'base64url')
  if (value === undefined || sent.length !== right.length || !timingSafeEqual(sent, right)) return undefined
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as Session
}

/** A new session, of nobody or of somebody who has just signed in. */
export const newSession = (directory: Directory, signedIn: Omit<Session, 'csrf'> = {}): Session => ({
  csrf: directory.random(48).toString('base64'),
  ...signedIn,
})

/** The header that gives a browser a session. */
export function sessionHeaders(session: Session, directory: Directory): Headers {
  const text = Buffer.from(JSON.stringify(session)).toString('base64url')
  const value = `${text}.${sign(text, directory).toString('base64url')}`
  return { 'Set-Cookie': `${sessionCookie}=${value}; HttpOnly; Path=/; SameSite=Lax` }
}

const sign = (text: string, directory: Directory): Buffer =>
  createHmac('sha256', directory.key).update(`session ${text}`).digest()
