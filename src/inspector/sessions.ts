import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Call } from '../protocol/call.js'

/** How long somebody stays logged in, in milliseconds by the registry's clock. */
const lifetime = 12 * 3_600_000
const most = 1000

/** Somebody who has logged in with a browser. */
export interface Session {
  readonly id: string
  readonly account: string
  /** In milliseconds since 1970. */
  readonly expires: number
}

/** Who has logged in, and which forms are ours. All of it is forgotten when the registry closes. */
export class Sessions {
  // Cookies do not tell ports apart: registries on one host would take each other's for their own.
  readonly #cookie = `start-registry-${randomBytes(6).toString('hex')}`
  readonly #key = randomBytes(32)
  readonly #sessions = new Map<string, Session>()

  /** The session of a call; undefined for none, or one that is over. */
  of({ headers, at }: Pick<Call, 'headers' | 'at'>): Session | undefined {
    const id = new RegExp(`(?:^|;\\s*)${this.#cookie}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1]
    const session = id === undefined ? undefined : this.#sessions.get(keyOf(id))
    if (!session || at < session.expires) return session
    this.#sessions.delete(keyOf(session.id))
    return undefined
  }

  /** Begins a session, with another id than any before. @returns The header that gives it to the browser. */
  begin(account: string, { at, origin }: Pick<Call, 'at' | 'origin'>): string {
    const id = randomBytes(32).toString('base64url')
    if (this.#sessions.size === most) this.#sessions.delete(this.#sessions.keys().next().value as string)
    this.#sessions.set(keyOf(id), { id, account, expires: at + lifetime })
    return `${this.#cookie}=${id}; ${attributes(origin.scheme)}`
  }

  /** Ends a session. @returns The header that takes it from the browser. */
  end(session: Session | undefined, { origin }: Pick<Call, 'origin'>): string {
    if (session) this.#sessions.delete(keyOf(session.id))
    return `${this.#cookie}=; Max-Age=0; ${attributes(origin.scheme)}`
  }

  /** What a form that changes something must bring: it follows from the session, and nobody else can know it. */
  token(session: Session | undefined): string {
    return createHmac('sha256', this.#key)
      .update(`form ${session?.id ?? ''}`)
      .digest('base64url')
  }

  /** Whether a form brought its token. */
  isToken(text: string, session: Session | undefined): boolean {
    const [given, right] = [text, this.token(session)].map((one) => createHash('sha256').update(one).digest())
    return timingSafeEqual(given as Buffer, right as Buffer)
  }
}

// Looking an id up tells by its time how much of it was right; of its digest that is no help.
const keyOf = (id: string): string => createHash('sha256').update(id).digest('hex')

const attributes = (scheme: 'http' | 'https'): string =>
  `Path=/; HttpOnly; SameSite=Strict${scheme === 'https' ? '; Secure' : ''}`
