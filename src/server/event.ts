import type { Headers } from '../protocol/call.js'
import type { Route } from '../route/route.js'

/** What is known of a request when it has ended: the log, the journal and the page are made from these alone. */
export interface RequestEvent {
  /** When it came, by the registry's clock, in milliseconds since 1970. */
  readonly at: number
  /** How long it took, in milliseconds, by the machine's clock. */
  readonly ms: number
  readonly method: string
  /** The request target as it was sent: path and query. */
  readonly target: string
  readonly route: Route
  readonly scheme: 'http' | 'https'
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[]
  /** Bytes of the request's body that were read; what was sent behind a refusal is thrown away unread. */
  readonly received: number
  /** 0 when the connection went away before there was a reply. */
  readonly status: number
  /** As the handler answered them, without those that every reply has. */
  readonly replyHeaders: Headers
  /** Bytes of the reply's body, as its headers announce them. */
  readonly bytes: number
  readonly account: string | undefined
  /** What the token was good for, or the one that was issued is, each as `repository:team/app:pull,push`; undefined without one. */
  readonly scopes: readonly string[] | undefined
  /** What was done to the request on purpose, in the words of whoever did it. */
  readonly faults: readonly string[]
  /** Whether the connection went away before the reply was sent. */
  readonly aborted: boolean
  /** What went wrong inside, for a status of 500 and above, or 424. */
  readonly error: unknown
}

export type RequestListener = (event: RequestEvent) => void
