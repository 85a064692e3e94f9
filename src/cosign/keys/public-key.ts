import { createHash } from 'node:crypto'
import { bitString, der, oid, sequence } from '../../formats/der.js'
import { readDer } from '../../formats/der-reader.js'
import { childrenOf, expectTag, integerOf, oidOf, tags, wholeBytesOf } from '../../formats/der-values.js'
import { FormatError } from '../../formats/format-error.js'
import { readPem } from '../../formats/pem.js'
import { reading } from '../reading.js'
import { CosignError } from '../verdict.js'
import { curves, isPoint, type CurveName } from './curves.js'
import { isEd25519Key } from './ed25519.js'

/** The kinds of keys that cosign has. */
export type KeyKind = CurveName | 'RSA' | 'Ed25519'

/** A key that signatures are verified with. */
export interface PublicKey {
  readonly kind: KeyKind
  /** The SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7). */
  readonly spki: Uint8Array
  /** What its bit string holds: a point, uncompressed; an RSAPublicKey; the 32 bytes of Ed25519. */
  readonly raw: Uint8Array
  readonly bits: number
  /** The SHA-256 of the SPKI in base64, as bundles name their key. */
  readonly hint: string
}

/** Object identifiers of keys' algorithms (RFC 3279 §2.3.1, RFC 5480 §2.1.1, RFC 8410 §3). */
export const keyOids = { rsa: '1.2.840.113549.1.1.1', ec: '1.2.840.10045.2.1', ed25519: '1.3.101.112' } as const

/**
 * A public key from the text or bytes of a PEM file with one block `PUBLIC KEY` or `RSA PUBLIC KEY`, or from the DER of a
 * SubjectPublicKeyInfo.
 * @throws CosignError KEY_PARSE for what is no such key, a point that is not on its curve and trailing bytes included;
 * KEY_LABEL for a PEM block of something else; KEY_TYPE_UNSUPPORTED for other algorithms and curves, and for RSA keys of
 * less than 2048 or more than 8192 bits.
 */
export function parsePublicKey(pemOrDer: string | Uint8Array): PublicKey {
  return reading('KEY_PARSE', 'the public key', () => {
    const binary = typeof pemOrDer !== 'string' && pemOrDer[0] === tags.sequence
    return binary ? publicKeyOfSpki(pemOrDer) : publicKeyOfPem(textOf(pemOrDer))
  })
}

const textOf = (pem: string | Uint8Array): string => (typeof pem === 'string' ? pem : Buffer.from(pem).toString('utf8'))

function publicKeyOfPem(text: string): PublicKey {
  const [block, ...others] = readPem(text)
  if (!block || others.length > 0) {
    const count = others.length === 0 ? 'no' : 'more than one'
    throw new CosignError('KEY_PARSE', `a public key is one PEM block, and there is ${count} block`)
  }
  if (block.label === 'PUBLIC KEY') return publicKeyOfSpki(block.der)
  if (block.label === 'RSA PUBLIC KEY') return rsaKey(block.der, spkiOfRsa(block.der))
  const message = `a public key has the PEM label PUBLIC KEY or RSA PUBLIC KEY, and this has ${block.label}`
  throw new CosignError('KEY_LABEL', message)
}

function publicKeyOfSpki(spki: Uint8Array): PublicKey {
  const [algorithm, bits, ...more] = childrenOf(readDer(spki))
  const [name, parameters, ...rest] = childrenOf(algorithm)
  const raw = wholeBytesOf(bits)
  if (more.length > 0 || rest.length > 0) throw new FormatError('a SubjectPublicKeyInfo has too many values', 0)
  switch (oidOf(name)) {
    case keyOids.rsa:
      if (expectTag(parameters, tags.null).content.length > 0) throw new FormatError('a NULL has content', 0)
      return rsaKey(raw, spki)
    case keyOids.ec:
      return curveKey(oidOf(parameters), raw, spki)
    case keyOids.ed25519:
      if (parameters) throw new FormatError('an Ed25519 key has parameters', parameters.offset)
      return edwardsKey(raw, spki)
    default:
      throw new CosignError('KEY_TYPE_UNSUPPORTED', `a key of the algorithm ${oidOf(name)} is not supported`)
  }
}

const publicKey = (kind: KeyKind, bits: number, raw: Uint8Array, spki: Uint8Array): PublicKey => {
  return { kind, bits, raw, spki, hint: createHash('sha256').update(spki).digest('base64') }
}

function curveKey(curveOid: string, point: Uint8Array, spki: Uint8Array): PublicKey {
  const curve = Object.values(curves).find((one) => one.oid === curveOid)
  if (!curve) throw new CosignError('KEY_TYPE_UNSUPPORTED', `a key on the curve ${curveOid} is not supported`)
  const onCurve =
    point[0] === 0x04 && point.length === 1 + 2 * Math.ceil(curve.bits / 8) && isPoint(curve.ecdsa.Point, point)
  if (!onCurve) throw new CosignError('KEY_PARSE', `this is not an uncompressed point on the curve ${curve.name}`)
  return publicKey(curve.name, curve.bits, point, spki)
}

function edwardsKey(raw: Uint8Array, spki: Uint8Array): PublicKey {
  if (!isEd25519Key(raw)) throw new CosignError('KEY_PARSE', 'this is not a key of Ed25519')
  return publicKey('Ed25519', 255, raw, spki)
}

function rsaKey(raw: Uint8Array, spki: Uint8Array): PublicKey {
  const [n, e, ...more] = childrenOf(readDer(raw))
  const [modulus, exponent] = [integerOf(n), integerOf(e)]
  if (more.length > 0) throw new FormatError('an RSA key has too many values', 0)
  const bits = modulus > 0n ? modulus.toString(2).length : 0
  if (bits < 2048 || bits > 8192) {
    throw new CosignError('KEY_TYPE_UNSUPPORTED', `an RSA key of ${bits} bits is not supported: 2048 to 8192 are`)
  }
  // What Go's crypto/rsa takes for a key.
  const odd = modulus % 2n === 1n && exponent % 2n === 1n
  if (!odd || exponent < 3n || exponent >= 1n << 31n) throw new CosignError('KEY_PARSE', 'this is not a key of RSA')
  return publicKey('RSA', bits, raw, spki)
}

const spkiOfRsa = (key: Uint8Array): Uint8Array => sequence(sequence(oid(keyOids.rsa), der(tags.null)), bitString(key))
