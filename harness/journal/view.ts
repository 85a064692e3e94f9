import type { Har } from './har.js'
import type { RequestFilter } from './filter.js'
import type { JournaledRequest } from './request.js'

/** How many requests are expected: this many, or at least and at most so many. */
export type RequestCount = number | { readonly atLeast?: number | undefined; readonly atMost?: number | undefined }

export interface WaitOptions {
  /** How long to wait, in milliseconds; Infinity waits as long as the registry runs. @default 5000 */
  readonly timeout?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface StreamOptions {
  /** Only these. @default all */
  readonly filter?: RequestFilter | undefined
  /** Ends the stream when it aborts. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Requests that a registry was sent, the oldest first. A request is here when its reply was sent: whoever has read a
 * reply finds its request.
 */
export interface JournalView {
  /** Only requests with a larger id are here; 0 for all. */
  readonly since: number
  /** Those that fit a filter. @default all @throws TypeError for a filter that is none; so do all of these. */
  readonly requests: (filter?: RequestFilter) => readonly JournaledRequest[]
  /**
   * Those that fit a filter, which there must be.
   * @param count How many; 0 for none. @default at least one
   * @throws AssertionError that says how many there were, and how the nearest others differ; also when there may have
   *   been others that are forgotten.
   */
  readonly expect: (filter: RequestFilter, count?: RequestCount) => readonly JournaledRequest[]
  /**
   * Every request fits one of some filters. One that is answered 5xx, has lost its connection or went to no page must
   * fit one that names its `status`, `aborted`, or where it went, unless a fault has made it so.
   * @throws AssertionError with those that do not.
   */
  readonly expectOnly: (filters: readonly RequestFilter[]) => void
  /**
   * No request was answered 5xx, has lost its connection or went to no page, save what a fault has made so.
   * @param options.allow Those that may all the same. @default none
   * @throws AssertionError with those that did.
   */
  readonly expectNothingUnexpected: (options?: { readonly allow?: readonly RequestFilter[] | undefined }) => void
  /**
   * The first request that fits a filter: one that is here, or else the next that comes. Rejects with an AssertionError
   * that has the nearest others when none comes in time or the registry closes, and with the signal's reason.
   */
  readonly waitFor: (filter: RequestFilter, options?: WaitOptions) => Promise<JournaledRequest>
  /**
   * Those that come from now on, or behind the `since` of the filter, until the registry closes, the signal aborts, or the loop is left. Throws when somebody
   * reads so slowly that some were forgotten.
   */
  readonly stream: (options?: StreamOptions) => AsyncIterableIterator<JournaledRequest>
  /** Those that fit a filter in the format of browsers' tools, HTTP Archive 1.2. @default all */
  readonly har: (filter?: RequestFilter) => Har
  /** Those that come from now on. */
  readonly mark: () => JournalView
  /** Those that fit a filter, as if there were no others: with `{ repository: 'mine/*' }`, what went to some repositories. */
  readonly where: (filter: RequestFilter) => JournalView
}

/** All requests that a registry was sent, up to a limit. */
export interface Journal extends JournalView {
  /** How many requests had to make room for later ones. */
  readonly forgotten: number
  /** Forgets all of them. */
  readonly clear: () => void
}

export interface JournalOptions {
  /** How many requests are kept: the last ones. @default 10000 */
  readonly limit?: number | undefined
  /** Keep the values of Authorization and Cookie headers. @default false: [redacted] */
  readonly credentials?: boolean | undefined
}
