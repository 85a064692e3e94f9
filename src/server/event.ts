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
  readonly status: number
  /** Bytes of the reply's body, as its headers announce them. */
  readonly bytes: number
  readonly account: string | undefined
  /** Whether the connection went away before the reply was sent. */
  readonly aborted: boolean
  /** What went wrong inside, for a status of 500 and above. */
  readonly error: unknown
}

export type RequestListener = (event: RequestEvent) => void
