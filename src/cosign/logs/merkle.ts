import { createHash } from 'node:crypto'

/** The hash of a leaf of a Merkle tree (RFC 9162 §2.1.1). */
export const leafHash = (entry: Uint8Array): Buffer =>
  createHash('sha256').update(Uint8Array.of(0)).update(entry).digest()

/** The hash of a node above two others (RFC 9162 §2.1.1). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest()

/** Where a leaf stands, and the hashes beside its way to the root. */
export interface InclusionPath {
  readonly index: number
  readonly size: number
  readonly hashes: readonly Uint8Array[]
}

/**
 * The root that a leaf and its path lead to (RFC 9162 §2.1.3.2); undefined when the path is not one of a tree of that
 * size: too short, too long, or the leaf beyond its end.
 */
export function rootFromPath(leaf: Uint8Array, { index, size, hashes }: InclusionPath): Buffer | undefined {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined
  // BigInt: indexes of real logs are near 2^31, where JavaScript's shifts turn negative.
  let node = BigInt(index)
  let last = BigInt(size) - 1n
  let hash: Buffer = Buffer.from(leaf)
  for (const sibling of hashes) {
    if (last === 0n || sibling.length !== 32) return undefined
    if ((node & 1n) === 1n || node === last) {
      hash = nodeHash(sibling, hash)
      while ((node & 1n) === 0n && node !== 0n) {
        node >>= 1n
        last >>= 1n
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    node >>= 1n
    last >>= 1n
  }
  return last === 0n ? hash : undefined
}
