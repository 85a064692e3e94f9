import { Readable } from 'node:stream'
import type { Call, Headers, Reply } from '../../../src/protocol/call.js'

/** A reply with some headers in place of those of the same name, however that is spelled. */
export function withHeaders(reply: Reply, more: Headers): Reply {
  const names = new Set(Object.keys(more).map((name) => name.toLowerCase()))
  const kept = Object.entries(reply.headers).filter(([name]) => !names.has(name.toLowerCase()))
  return { ...reply, headers: { ...Object.fromEntries(kept), ...more } }
}

/** How many bytes of body a reply will send; undefined when nobody knows before. */
export function bodyLength({ method }: Call, { body, headers }: Reply): number | undefined {
  if (method === 'HEAD' || body === undefined) return 0
  if (Buffer.isBuffer(body)) return body.length
  return headers['Content-Length'] === undefined ? undefined : Number(headers['Content-Length'])
}

/** Whether a reply tells of success: faults of content are of no use to what is refused anyway. */
export const succeeded = ({ status }: Reply): boolean => status < 400

/** A reply whose body passes through a function when it is sent. */
export function mapBody(reply: Reply, map: (source: AsyncIterable<Buffer>) => AsyncIterable<Buffer>): Reply {
  const { body } = reply
  if (body === undefined) return reply
  return { ...reply, body: () => Readable.from(map(open(body)), { objectMode: false }) }
}

function open(body: NonNullable<Reply['body']>): AsyncIterable<Buffer> {
  const opened = typeof body === 'function' ? body() : body
  return Buffer.isBuffer(opened) ? Readable.from([opened]) : opened
}

/** The first bytes of a body: as many, or all that there are. */
export async function* firstBytes(source: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer, void> {
  let left = count
  if (left === 0) return
  for await (const chunk of source) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}
