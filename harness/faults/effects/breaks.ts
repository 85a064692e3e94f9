import { whenReady } from '../../../src/protocol/awaitable.js'
import { BrokenConnection } from '../../../src/protocol/broken-connection.js'
import type { Reply } from '../../../src/protocol/call.js'
import type { Chance, Effect, Next } from './effect.js'
import { bodyLength, firstBytes, mapBody, succeeded } from './reply.js'
import { replaceBody } from './request.js'

type Breaking = Chance<'reset' | 'end'>

/** The connection breaks: reset or ended, by the rule's fault. */
export const breaks: Effect<'reset' | 'end'> = (call, next, chance) => {
  const { rule, take } = chance
  const broken = new BrokenConnection(rule.fault)
  switch (rule.at) {
    case 'request': {
      const { bytes = 0 } = rule
      replaceBody(call, Math.max(1, bytes), take, (source) => upTo(source, bytes, broken))
      return next()
    }
    case 'during':
      return whenReady(next(), (reply) => during(reply, bodyLength(call, reply), rule.bytes, chance))
    case 'after':
      return afterwards(next, (reply) => (take() ? { ...reply, breaks: rule.fault } : reply))
    case 'unanswered':
      return afterwards(next, (reply) => {
        if (take()) throw broken
        return reply
      })
    default:
      if (!take()) return next()
      throw broken
  }
}

const afterwards = (next: Next, change: (reply: Reply) => Reply) =>
  whenReady(next(), (reply) => (succeeded(reply) ? change(reply) : reply))

function during(reply: Reply, length: number | undefined, given: number | undefined, { rule, take }: Breaking): Reply {
  // One whose length nobody knows may have as many.
  const bytes = given ?? Math.floor((length ?? 0) / 2)
  if (!succeeded(reply) || length === 0 || bytes > (length ?? Infinity)) return reply
  if (!take(given === undefined ? `${bytes} bytes` : undefined)) return reply
  return { ...mapBody(reply, (source) => firstBytes(source, bytes)), breaks: rule.fault }
}

// What whoever reads a body gets before it breaks.
async function* upTo(
  source: AsyncIterable<Buffer>,
  bytes: number,
  broken: BrokenConnection,
): AsyncGenerator<Buffer, void> {
  let read = 0
  if (bytes > 0) {
    for await (const chunk of firstBytes(source, bytes)) {
      read += chunk.length
      yield chunk
    }
  }
  // A body that nobody announced the length of may be over before.
  if (read === bytes) throw broken
}
