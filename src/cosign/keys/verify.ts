import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { CosignError, type Strictness } from '../verdict.js'
import { curves, type CurveName, type HashName } from './curves.js'
import { ecdsaDer, verifyEcdsa } from './ecdsa.js'
import { isSmallOrder, verifyEd25519 } from './ed25519.js'
import type { PublicKey } from './public-key.js'

/** How a signature is verified. */
export interface VerifyOptions {
  readonly strictness: Strictness
  /** The hashes that are tried, instead of those that cosign may have used with such a key. */
  readonly hashes?: readonly HashName[] | undefined
}

/** The algorithm that matched, such as `ecdsa-p256-sha256`, `rsa-pkcs1v15-sha256`, `ed25519ph` or `ed25519`. */
export interface Verified {
  readonly algorithm: string
}

/**
 * Verifies a signature over the message's exact bytes with what cosign may have signed them: ECDSA with the curve's hash
 * (P-384 and P-521 then with SHA-256), RSA PKCS#1 v1.5 with SHA-256, 384 or 512, Ed25519ph, then Ed25519. High s is fine.
 * @throws CosignError SIG_DER or SIG_RAW_RS for the form, HASH_ALG_MISMATCH when it is valid with a hash that is not taken,
 * SIG_INVALID when it is not valid, KEY_TYPE_UNSUPPORTED strictly for a key of Ed25519 with which anybody can sign.
 */
export function verifyWith(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  options: VerifyOptions,
): Verified {
  switch (key.kind) {
    case 'RSA':
      return verifyRsa(key, message, signature, options.hashes ?? allHashes)
    case 'Ed25519':
      return verifyEdwards(key, message, signature, options)
    default:
      return verifyOnCurve(key.kind, key, message, signature, options)
  }
}

function verifyOnCurve(
  kind: CurveName,
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  { strictness, hashes = curves[kind].hashes }: VerifyOptions,
): Verified {
  const der = ecdsaDer(signature, curves[kind], strictness)
  const named = (hash: HashName): string => `ecdsa-${kind.replace('-', '').toLowerCase()}-${hash}`
  const matched = hashes.find((hash) => verifyEcdsa(curves[kind], key.raw, hash, message, der))
  if (matched) return { algorithm: named(matched) }
  throw notValid(key, message, der, hashes, named)
}

function verifyRsa(key: PublicKey, message: Uint8Array, signature: Uint8Array, hashes: readonly HashName[]): Verified {
  const named = (hash: HashName): string => `rsa-pkcs1v15-${hash}`
  const keyObject = keyObjectOf(key)
  const matched = hashes.find((hash) => verify(hash, message, keyObject, signature))
  if (matched) return { algorithm: named(matched) }
  throw notValid(key, message, signature, hashes, named)
}

function verifyEdwards(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  { strictness }: VerifyOptions,
): Verified {
  if (strictness === 'strict' && isSmallOrder(key.raw)) {
    throw new CosignError('KEY_TYPE_UNSUPPORTED', 'the key is a point of small order, with which anybody can sign')
  }
  const matched = (['ed25519ph', 'ed25519'] as const).find((one) => verifyEd25519(one, key.raw, message, signature))
  if (matched) return { algorithm: matched }
  throw new CosignError('SIG_INVALID', 'the signature is not valid with this key, neither Ed25519ph nor Ed25519')
}

const allHashes: readonly HashName[] = ['sha256', 'sha384', 'sha512']

// Says whether it would be valid with another hash: that is then a matter of how it was signed, and not of which key.
function notValid(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  tried: readonly HashName[],
  named: (hash: HashName) => string,
): CosignError {
  const keyObject = keyObjectOf(key)
  const other = allHashes.find((hash) => !tried.includes(hash) && verify(hash, message, keyObject, signature))
  const algorithms = tried.map(named).join(', ')
  return other
    ? new CosignError('HASH_ALG_MISMATCH', `the signature is ${named(other)}, and should be ${algorithms}`)
    : new CosignError('SIG_INVALID', `the signature is not valid with this key: tried ${algorithms}`)
}

const keyObjectOf = ({ spki }: PublicKey): KeyObject =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
