import { createHash, verify, type KeyObject } from 'node:crypto'
import { equal } from '../x509/certificate.js'
import { signingKeyOf } from '../x509/signature.js'

/** When something is to be trusted, in milliseconds since 1970; both ends are inside, and one that is missing is open. */
export interface TimeWindow {
  readonly start?: number | undefined
  readonly end?: number | undefined
}

/** A log of entries or of certificates, as somebody trusts it. */
export interface TransparencyLog {
  /** What entries and certificates call it: for most, the SHA-256 of its key's SPKI. */
  readonly keyIds: readonly Uint8Array[]
  readonly spki: Uint8Array
  readonly key: KeyObject
  /** Rekor v2's checkpoints are named after its host. */
  readonly baseUrl?: string | undefined
  readonly validFor: TimeWindow
}

export type LogOptions = Pick<TransparencyLog, 'baseUrl'> & {
  readonly validFor?: TimeWindow | undefined
  /** @default the SHA-256 of the SPKI */
  readonly keyIds?: readonly Uint8Array[] | undefined
}

/** A log by its key. @param spki DER. @throws TypeError for a key that no log has, such as small RSA. */
export function transparencyLog(
  spki: Uint8Array,
  { baseUrl, validFor = {}, keyIds }: LogOptions = {},
): TransparencyLog {
  const key = signingKeyOf(spki)
  if (!key)
    throw new TypeError('start-registry: a log has a key of P-256, P-384, P-521, Ed25519, or RSA from 2048 bits on')
  return { spki, key, baseUrl, validFor, keyIds: keyIds ?? [spkiHash(spki)] }
}

/** Whether a time is in a window. @param time Milliseconds since 1970. */
export const isWithin = (time: number, { start = -Infinity, end = Infinity }: TimeWindow): boolean =>
  time >= start && time <= end

/** Whether a log is called this. */
export const isNamed = (log: TransparencyLog, keyId: Uint8Array): boolean => log.keyIds.some((one) => equal(one, keyId))

/** The SHA-256 of a SubjectPublicKeyInfo: how logs and issuers are named (RFC 6962 §3.2). */
export const spkiHash = (spki: Uint8Array): Buffer => createHash('sha256').update(spki).digest()

/**
 * Whether these bytes were signed by a log: with SHA-256, as RFC 6962 and Rekor have it, or with the digest of its curve;
 * Ed25519 has its own.
 */
export function isLogSignature({ key }: TransparencyLog, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (key.asymmetricKeyType === 'ed25519') return verify(null, bytes, key, signature)
  const own = ownDigests.get(key.asymmetricKeyDetails?.namedCurve ?? '')
  return ['sha256', ...(own ? [own] : [])].some((digest) => verify(digest, bytes, key, signature))
}

const ownDigests = new Map([
  ['secp384r1', 'sha384'],
  ['secp521r1', 'sha512'],
])
