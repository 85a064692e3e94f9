import { createHash } from 'node:crypto'
import { integer, sequence } from '../../formats/der.js'
import { readDer, readDerPrefix, type DerNode } from '../../formats/der-reader.js'
import { childrenOf, integerOf, tags } from '../../formats/der-values.js'
import { FormatError } from '../../formats/format-error.js'
import { CosignError, type Strictness } from '../verdict.js'
import type { Curve, HashName } from './curves.js'

/**
 * A signature of ECDSA as the one DER that its r and s have (RFC 3279 §2.2.3), both in [1, n - 1]. Of cosign's strictness,
 * bytes that do not begin with DER are also taken for r || s (IEEE P1363), as sigstore's verifier takes them.
 * @throws CosignError SIG_DER; SIG_RAW_RS when it could be r || s, and that is not taken; SIG_INVALID when out of range.
 */
export function ecdsaDer(signature: Uint8Array, curve: Curve, strictness: Strictness): Uint8Array {
  const [r, s] = beginsWithDer(signature) ? ofDer(signature) : ofRaw(signature, curve, strictness)
  if (r < 1n || s < 1n || r >= curve.order || s >= curve.order) {
    throw new CosignError('SIG_INVALID', `the signature's r or s is not between 1 and the order of ${curve.name}`)
  }
  return sequence(integer(bytesOf(r)), integer(bytesOf(s)))
}

// What Go's asn1.Unmarshal takes, more values and bytes after it included: sigstore then tries nothing else.
function beginsWithDer(signature: Uint8Array): boolean {
  try {
    const [r, s] = childrenOf(readDerPrefix(signature))
    return r?.tag === tags.integer && s?.tag === tags.integer
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}

function ofDer(signature: Uint8Array): [bigint, bigint] {
  try {
    const [r, s, ...more] = childrenOf(readDer(signature, { size: 1024, depth: 1, count: 3 }))
    if (more.length > 0) throw new FormatError('there is more than r and s', (more[0] as DerNode).offset)
    return [integerOf(r), integerOf(s)]
  } catch (error) {
    if (error instanceof FormatError) throw new CosignError('SIG_DER', `the signature is not DER: ${error.message}`)
    throw error
  }
}

function ofRaw(signature: Uint8Array, curve: Curve, strictness: Strictness): [bigint, bigint] {
  const { length } = signature
  if (strictness === 'cosign' && length > 0 && length <= 132 && length % 2 === 0) {
    return [numberOf(signature.subarray(0, length / 2)), numberOf(signature.subarray(length / 2))]
  }
  if (strictness === 'strict' && length === 2 * Math.ceil(curve.bits / 8)) {
    throw new CosignError('SIG_RAW_RS', 'the signature is r and s side by side, and should be DER')
  }
  throw new CosignError('SIG_DER', 'the signature is not DER')
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

/**
 * Whether a signature that `ecdsaDer` has made is the key's over the message's hash. Both s and n - s are, as for Go and
 * OpenSSL.
 * @param point The public key, uncompressed and on the curve.
 */
export function verifyEcdsa(
  { ecdsa }: Curve,
  point: Uint8Array,
  hash: HashName,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const digest = createHash(hash).update(message).digest()
  return ecdsa.verify(signature, digest, point, { format: 'der', prehash: false, lowS: false })
}

/** A signature in DER whose secret number follows from key and message (RFC 6979). @param secret The private key's number. */
export const signEcdsa = ({ ecdsa }: Curve, secret: Uint8Array, hash: HashName, message: Uint8Array): Uint8Array =>
  ecdsa.sign(createHash(hash).update(message).digest(), secret, { format: 'der', prehash: false, lowS: false })
