import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Query } from '../route/query.js'
import type { Route } from '../route/route.js'
import type { BrokenConnection } from './broken-connection.js'

/** How the client reached us: what a URL that it can use again begins with. */
export interface Origin {
  readonly scheme: 'http' | 'https'
  /** The Host that the client named, such as `localhost:5000`. */
  readonly host: string
}

/** What can be done to a repository. Pushing includes neither pulling nor deleting: each is granted by name. */
export type Action = 'pull' | 'push' | 'delete'

/** What whoever makes a call may do, whatever they have asked for. */
export interface CallerPermissions {
  readonly may: (repository: string, action: Action) => boolean
  /** The first text, from `name` on, that a name which may be pulled can begin with; undefined when there is none. */
  readonly nextReadable: (name: string) => string | undefined
}

/** What a token is good for: a resource and what may be done to it. */
export interface CalledScope {
  readonly type: string
  readonly name: string
  readonly actions: readonly string[]
}

/** Whoever waits for the answer to a call. */
export interface Caller {
  /**
   * Calls `listener` when the reply is sent, the connection is gone, or the client has ended its side: it may read on, but
   * clients that give up do no more than that. The answer takes it away again.
   */
  readonly onEnd: (listener: () => void) => () => void
}

/**
 * One request, as the stages and handlers see it. What is not readonly a stage may put something else in place of, for
 * those behind it: a Quay puts names of one part into its library, and reads a manifest before its handler does.
 */
export interface Call<R extends Route = Route> {
  /** Upper case; HEAD is answered by what answers GET, whose body is then not sent. */
  readonly method: string
  route: R
  query: Query
  headers: IncomingHttpHeaders
  /** The request's body, not yet read. */
  body: AsyncIterable<Buffer>
  readonly origin: Origin
  /** Who waits for the answer; undefined where nobody does. */
  readonly caller?: Caller | undefined
  /** When the request came, by the registry's clock, in milliseconds since 1970. */
  readonly at: number
  /** Who is asking, once the access stage has found out; undefined for nobody. */
  account?: string | undefined
  /** What the token is good for that came with the call or is issued by it, for the event; undefined without one. */
  scopes?: readonly CalledScope[] | undefined
  /** What stages did to the call on purpose to see how the client takes it, for the event. */
  faults?: string[] | undefined
  /** What they may do beside what this call does, once the access stage has found out; undefined for everything. */
  permissions?: CallerPermissions | undefined
}

export type Headers = Readonly<Record<string, string | number | readonly string[]>>

/**
 * What a handler answers. `headers` has Content-Length whenever the body's length is known; HEAD relies on it.
 * A body that is a function is opened when it is sent: not for HEAD, and not when the client is gone.
 */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  /** The upload session that the reply tells of, for stages that tell it in other words. */
  readonly upload?: { readonly id: string; readonly offset: number } | undefined
  readonly body?: Buffer | (() => Buffer | Readable) | undefined
  /** Breaks the connection behind the last byte of `body`, and of the headers for HEAD: the reply may have announced more. */
  readonly breaks?: BrokenConnection['how'] | undefined
}

/** A reply with a JSON body. */
export function jsonReply(status: number, value: unknown, headers: Headers = {}, type = 'application/json'): Reply {
  const body = Buffer.from(JSON.stringify(value))
  return { status, headers: { 'Content-Type': type, 'Content-Length': body.length, ...headers }, body }
}

/** A reply without a body; Content-Length 0 is spelled out where the status allows it (RFC 9110 §8.6). */
export function emptyReply(status: number, headers: Headers = {}): Reply {
  return { status, headers: status === 204 || status === 304 ? headers : { 'Content-Length': 0, ...headers } }
}

/** A step that a call passes on its way to a handler: it answers, refuses by throwing, or lets the next one answer. */
export interface Stage {
  (call: Call, next: () => Reply | Promise<Reply>): Reply | Promise<Reply>
  /**
   * Whether it has anything to do with a call, which goes on to the next stage otherwise. Asked first, because a stage that
   * only lets pass costs a small request a closure. @default always
   */
  readonly concerns?: ((call: Call) => boolean) | undefined
}
