import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { formatScope } from '../access/scope.js'
import { BrokenConnection } from '../protocol/broken-connection.js'
import type { Call, Caller, Reply, Stage } from '../protocol/call.js'
import { parseTarget } from '../route/route.js'
import { announcesBody, RequestBody } from './body.js'
import { breakConnection } from './break.js'
import type { RequestEvent, RequestListener } from './event.js'
import { send } from './send.js'

export interface HandleOptions {
  /** What each call passes, outermost first; the last one answers. */
  readonly stages: readonly Stage[]
  readonly clock: () => number
  /** An error as the reply that tells it. */
  readonly render: (error: unknown, call: Call) => Reply
  /** The words behind a status on the first line of a reply, which some clients print. */
  readonly reason: (status: number) => string
  /** What every reply has. */
  readonly commonHeaders: readonly string[]
  readonly listeners: ReadonlySet<RequestListener>
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse, expectsContinue?: boolean) => void

/** Makes the function that every request goes through, from node's request to node's response. */
export function requestHandler(options: HandleOptions): RequestHandler {
  const { listeners } = options
  const run = inOrder(options.stages)
  return (request, response, expectsContinue = false) => {
    const exchange = new Exchange(request, response, expectsContinue, options)
    if (listeners.size > 0) tellWhenDone(listeners, exchange)
    exchange.answer(run)
  }
}

/** Stages as one function: each lets the next one answer. */
export const inOrder = (stages: readonly Stage[]): Run =>
  stages.reduceRight<Run>(
    (next, stage) => {
      const { concerns } = stage
      if (!concerns) return (call) => stage(call, () => next(call))
      return (call) => (concerns(call) ? stage(call, () => next(call)) : next(call))
    },
    () => {
      throw new Error('no stage answered')
    },
  )

type Run = (call: Call) => Reply | Promise<Reply>

/** One request and what becomes of it. An object in place of closures: a small request is a tenth quicker so. */
class Exchange implements Caller {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly call: Call
  reply: Reply | undefined
  /** What failed inside. */
  error: unknown
  readonly body: RequestBody
  readonly #options: HandleOptions
  #bodyAwaited: boolean

  constructor(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean, options: HandleOptions) {
    this.request = request
    this.response = response
    this.#options = options
    this.#bodyAwaited = !expectsContinue || !announcesBody(request)
    // A client that asks first is told to go on when somebody reads, so that a refusal costs it no upload.
    this.body = new RequestBody(request, expectsContinue ? () => this.#tellToGoOn() : undefined)
    this.call = readCall(request, this.body, this, options.clock())
  }

  /** Has the call answered and sends the reply. One that is there at once is sent at once, without a promise. */
  answer(run: Run): void {
    try {
      const reply = run(this.call)
      if (reply instanceof Promise) void this.#answerLater(reply)
      else this.#finish(reply)
    } catch (error) {
      this.#fail(error)
    }
  }

  onEnd(listener: () => void): () => void {
    const { socket } = this.request
    if (this.response.destroyed || socket.readableEnded) listener()
    this.response.once('close', listener)
    socket.once('end', listener)
    return () => {
      this.response.off('close', listener)
      socket.off('end', listener)
    }
  }

  async #answerLater(reply: Promise<Reply>): Promise<void> {
    try {
      this.#finish(await reply)
    } catch (error) {
      this.#fail(error)
    }
  }

  #tellToGoOn(): void {
    if (!this.#bodyAwaited) this.response.writeContinue()
    this.#bodyAwaited = true
  }

  #fail(error: unknown): void {
    if (error instanceof BrokenConnection) return breakConnection(this.request.socket, error.how)
    const reply = this.#options.render(error, this.call)
    if (reply.status >= 500 || reply.status === failedDependency) this.error = error
    // One that comes when the reply is on its way cannot be told any more, nor can a second one.
    if (this.response.headersSent) this.response.destroy()
    else {
      try {
        this.#finish(reply)
      } catch (second) {
        this.error = second
        this.response.destroy()
      }
    }
  }

  #finish(reply: Reply): void {
    const body = this.call.method === 'HEAD' ? undefined : openBody(reply)
    this.reply = reply
    // The client may send the body it announced or not: only a new connection tells the next request from it.
    if (!this.#bodyAwaited) this.response.setHeader('Connection', 'close')
    const { reason, commonHeaders } = this.#options
    send(this.request, this.response, reply, reason(reply.status), body, commonHeaders)
  }
}

// RFC 4918 §11.4: it is not the client's doing, though a status below 500 says so.
const failedDependency = 424

const openBody = ({ body }: Reply): Buffer | Readable | undefined => (typeof body === 'function' ? body() : body)

function readCall(request: IncomingMessage, body: RequestBody, caller: Caller, at: number): Call {
  const { route, query } = parseTarget(request.url as string)
  const { headers, method } = request
  return {
    method: method as string,
    route,
    query,
    headers,
    body,
    origin: { scheme: (request.socket as TLSSocket).encrypted ? 'https' : 'http', host: headers.host ?? '' },
    caller,
    at,
    account: undefined,
    scopes: undefined,
    faults: undefined,
  }
}

function tellWhenDone(listeners: ReadonlySet<RequestListener>, exchange: Exchange): void {
  const began = performance.now()
  exchange.response.once('close', () => {
    const event = describe(exchange, performance.now() - began)
    for (const listener of listeners) listener(event)
  })
}

function describe({ call, body, request, response, reply, error }: Exchange, ms: number): RequestEvent {
  const sent = call.method === 'HEAD' ? 0 : Number(reply?.headers['Content-Length'] ?? 0)
  return {
    at: call.at,
    ms,
    method: call.method,
    target: request.url as string,
    route: call.route,
    scheme: call.origin.scheme,
    rawHeaders: request.rawHeaders,
    received: body.received,
    status: reply?.status ?? 0,
    replyHeaders: reply?.headers ?? {},
    bytes: sent,
    account: call.account,
    scopes: call.scopes?.map(formatScope),
    faults: call.faults ?? [],
    aborted: !response.writableFinished,
    error,
  }
}
