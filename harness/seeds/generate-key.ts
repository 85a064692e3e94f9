import type { KeyPair } from '../../src/cosign/keys/private-key.js'
import type { KeyKind } from '../../src/cosign/keys/public-key.js'

/** Makes a key pair to sign with, another one each time. @param kind @default 'P-256', as cosign's */
export async function generateKey(kind?: KeyKind): Promise<KeyPair> {
  // Loaded when somebody asks: serving needs nothing of it.
  const { generateKeyPair } = await import('../../src/cosign/keys/private-key.js')
  return generateKeyPair(kind)
}
