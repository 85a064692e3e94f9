import type { KeyObject } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'

// What cosign's services sign is a digest; node:crypto takes messages only, and would hash it once more.
const options = { format: 'der', prehash: false, lowS: false } as const

/** Signs a SHA-256 digest with a private key on P-256: an ECDSA signature in DER. @throws TypeError for another length */
export function signDigest(key: KeyObject, digest: Uint8Array): Buffer {
  const { d } = key.export({ format: 'jwk' })
  return Buffer.from(p256.sign(checked(digest), bytes(d), options))
}

/** Whether a signature in DER is a public key's over a SHA-256 digest. @throws TypeError for a digest of another length */
export function verifyDigest(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const { x, y } = key.export({ format: 'jwk' })
  return p256.verify(signature, checked(digest), Buffer.concat([Buffer.of(0x04), bytes(x), bytes(y)]), options)
}

function checked(digest: Uint8Array): Uint8Array {
  if (digest.length !== 32) throw new TypeError(`${digest.length} bytes are no digest of SHA-256`)
  return digest
}

const bytes = (text = ''): Buffer => Buffer.from(text, 'base64url')
