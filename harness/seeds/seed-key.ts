import { createECDH, createHash, createPrivateKey, createPublicKey } from 'node:crypto'

/** A key pair on P-256 that follows from a seed: for tests alone, for everybody can make it. */
export interface SeedKey {
  /** What verifies, as `cosign.pub` has it. */
  readonly publicPem: string
  /** PKCS#8, not encrypted: `cosign import-key-pair` takes it. */
  readonly privatePem: string
}

/** The key of whatever is signed without one of its own. */
export function seedKey(seed: string): SeedKey {
  const half = createECDH('prime256v1')
  half.setPrivateKey(
    createHash('sha256')
      .update(JSON.stringify(['key', seed]))
      .digest(),
  )
  const text = (bytes: Buffer): string => bytes.toString('base64url')
  // Uncompressed: a byte that says so, and the coordinates.
  const point = half.getPublicKey()
  const [d, x, y] = [text(half.getPrivateKey()), text(point.subarray(1, 33)), text(point.subarray(33))]
  const key = createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d, x, y }, format: 'jwk' })
  return {
    publicPem: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    privatePem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
