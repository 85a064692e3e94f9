import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Call, Reply, Stage } from '../protocol/call.js'
import { parseTarget } from '../route/route.js'
import { announcesBody, RequestBody } from './body.js'
import type { RequestEvent, RequestListener } from './event.js'
import { renderError } from './render.js'
import { send } from './send.js'

export interface HandleOptions {
  /** What each call passes, outermost first; the last one answers. */
  readonly stages: readonly Stage[]
  readonly clock: () => number
  readonly listeners: ReadonlySet<RequestListener>
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse, expectsContinue?: boolean) => void

/** Makes the function that every request goes through, from node's request to node's response. */
export function requestHandler({ stages, clock, listeners }: HandleOptions): RequestHandler {
  const run = stages.reduceRight<(call: Call) => Reply | Promise<Reply>>(
    (next, stage) => (call) => stage(call, () => next(call)),
    () => {
      throw new Error('no stage answered')
    },
  )
  return (request, response, expectsContinue = false) => {
    let bodyAwaited = !expectsContinue || !announcesBody(request)
    // A client that asks first is told to go on when somebody reads, so that a refusal costs it no upload.
    const tellToGoOn = (): void => {
      if (!bodyAwaited) response.writeContinue()
      bodyAwaited = true
    }
    const call = readCall(request, clock(), expectsContinue ? tellToGoOn : undefined)
    const outcome: Outcome = { reply: undefined, body: undefined, error: undefined }
    if (listeners.size > 0) tellWhenDone(listeners, call, request, response, outcome)
    const succeed = (reply: Reply): void => {
      try {
        finish(reply)
      } catch (error) {
        fail(error)
      }
    }
    const fail = (error: unknown): void => {
      const reply = renderError(error)
      if (reply.status >= 500) outcome.error = error
      // A second failure has nothing left to say; nor has one that comes when the reply is on its way.
      if (response.headersSent || outcome.reply === reply) response.destroy()
      else finish(reply)
    }
    const finish = (reply: Reply): void => {
      outcome.body = call.method === 'HEAD' ? undefined : openBody(reply)
      outcome.reply = reply
      // The client may send the body it announced or not: only a new connection tells the next request from it.
      if (!bodyAwaited) response.setHeader('Connection', 'close')
      send(request, response, { status: reply.status, headers: reply.headers, body: outcome.body })
    }
    // A reply that is there at once is sent at once: small requests are a tenth quicker without a promise.
    try {
      const reply = run(call)
      if (reply instanceof Promise) void reply.then(succeed, fail)
      else finish(reply)
    } catch (error) {
      fail(error)
    }
  }
}

const openBody = ({ body }: Reply): Buffer | Readable | undefined => (typeof body === 'function' ? body() : body)

interface Outcome {
  reply: Reply | undefined
  body: Buffer | Readable | undefined
  error: unknown
}

function readCall(request: IncomingMessage, at: number, beforeBody: (() => void) | undefined): Call {
  const { route, query } = parseTarget(request.url as string)
  const { headers, method } = request
  return {
    method: method as string,
    route,
    query,
    headers,
    body: new RequestBody(request, beforeBody),
    origin: { scheme: (request.socket as TLSSocket).encrypted ? 'https' : 'http', host: headers.host ?? '' },
    at,
    account: undefined,
  }
}

function tellWhenDone(
  listeners: ReadonlySet<RequestListener>,
  call: Call,
  request: IncomingMessage,
  response: ServerResponse,
  outcome: Outcome,
): void {
  const began = performance.now()
  response.once('close', () => {
    const event = describe(call, request, response, outcome, performance.now() - began)
    for (const listener of listeners) listener(event)
  })
}

function describe(
  call: Call,
  request: IncomingMessage,
  response: ServerResponse,
  { reply, error }: Outcome,
  ms: number,
): RequestEvent {
  const sent = call.method === 'HEAD' ? 0 : Number(reply?.headers['Content-Length'] ?? 0)
  return {
    at: call.at,
    ms,
    method: call.method,
    target: request.url as string,
    route: call.route,
    scheme: call.origin.scheme,
    rawHeaders: request.rawHeaders,
    status: reply?.status ?? 0,
    bytes: sent,
    account: call.account,
    aborted: !response.writableFinished,
    error,
  }
}
