import { Readable } from 'node:stream'

const pieceSize = 1 << 20

/**
 * Content of any size from no file: always the same bytes, and no two mebibytes alike.
 * Each piece is a copy, because a socket may still hold the one before.
 */
export function generated(size: number): Readable {
  return Readable.from(pieces(size), { objectMode: false, highWaterMark: 2 * pieceSize })
}

/** The pieces of such content. */
export function* pieces(size: number): Generator<Buffer, void, undefined> {
  const pattern = Buffer.alloc(pieceSize, 'the quick brown fox jumps over the lazy dog ')
  for (let offset = 0; offset < size; offset += pieceSize) {
    const piece = Buffer.from(pattern.subarray(0, Math.min(pieceSize, size - offset)))
    if (piece.length >= 8) piece.writeDoubleLE(offset)
    yield piece
  }
}
