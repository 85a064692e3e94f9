import { createHash } from 'node:crypto'
import { whenReady } from '../../../src/protocol/awaitable.js'
import type { Effect } from './effect.js'
import { bodyLength, mapBody, succeeded, withHeaders } from './reply.js'

/** One byte of the body is flipped. */
export const corrupt: Effect<'corrupt'> = (call, next, { rule, random, take }) =>
  whenReady(next(), (reply) => {
    const length = bodyLength(call, reply) ?? 0
    const offset = rule.offset ?? Math.floor(random() * length)
    if (!succeeded(reply) || offset >= length) return reply
    if (!take(rule.offset === undefined ? `byte ${offset}` : undefined)) return reply
    return mapBody(reply, (source) => flipped(source, offset))
  })

async function* flipped(source: AsyncIterable<Buffer>, offset: number): AsyncGenerator<Buffer, void> {
  let left = offset
  for await (const chunk of source) {
    if (left >= 0 && left < chunk.length) {
      // The store may serve the same bytes to others.
      const copy = Buffer.from(chunk)
      copy[left] = (copy[left] as number) ^ 0xff
      yield copy
    } else yield chunk
    left -= chunk.length
  }
}

/** The digest that the reply tells is another one. */
export const digestHeader: Effect<'digest-header'> = (_call, next, { rule, take }) =>
  whenReady(next(), (reply) => {
    const right = reply.headers['Docker-Content-Digest']
    if (right === undefined || !succeeded(reply) || !take()) return reply
    const digest = rule.digest ?? `sha256:${createHash('sha256').update(String(right)).digest('hex')}`
    return withHeaders(reply, { 'Docker-Content-Digest': digest })
  })

/** The length that the reply tells is another one. */
export const lengthHeader: Effect<'length-header'> = (_call, next, { rule, take }) =>
  whenReady(next(), (reply) => {
    const length = Number(reply.headers['Content-Length']) + rule.by
    if (!(length >= 0) || !succeeded(reply) || !take()) return reply
    return withHeaders(reply, { 'Content-Length': length })
  })
