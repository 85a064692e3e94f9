import type { Call, Reply } from '../../../src/protocol/call.js'
import type { Awaitable } from '../../../src/protocol/awaitable.js'
import type { Chance, Effect, Next } from './effect.js'
import { withHeaders } from './reply.js'

/** A chunk is acknowledged, and forgotten. */
export const dropChunk: Effect<'drop-chunk'> = (call, next, chance) =>
  chunk(call, next, chance, async (source) => {
    let size = 0
    for await (const piece of source) size += piece.length
    return { size, pieces: [] }
  })

/** A chunk is taken twice, and acknowledged once. It is held in memory for that. */
export const doubleChunk: Effect<'double-chunk'> = (call, next, chance) =>
  chunk(call, next, chance, async (source) => {
    const pieces: Buffer[] = []
    for await (const piece of source) pieces.push(piece)
    return { size: pieces.reduce((sum, piece) => sum + piece.length, 0), pieces: [...pieces, ...pieces] }
  })

/** The session is gone. */
export const forgetUpload: Effect<'forget-upload'> = async (call, next, { take, world: { store } }) => {
  const { route } = call
  if (route.kind === 'upload' && (await store.upload(route.id)) && take()) await store.cancelUpload(route.id)
  return next()
}

interface Chunk {
  /** How long the client believes it to be. */
  readonly size: number
  /** What becomes of it. */
  readonly pieces: readonly Buffer[]
}

function chunk(
  call: Call,
  next: Next,
  { take, world: { store } }: Chance<'drop-chunk' | 'double-chunk'>,
  change: (source: AsyncIterable<Buffer>) => Promise<Chunk>,
): Awaitable<Reply> {
  const { route, method } = call
  if (route.kind !== 'upload' || method !== 'PATCH') return next()
  return (async () => {
    const before = await store.upload(route.id)
    if (!before || !take()) return next()
    const { size, pieces } = await change(call.body)
    const { 'content-range': _, 'content-length': __, ...headers } = call.headers
    call.headers = { ...headers, 'transfer-encoding': 'chunked' }
    call.body = (async function* () {
      yield* pieces
    })()
    const reply = await next()
    const { Range: range } = reply.headers
    if (typeof range !== 'string') return reply
    // What was sent, whatever became of it: in the notation that the reply has.
    return withHeaders(reply, { Range: range.replace(/(?<=-)-?\d+$/, `${before.offset + size - 1}`) })
  })()
}
