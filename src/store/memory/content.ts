import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { algorithmOf, type Digest } from '../../route/names.js'
import type { StoredBlob } from '../store.js'

/** A blob's bytes: one buffer, or, when they came in many pieces, those pieces as they came. */
export interface HeldContent {
  readonly pieces: readonly Buffer[]
  readonly size: number
}

/** Bytes here, or somewhere else where they can be read: a blob of the layout that a registry began with. */
export type Content = HeldContent | StoredBlob

// Below this, joining costs less than answering piece by piece; above it, it would hold a large blob twice.
const joinedUpTo = 1 << 20

export function contentOf(pieces: readonly Buffer[], size: number): HeldContent {
  return { pieces: size <= joinedUpTo ? [bytesOf({ pieces, size })] : pieces, size }
}

/** Content as one buffer. */
export const bytesOf = ({ pieces }: HeldContent): Buffer =>
  pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)

/** The digest of pieces, made anew. */
export function digestOfPieces(pieces: readonly Buffer[], like: Digest): Digest {
  const algorithm = algorithmOf(like)
  const hash = createHash(algorithm)
  for (const piece of pieces) hash.update(piece)
  return `${algorithm}:${hash.digest('hex')}`
}

/** Content as a blob that can be read. */
export function blobOf(digest: Digest, content: Content): StoredBlob {
  if ('read' in content) return content
  const { pieces, size } = content
  const [only] = pieces
  return {
    digest,
    size,
    read: (start, end) =>
      pieces.length === 1 && only
        ? start === 0 && end === size - 1
          ? only
          : only.subarray(start, end + 1)
        : Readable.from(slices(pieces, start, end), { objectMode: false }),
  }
}

function* slices(pieces: readonly Buffer[], start: number, end: number): Generator<Buffer, void, undefined> {
  let offset = 0
  for (const piece of pieces) {
    if (offset > end) return
    if (offset + piece.length > start) yield piece.subarray(Math.max(0, start - offset), end + 1 - offset)
    offset += piece.length
  }
}
