import type { RouteKind } from '../../src/route/route.js'
import type { ErrorCode } from '../../src/protocol/errors.js'

/** Where a request goes, as a rule names it; all that is none of these is matched by `path`. */
export type FaultRoute = Exclude<RouteKind, 'invalid' | 'unknown' | 'page'>

export type FaultMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

type OneOrMore<T> = T | readonly T[]

/** Which requests a rule is about, and how often it is done. What is left out is any. In a pattern `*` stands for any text. */
export interface FaultMatch {
  readonly method?: OneOrMore<FaultMethod> | undefined
  readonly route?: OneOrMore<FaultRoute> | undefined
  /** A pattern of repositories, such as `team/*`. */
  readonly repository?: string | undefined
  /** A pattern of tags and digests, such as `v1.*` or `sha256:*`. */
  readonly reference?: string | undefined
  /**
   * A pattern of usernames: only requests that access has let in for one. `*` is everybody who has logged in. A Quay
   * answers for `/v2/` and the catalog as soon as it knows who asks: there, such a rule is never done.
   */
  readonly account?: string | undefined
  /** A pattern of paths, such as `/api/v1/*`. */
  readonly path?: string | undefined
  /** Which of the requests that it could be done to, counted from 1: one, several, or `'every 3rd'`. */
  readonly nth?: OneOrMore<number> | `every ${number}${'' | 'st' | 'nd' | 'rd' | 'th'}` | undefined
  /** How likely it is done to each, from 0 to 1. @default 1 */
  readonly probability?: number | undefined
  /** What the random choices of the rule follow from. @default the number of the rule */
  readonly seed?: number | undefined
  /** How often it is done at most. @default any number of times, until it is removed */
  readonly times?: number | undefined
  /** The same as `times: 1`. */
  readonly once?: true | undefined
}

/** Seconds; `'date:2'` says them as the date that is then. */
export type RetryAfter = number | `date:${number}`

/** What is done. */
export type Fault =
  | {
      /** The request is not carried out, but answered with an error. */
      readonly fault: 'status'
      readonly status: number
      /** @default what goes with the status */
      readonly code?: ErrorCode | undefined
      readonly message?: string | undefined
      readonly retryAfter?: RetryAfter | undefined
      readonly headers?: Readonly<Record<string, string>> | undefined
    }
  | {
      /** 429 with the headers of Docker Hub: `ratelimit-limit`, `ratelimit-remaining` and `Retry-After`. */
      readonly fault: 'rate-limit'
      /** Requests in a window. @default 100 */
      readonly limit?: number | undefined
      /** In seconds. @default 21600 */
      readonly window?: number | undefined
      /** @default none */
      readonly retryAfter?: RetryAfter | undefined
    }
  | {
      /** The request waits before it is carried out. */
      readonly fault: 'latency'
      /** Milliseconds. */
      readonly ms: number
      /** Up to this many more, chosen at random. @default 0 */
      readonly jitter?: number | undefined
    }
  | {
      /** The body comes or is read slowly. */
      readonly fault: 'slow'
      readonly bytesPerSecond: number
      /** @default 'reply' */
      readonly of?: 'reply' | 'request' | undefined
    }
  | {
      /** The connection is reset (RST), or ended in order (FIN) whatever was announced. */
      readonly fault: 'reset' | 'end'
      /**
       * `before`: the request is not carried out. `unanswered`: it is, but no byte of the reply comes. `after`: behind the
       * last byte of the reply. @default 'before'
       */
      readonly at?: 'before' | 'unanswered' | 'after' | undefined
    }
  | {
      readonly fault: 'reset' | 'end'
      /** `during`: in the body of the reply. `request`: in the body of the request. */
      readonly at: 'during' | 'request'
      /** How many bytes of that body pass before. @default half of the reply's body, none of the request's */
      readonly bytes?: number | undefined
    }
  | {
      /** One byte of the reply's body is flipped. */
      readonly fault: 'corrupt'
      /** Which, counted from 0. @default chosen by the seed */
      readonly offset?: number | undefined
    }
  | {
      /** The reply's Docker-Content-Digest is another one. */
      readonly fault: 'digest-header'
      /** @default the digest of the right one's text */
      readonly digest?: string | undefined
    }
  | {
      /** The reply's Content-Length is off: with more, the client waits for what never comes. */
      readonly fault: 'length-header'
      /** By how many bytes: 1 for one more, -1 for one less. */
      readonly by: number
    }
  | {
      /** 401, as if the token that came had expired. */
      readonly fault: 'expired-token'
    }
  | {
      /** The token that came is said to be for less than the request needs. */
      readonly fault: 'insufficient-scope'
      /** @default 401 */
      readonly status?: 401 | 403 | undefined
    }
  | {
      /** The content is elsewhere. */
      readonly fault: 'redirect'
      /** A URL. @default the same content on another port of this registry, by a signed URL, for GET and HEAD */
      readonly to?: string | undefined
      /** @default 307 */
      readonly status?: 301 | 302 | 303 | 307 | 308 | undefined
    }
  | {
      /** A chunk of an upload (PATCH) is acknowledged and forgotten, or taken twice. */
      readonly fault: 'drop-chunk' | 'double-chunk'
    }
  | {
      /** There is no referrers API: 404, and no `OCI-Subject` for whoever pushes a referrer. */
      readonly fault: 'no-referrers'
    }
  | {
      /** The upload session of the request is gone: 404 BLOB_UPLOAD_UNKNOWN. */
      readonly fault: 'forget-upload'
    }
  | {
      /** No answer, until the client gives up or the registry closes. */
      readonly fault: 'hang'
    }

/** What goes wrong, with which requests, and how often. */
export type FaultRule = FaultMatch & Fault

export type FaultName = Fault['fault']

type FaultOf<F extends FaultName, T = Fault> = T extends { readonly fault: infer N } ? (F extends N ? T : never) : never

/** The rule of one kind of fault. */
export type RuleOf<F extends FaultName> = FaultMatch & FaultOf<F>
