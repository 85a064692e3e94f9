import { readDer, type DerNode } from '../../formats/der-reader.js'
import {
  childrenOf,
  expectTag,
  integerBytesOf,
  integerOf,
  oidOf,
  tags,
  timeOf,
  wholeBytesOf,
} from '../../formats/der-values.js'
import { FormatError } from '../../formats/format-error.js'
import { reading } from '../reading.js'
import { extensionsOf, notUnderstood, valuesOf, type Extension, type ExtensionValues } from './extensions.js'

/** An AlgorithmIdentifier (RFC 5280 §4.1.1.2). */
export interface Algorithm {
  readonly id: string
  readonly parameters: DerNode | undefined
  readonly bytes: Uint8Array
}

/** A certificate (RFC 5280 §4.1), with its parts as they were written where they are compared or signed. */
export interface Certificate extends ExtensionValues {
  readonly der: Uint8Array
  readonly version: number
  /** Big-endian, two's complement. */
  readonly serial: Uint8Array
  /** Names, as DER. */
  readonly issuerName: Uint8Array
  readonly subjectName: Uint8Array
  /** Milliseconds since 1970; both ends are inside. */
  readonly notBefore: number
  readonly notAfter: number
  /** SubjectPublicKeyInfo, as DER. */
  readonly spki: Uint8Array
  readonly extensions: readonly Extension[]
  /** Critical extensions that nothing here understands. */
  readonly notUnderstood: readonly string[]
  /** What is signed, and the signature of it. */
  readonly tbs: DerNode
  readonly algorithm: Algorithm
  readonly signature: Uint8Array
}

// Real ones are below 4 KiB; a post-quantum one would be 20.
const limits = { size: 64 << 10, depth: 16, count: 2000 }

/**
 * A certificate from its DER, which nothing may follow. Nothing about it is verified.
 * @throws CosignError CERT_PARSE; one larger than 64 KiB is not read.
 */
export const parseCertificate = (der: Uint8Array): Certificate =>
  reading('CERT_PARSE', 'the certificate', () => certificateOf(readDer(der, limits)))

/** As `parseCertificate`, for one that stands in other DER. @throws FormatError */
export function certificateOf(node: DerNode): Certificate {
  const [tbs, algorithm, signature, ...rest] = childrenOf(node, tags.sequence, 'a certificate')
  if (!tbs || rest.length > 0) throw new FormatError('a certificate is not of three parts', node.offset)
  const parts = [...childrenOf(tbs, tags.sequence, "a certificate's signed part")]
  const version = parts[0]?.tag === 0xa0 ? versionOf(parts.shift() as DerNode) : 1
  const [serial, inner, issuerName, validity, subjectName, spki, ...optional] = parts
  const [from, to] = childrenOf(validity, tags.sequence, 'the validity')
  const outer = algorithmOf(algorithm)
  // RFC 5280 §4.1.1.2: the same, or the signed one could be exchanged.
  if (!equal(algorithmOf(inner).bytes, outer.bytes)) {
    throw new FormatError('a certificate names two algorithms for its signature', node.offset)
  }
  const extensions = extensionsIn(optional, version)
  return {
    ...valuesOf(extensions),
    der: node.bytes,
    version,
    serial: integerBytesOf(serial),
    issuerName: expectTag(issuerName, tags.sequence, 'the issuer').bytes,
    subjectName: expectTag(subjectName, tags.sequence, 'the subject').bytes,
    notBefore: timeOf(from).getTime(),
    notAfter: timeOf(to).getTime(),
    spki: expectTag(spki, tags.sequence, 'the public key').bytes,
    extensions,
    notUnderstood: notUnderstood(extensions),
    tbs,
    algorithm: outer,
    signature: wholeBytesOf(signature),
  }
}

function versionOf(node: DerNode): number {
  const version = integerOf(node.children[0])
  if (version !== 1n && version !== 2n) throw new FormatError("a certificate's version is not known", node.offset)
  return Number(version) + 1
}

// RFC 5280 §4.1: after the key, unique identifiers [1] and [2], and in version 3 the extensions [3].
function extensionsIn(optional: readonly DerNode[], version: number): Extension[] {
  const order = optional.map(({ tag }) => [0x81, 0x82, 0xa3].indexOf(tag))
  if (order.some((place, at) => place < 0 || (at > 0 && place <= (order[at - 1] as number)))) {
    throw new FormatError('a certificate has a part that is not known', optional[0]?.offset ?? 0)
  }
  const last = optional.at(-1)
  if (last?.tag !== 0xa3) return []
  const [extensions, ...rest] = last.children
  if (version !== 3 || !extensions || rest.length > 0) {
    throw new FormatError('extensions are not where they may be', last.offset)
  }
  return extensionsOf(extensions)
}

/** An AlgorithmIdentifier. @throws FormatError */
export function algorithmOf(node: DerNode | undefined): Algorithm {
  const [id, parameters, ...rest] = childrenOf(node, tags.sequence, 'an algorithm')
  if (!node || rest.length > 0) throw new FormatError('an algorithm has more than its parameters', node?.offset ?? 0)
  return { id: oidOf(id), parameters, bytes: node.bytes }
}

/** Whether bytes are the same. Nothing secret is compared here, so it may take its time or not. */
export const equal = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0
