import { createCipheriv, createHash } from 'node:crypto'
import type { Content, RandomBytes } from '../content.js'
import { isOfKind } from '../kinds.js'
import type { Place } from './place.js'

/** The bytes of content. Bytes that somebody gave are copied: whoever gave them may write over them. */
export function bytesOf(content: Content, place: Place): Buffer {
  if (typeof content === 'string') return Buffer.from(content)
  if (isOfKind(content, 'random')) return randomBytes(content as RandomBytes, place)
  return Buffer.from(content as Uint8Array)
}

// The keystream of AES: as fast as memory, and the same on every machine.
function randomBytes({ size, seed }: RandomBytes, place: Place): Buffer {
  const from = seed === undefined ? ['in', place.seed, place.path] : ['of', seed]
  const key = createHash('sha256').update(JSON.stringify(from)).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size))
}
