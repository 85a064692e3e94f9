import { createHash } from 'node:crypto'
import { canonicalJson, type CanonicalValue } from '../../formats/jcs.js'
import { pae } from '../dsse.js'
import { parsePublicKey, type PublicKey } from '../keys/public-key.js'
import { CosignError } from '../verdict.js'
import { equal } from '../x509/certificate.js'
import type { EntryKind } from './entry-body.js'
import type { SignedBy, SignedContent } from './signed-content.js'

/** Whether an entry is one of Rekor v2. */
export const isRekorV2 = ({ kind, version }: EntryKind): boolean =>
  version === '0.0.2' && (kind === 'hashedrekord' || kind === 'dsse')

/**
 * The body that Rekor v2 makes of a signature, written anew from what was signed, so that what the log has can be nothing
 * else (rekor-tiles, pkg/types): an entry of the log is compared with it byte by byte.
 * @param body What the bundle says the log has.
 * @throws CosignError ENTRY_MISMATCH when it is not of this signature, KEY_TYPE_UNSUPPORTED for a key that Rekor v2 does
 *   not take.
 */
export function entryV2(body: Uint8Array, { kind }: EntryKind, content: SignedContent, by: SignedBy): Uint8Array {
  const key = parsePublicKey(by.spki)
  const written = keyDetailsOf(key).map((details) => Buffer.from(writeEntryV2(kind, details, content, by)))
  const found = written.find((one) => equal(one, body))
  if (found) return found
  throw new CosignError('ENTRY_MISMATCH', 'the log entry is not what Rekor makes of this signature, key and content')
}

/** An algorithm as Rekor v2 names it, and its digest. */
export interface KeyDetails {
  readonly name: string
  readonly hash: 'sha256' | 'sha384' | 'sha512'
}

/** What Rekor v2 may call a key's algorithm (PublicKeyDetails of sigstore_common.proto). @throws CosignError */
export function keyDetailsOf({ kind, bits }: PublicKey): readonly KeyDetails[] {
  switch (kind) {
    case 'P-256':
      return [{ name: 'PKIX_ECDSA_P256_SHA_256', hash: 'sha256' }]
    case 'P-384':
      return [{ name: 'PKIX_ECDSA_P384_SHA_384', hash: 'sha384' }]
    case 'P-521':
      return [{ name: 'PKIX_ECDSA_P521_SHA_512', hash: 'sha512' }]
    case 'Ed25519':
      return [
        { name: 'PKIX_ED25519_PH', hash: 'sha512' },
        { name: 'PKIX_ED25519', hash: 'sha512' },
      ]
    default:
      if (bits === 2048 || bits === 3072 || bits === 4096) {
        return [{ name: `PKIX_RSA_PKCS1V15_${bits}_SHA256`, hash: 'sha256' }]
      }
      throw new CosignError('KEY_TYPE_UNSUPPORTED', `Rekor v2 takes no RSA key of ${bits} bits`)
  }
}

/** The canonical body of an entry of Rekor v2. @param kind `hashedrekord` or `dsse`. */
export function writeEntryV2(kind: string, { name, hash }: KeyDetails, content: SignedContent, by: SignedBy): string {
  const rawBytes = base64(by.certificate ?? by.spki)
  const verifier = { keyDetails: name, [by.certificate ? 'x509Certificate' : 'publicKey']: { rawBytes } }
  const signature = { content: base64(content.signature), verifier }
  return canonicalJson({ apiVersion: '0.0.2', kind, spec: specOf(kind, hash, content, signature) })
}

function specOf(
  kind: string,
  hash: KeyDetails['hash'],
  content: SignedContent,
  signature: CanonicalValue,
): CanonicalValue {
  if (kind === 'hashedrekord') {
    const signed = content.kind === 'message' ? content.message : pae(content.payloadType, content.payload)
    return { hashedRekordV002: { data: digestOf(hash, signed), signature } }
  }
  if (content.kind === 'message') {
    throw new CosignError('ENTRY_MISMATCH', 'the log entry is of an envelope, and what was signed is none')
  }
  return { dsseV002: { payloadHash: digestOf('sha256', content.payload), signatures: [signature] } }
}

const digestOf = (hash: KeyDetails['hash'], bytes: Uint8Array): CanonicalValue => ({
  algorithm: hash.replace('sha', 'SHA2_'),
  digest: createHash(hash).update(bytes).digest('base64'),
})

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
