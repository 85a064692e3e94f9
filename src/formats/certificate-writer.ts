import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto'
import {
  boolean,
  bitString,
  der,
  explicit,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.js'
import { readDer } from './der-reader.js'
import { wholeBytesOf } from './der-values.js'

/** What a certificate says; names, key and extensions are DER. */
export interface CertificateContents {
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  /** Both ends are inside. */
  readonly notBefore: Date
  readonly notAfter: Date
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array
  readonly extensions: readonly Uint8Array[]
  /** Big-endian and positive. @default 16 random bytes */
  readonly serial?: Uint8Array
}

/** A certificate of version 3 (RFC 5280 §4.1), signed with the issuer's key. @returns DER */
export function writeCertificate(contents: CertificateContents, issuerKey: KeyObject): Buffer {
  const tbs = writeTbsCertificate(contents, issuerKey)
  return sequence(tbs, signatureAlgorithm(issuerKey), bitString(signWithKey(tbs, issuerKey)))
}

/** The part of a certificate that is signed. @param issuerKey Its kind says with which algorithm. */
export function writeTbsCertificate(contents: CertificateContents, issuerKey: KeyObject): Buffer {
  const { issuer, subject, notBefore, notAfter, spki, extensions, serial = randomSerial() } = contents
  const validity = sequence(time(notBefore), time(notAfter))
  const version3 = explicit(0, integer(2))
  const algorithm = signatureAlgorithm(issuerKey)
  const listed = extensions.length > 0 ? [explicit(3, sequence(...extensions))] : []
  return sequence(version3, integer(serial), algorithm, issuer, validity, subject, spki, ...listed)
}

function randomSerial(): Buffer {
  const serial = randomBytes(16)
  // Positive, and never shorter than the rest: the top bits are 01.
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40
  return serial
}

/**
 * The AlgorithmIdentifier of signatures that `signWithKey` makes (RFC 5758 §3.2, RFC 8017 A.2.4, RFC 8410 §3).
 * @throws TypeError for keys other than P-256, P-384, P-521, RSA and Ed25519.
 */
export function signatureAlgorithm(key: KeyObject): Buffer {
  switch (digestFor(key)) {
    case null:
      return sequence(oid('1.3.101.112'))
    case 'sha384':
      return sequence(oid('1.2.840.10045.4.3.3'))
    case 'sha512':
      return sequence(oid('1.2.840.10045.4.3.4'))
    default:
      return key.asymmetricKeyType === 'rsa'
        ? sequence(oid('1.2.840.113549.1.1.11'), der(0x05))
        : sequence(oid('1.2.840.10045.4.3.2'))
  }
}

/** Signs with the digest that goes with the key: the curve's own, SHA-256 for RSA (PKCS #1 v1.5), none for Ed25519. */
export const signWithKey = (bytes: Uint8Array, key: KeyObject): Buffer => sign(digestFor(key), bytes, key)

function digestFor(key: KeyObject): string | null {
  const { namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'ed25519') return null
  if (key.asymmetricKeyType === 'rsa' || namedCurve === 'prime256v1') return 'sha256'
  if (namedCurve === 'secp384r1') return 'sha384'
  if (namedCurve === 'secp521r1') return 'sha512'
  throw new TypeError(`start-registry: no certificate is signed with a key of ${namedCurve ?? key.asymmetricKeyType}`)
}

/** An Extension (RFC 5280 §4.1). @param id A DER object identifier. @param value The extension's own DER. */
export const extension = (id: Uint8Array, critical: boolean, value: Uint8Array): Buffer =>
  sequence(id, ...(critical ? [boolean(true)] : []), octetString(value))

/** A name with a common name alone, or an empty one for '' (RFC 5280 §4.1.2.4). */
export const commonName = (text: string): Buffer =>
  text === '' ? sequence() : sequence(setOf(sequence(oid('2.5.4.3'), utf8String(text))))

/** A public key, or a private key's, as SubjectPublicKeyInfo. */
export const spkiOf = (publicKey: KeyObject): Buffer => publicKey.export({ type: 'spki', format: 'der' })

/** The identifier of a key by RFC 5280 §4.2.1.2 (1): SHA-1 of the public key's bits. */
export const keyIdOf = (spki: Uint8Array): Buffer =>
  createHash('sha1')
    .update(wholeBytesOf(readDer(spki).children[1]))
    .digest()

/** The extensions that both servers' and signers' certificates have (RFC 5280 §4.2.1). */
export const extensions = {
  ca: (pathLength?: number): Buffer =>
    extension(
      oid('2.5.29.19'),
      true,
      sequence(boolean(true), ...(pathLength === undefined ? [] : [integer(pathLength)])),
    ),
  notCa: (): Buffer => extension(oid('2.5.29.19'), true, sequence()),
  // keyCertSign and cRLSign are bits 5 and 6, so one bit of the byte is unused; digitalSignature is bit 0.
  signsCertificates: (): Buffer => extension(oid('2.5.29.15'), true, bitString(Buffer.from([0x06]), 1)),
  signsData: (): Buffer => extension(oid('2.5.29.15'), true, bitString(Buffer.from([0x80]), 7)),
  /** @param usages Dotted object identifiers. */
  usages: (usages: readonly string[], critical = false): Buffer =>
    extension(oid('2.5.29.37'), critical, sequence(...usages.map(oid))),
  subjectKeyId: (keyId: Uint8Array): Buffer => extension(oid('2.5.29.14'), false, octetString(keyId)),
  authorityKeyId: (keyId: Uint8Array): Buffer => extension(oid('2.5.29.35'), false, sequence(der(0x80, keyId))),
  /** @param names GeneralNames in DER. */
  subjectAltNames: (names: readonly Uint8Array[], critical = false): Buffer =>
    extension(oid('2.5.29.17'), critical, sequence(...names)),
}
