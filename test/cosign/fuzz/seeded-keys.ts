import { createHash, createPrivateKey } from 'node:crypto'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { curves, type CurveName } from '../../../src/cosign/keys/curves.js'
import { importPrivateKey, signWith, type SigningKey } from '../../../src/cosign/keys/private-key.js'
import type { KeyKind } from '../../../src/cosign/keys/public-key.js'
import { oid, octetString, sequence, integer } from '../../../src/formats/der.js'
import { writePem } from '../../../src/formats/pem.js'
import { rsaPem } from './rsa-key.js'
import type { Random } from './random.js'

const signers = { 'P-256': p256, 'P-384': p384, 'P-521': p521 }

/** A key that follows from the random numbers; the RSA key is always the same. */
export function seededKey(kind: KeyKind, random: Random): SigningKey {
  if (kind === 'RSA') return importPrivateKey(rsaPem)
  if (kind === 'Ed25519') {
    const pkcs8 = sequence(integer(0), sequence(oid('1.3.101.112')), octetString(octetString(random.bytes(32))))
    return importPrivateKey(writePem('PRIVATE KEY', pkcs8))
  }
  const size = Math.ceil(curves[kind].bits / 8)
  const secret = random.bytes(size)
  // Below the order, whichever curve it is.
  secret[0] = 0
  const point = Buffer.from(signers[kind].getPublicKey(secret, false))
  const coordinate = (index: number): string =>
    point
      .subarray(1 + index * size)
      .subarray(0, size)
      .toString('base64url')
  const jwk = { kty: 'EC', crv: kind, d: secret.toString('base64url'), x: coordinate(0), y: coordinate(1) }
  const keyObject = createPrivateKey({ key: jwk, format: 'jwk' })
  return importPrivateKey(keyObject.export({ type: 'pkcs8', format: 'pem' }).toString())
}

/** A signature that follows from key and message (RFC 6979 on curves, s as it comes), by the hash that cosign would use. */
export function seededSignature(key: SigningKey, message: Uint8Array): Buffer {
  if (!isOnCurve(key.kind)) return Buffer.from(signWith(key, message, { edwards: 'ed25519' }))
  const [hash] = curves[key.kind].hashes
  const secret = Buffer.from(key.keyObject.export({ format: 'jwk' }).d as string, 'base64url')
  const digest = createHash(hash).update(message).digest()
  return Buffer.from(signers[key.kind].sign(digest, secret, { format: 'der', prehash: false, lowS: false }))
}

const isOnCurve = (kind: KeyKind): kind is CurveName => kind in curves
