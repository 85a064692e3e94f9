import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { isPoint } from './curves.js'

const require = createRequire(import.meta.url)

// Loaded when the first such key comes: few are of this kind, and what verifies with others is there in half the time.
const noble = (): typeof import('@noble/curves/ed25519.js') =>
  require('@noble/curves/ed25519.js') as typeof import('@noble/curves/ed25519.js')

/** Ed25519 over a message itself, or over its SHA-512 (RFC 8032 §5.1). */
export type EdwardsVariant = 'ed25519' | 'ed25519ph'

// dom2 with no context (RFC 8032 §2): phflag 1, length 0.
const dom2 = Buffer.from('SigEd25519 no Ed25519 collisions\u0001\u0000')

/**
 * Whether a signature is the key's over the message, to the bit as Go decides it: s below the order, and R written again is
 * the signature's R, so without the cofactor. (@noble/curves' own check multiplies by it, as RFC 8032 §5.1.7 allows, and so
 * accepts signatures that Go does not; OpenSSL 3.0 has no Ed25519ph.)
 */
export function verifyEd25519(
  variant: EdwardsVariant,
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 64) return false
  const { Point } = noble().ed25519
  const order = Point.Fn.ORDER
  const [r, s] = [signature.subarray(0, 32), littleEndian(signature.subarray(32))]
  if (s >= order) return false
  const parts = variant === 'ed25519' ? [r, key, message] : [dom2, r, key, sha512(message)]
  const k = littleEndian(sha512(...parts)) % order
  const again = Point.BASE.multiplyUnsafe(s).subtract(Point.fromBytes(key).multiplyUnsafe(k))
  return Buffer.compare(again.toBytes(), r) === 0
}

/** Whether anybody can make signatures that verify with a key (RFC 8032 has no rule against it, and Go takes it). */
export const isSmallOrder = (key: Uint8Array): boolean => noble().ed25519.Point.fromBytes(key).isSmallOrder()

/** Whether 32 bytes are a public key (RFC 8032 §5.1.3). */
export function isEd25519Key(bytes: Uint8Array): boolean {
  const { Point } = noble().ed25519
  return bytes.length === 32 && isPoint(Point, bytes)
}

/** Signs with the 32 bytes of a private key. */
export const signEd25519 = (variant: EdwardsVariant, seed: Uint8Array, message: Uint8Array): Uint8Array =>
  noble()[variant].sign(message, seed)

function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`)
