import { leafHash, nodeHash } from '../../src/cosign/logs/merkle.js'

/** The root over leaves, and the path to one of them, straight from the definitions of RFC 6962 §2.1. */
export function treeOf(entries: readonly Uint8Array[]): {
  readonly root: Buffer
  readonly pathTo: (index: number) => Buffer[]
} {
  return { root: rootOf(entries), pathTo: (index) => pathOf(index, entries) }
}

const half = (size: number): number => 2 ** Math.floor(Math.log2(size - 1))

function rootOf(entries: readonly Uint8Array[]): Buffer {
  const [first] = entries
  if (entries.length === 1 && first) return leafHash(first)
  const middle = half(entries.length)
  return nodeHash(rootOf(entries.slice(0, middle)), rootOf(entries.slice(middle)))
}

function pathOf(index: number, entries: readonly Uint8Array[]): Buffer[] {
  if (entries.length === 1) return []
  const middle = half(entries.length)
  const [left, right] = [entries.slice(0, middle), entries.slice(middle)]
  return index < middle ? [...pathOf(index, left), rootOf(right)] : [...pathOf(index - middle, right), rootOf(left)]
}
