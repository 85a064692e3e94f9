import type { Call } from '../../protocol/call.js'
import { QuayError } from './errors.js'

/** What a chunk says of its place in an upload. */
export interface ChunkRange {
  readonly start: number
  readonly length: number
}

/**
 * Reads the Content-Range of a chunk (endpoints/v2/blob.py `_start_offset_and_length`): `<first>-<last>`, without a unit.
 * @returns undefined for a request without one.
 * @throws QuayError INVALID_REQUEST for one that is none.
 */
export function chunkRange({ headers }: Pick<Call, 'headers'>): ChunkRange | undefined {
  const field = headers['content-range']
  if (field === undefined) return undefined
  const [, first, last] = /^(\d+)-(\d+)$/.exec(field) ?? []
  const length = Number(last) - Number(first) + 1
  if (first === undefined || length < 0) throw new QuayError(400, 'INVALID_REQUEST', 'Invalid range header')
  return { start: Number(first), length }
}

/** The bytes of a body from `from` on, at most `length` of them. */
export async function* part(
  body: AsyncIterable<Buffer>,
  from: number,
  length: number,
): AsyncGenerator<Buffer, void, undefined> {
  let position = 0
  for await (const chunk of body) {
    const wanted = chunk.subarray(Math.max(0, from - position), Math.max(0, from + length - position))
    position += chunk.length
    if (wanted.length > 0) yield wanted
  }
}

/** The bytes of a body. @throws `refusal` when there are more than `most`. */
export async function* atMost(
  body: AsyncIterable<Buffer>,
  most: number,
  refusal: Error,
): AsyncGenerator<Buffer, void, undefined> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > most) throw refusal
    yield chunk
  }
}
