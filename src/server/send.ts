import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { pipeline as pipelineUntilEnd } from 'node:stream/promises'
import { BrokenConnection } from '../protocol/broken-connection.js'
import type { Headers, Reply } from '../protocol/call.js'
import { announcesBody } from './body.js'
import { breakConnection } from './break.js'

// node joins a text with the headers into one write, but not a buffer: for small bodies the copy is the cheaper part.
const joinedUpTo = 8 << 10

// How much of a refused body is read, and for how long, before its connection is broken.
const drainBytes = 64 << 20
const drainTime = 10_000

/**
 * Sends a reply over node's response.
 *
 * A refusal may come while the client is still sending. It is written at once, but the connection stays open until the
 * body was read (within bounds): closing it earlier resets it, and the client sees a broken pipe instead of the reason.
 */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, breaks }: Reply,
  reason: string,
  body: Buffer | Readable | undefined,
  commonHeaders: readonly string[],
): void {
  if (!response.destroyed) {
    // Nobody can tell where the next request begins when a body was left in the middle.
    if (!request.complete && request.destroyed) response.shouldKeepAlive = false
    // node keeps the words of a status that was set before.
    response.writeHead(status, reason, headerList(commonHeaders, headers))
  }
  if (breaks) {
    sendAndBreak(request, response, body, breaks)
  } else if (body !== undefined && !Buffer.isBuffer(body)) {
    // A stream that fails leaves a reply that is shorter than it said: breaking the connection is the only way to tell.
    // Heard before the pipeline, which would end the connection in order.
    body.once('error', (error) => {
      if (error instanceof BrokenConnection) breakConnection(request.socket, error.how)
    })
    pipeline(body, response, (error) => {
      if (error) response.destroy(error)
    })
  } else if (!isStillSending(request) || response.getHeader('connection') === 'close') {
    if (body !== undefined && body.length <= joinedUpTo) response.end(body.toString('latin1'), 'latin1')
    else response.end(body)
  } else {
    if (body) response.write(body)
    else response.flushHeaders()
    drain(request, () => response.end())
  }
}

// How long a client has to read what came before a reset, in milliseconds: nobody tells a process what of its bytes has
// arrived, a reset throws away what has not, and one that finds a reset behind its first read takes it for an end (libuv).
const settleTime = 20
// Bytes that even a busy client reads in a millisecond, and the most that two sockets hold.
const leastSpeed = 50_000
const mostOnItsWay = 10 << 20

// The reply is not ended: what comes behind its last byte is the break.
function sendAndBreak(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer | Readable | undefined,
  how: BrokenConnection['how'],
): void {
  const { socket } = request
  const before = socket.bytesWritten
  const breakNow = (): void => {
    if (!socket.destroyed) breakConnection(socket, how)
  }
  // An empty write is done when all before it are, under TLS too.
  const written = (): void =>
    void socket.write('', () => {
      if (how === 'end') return breakNow()
      const onItsWay = Math.min(socket.bytesWritten - before, mostOnItsWay)
      // A client in this process reads in the turn that follows.
      setTimeout(() => setImmediate(breakNow), settleTime + onItsWay / leastSpeed).unref()
      // The next request is nobody's any more. node takes a pause back while it is not done with this one.
      setImmediate(() => socket.pause())
    })
  // There may be no byte of body to send them with.
  response.flushHeaders()
  if (body !== undefined && !Buffer.isBuffer(body)) {
    pipelineUntilEnd(body, response, { end: false }).then(written, breakNow)
  } else {
    if (body) response.write(body)
    written()
  }
}

// A request without a body is complete only after the reply that is given at once.
const isStillSending = (request: IncomingMessage): boolean =>
  !request.complete && !request.destroyed && announcesBody(request)

// Names and values in turn: the form that node writes without looking at each name again.
function headerList(commonHeaders: readonly string[], headers: Headers): string[] {
  // Not spread: to copy it so is several times as slow.
  const list: unknown[] = commonHeaders.slice()
  for (const name in headers) list.push(name, headers[name])
  return list as string[]
}

function drain(request: IncomingMessage, done: () => void): void {
  let left = drainBytes
  const timer = setTimeout(() => request.destroy(), drainTime).unref()
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) request.destroy()
  })
  const finish = (): void => {
    clearTimeout(timer)
    done()
  }
  request.once('end', finish)
  request.once('close', finish)
  request.once('error', finish)
  request.resume()
}
