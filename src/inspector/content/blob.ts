import { Readable } from 'node:stream'
import type { Digest } from '../../route/names.js'
import type { Store, StoredBlob } from '../../store/store.js'

const mostText = 1 << 20

/** A blob's bytes from `start` to `end`, both included, in pieces. */
export function piecesOf({ read, size }: StoredBlob, start = 0, end: number = size - 1): Readable {
  if (size === 0) return Readable.from([])
  const content = read(start, end)
  return Buffer.isBuffer(content) ? Readable.from([content]) : content
}

/** The first bytes of a blob. */
export const headOf = async (blob: StoredBlob, most: number): Promise<Buffer> =>
  Buffer.concat(await piecesOf(blob, 0, Math.min(most, blob.size) - 1).toArray())

/** A small blob, such as a config; undefined when it is not there, or is not small. */
export async function readSmallBlob(
  store: Store,
  repository: string,
  digest: Digest | undefined,
  at: number,
): Promise<Buffer | undefined> {
  const blob = digest && (await store.blob(repository, digest, at))
  return blob && blob.size <= mostText ? headOf(blob, blob.size) : undefined
}
