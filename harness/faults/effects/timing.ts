import { whenReady } from '../../../src/protocol/awaitable.js'
import { BrokenConnection } from '../../../src/protocol/broken-connection.js'
import type { Waits } from '../waits.js'
import type { Effect } from './effect.js'
import { bodyLength, mapBody, succeeded } from './reply.js'
import { replaceBody } from './request.js'

/** The request waits. A client that gives up has asked for nothing. */
export const latency: Effect<'latency'> = async (call, next, { rule, random, take, world }) => {
  const { ms, jitter = 0 } = rule
  const wait = ms + random() * jitter
  if (!take(jitter === 0 ? undefined : `${Math.round(wait)} ms`)) return next()
  if ((await world.waits.wait(wait, call.caller)) === 'gone') throw new BrokenConnection('end')
  return next()
}

/** No answer comes. */
export const hang: Effect<'hang'> = async (call, next, { take, world }) => {
  if (!take()) return next()
  await world.waits.wait(undefined, call.caller)
  throw new BrokenConnection('end')
}

/** A body comes, or is read, at so many bytes a second. */
export const slow: Effect<'slow'> = (call, next, { rule, take, world }) => {
  const pace = (source: AsyncIterable<Buffer>): AsyncIterable<Buffer> => paced(source, rule.bytesPerSecond, world.waits)
  if (rule.of === 'request') {
    replaceBody(call, 1, take, pace)
    return next()
  }
  return whenReady(next(), (reply) => {
    if (!succeeded(reply) || bodyLength(call, reply) === 0 || !take()) return reply
    return mapBody(reply, pace)
  })
}

// How many pieces are made of what comes in a second: as smooth as a timer is exact.
const piecesPerSecond = 20

async function* paced(
  source: AsyncIterable<Buffer>,
  bytesPerSecond: number,
  waits: Waits,
): AsyncGenerator<Buffer, void> {
  const size = Math.max(1, Math.ceil(bytesPerSecond / piecesPerSecond))
  let due = performance.now()
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += size) {
      // The first goes at once, and takes the headers with it.
      await waits.wait(Math.max(0, due - performance.now()), undefined)
      const piece = chunk.subarray(at, at + size)
      due += (piece.length / bytesPerSecond) * 1000
      yield piece
    }
  }
}
