import { readDer, type DerNode } from '../../formats/der-reader.js'
import { bitStringOf, booleanOf, childrenOf, contentOf, integerOf, oidOf, tags } from '../../formats/der-values.js'
import { FormatError } from '../../formats/format-error.js'
import { generalNamesOf, utf8, type GeneralName } from './general-names.js'
import { nameConstraintsOf, type NameConstraints } from './name-constraints.js'
import { objectIds } from './object-ids.js'

/** An extension as it stands in a certificate (RFC 5280 §4.1). */
export interface Extension {
  readonly id: string
  readonly critical: boolean
  readonly value: Uint8Array
}

/** What the extensions of a certificate say; what is not there is undefined. */
export interface ExtensionValues {
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength: number | undefined }
  readonly keyUsage?: { readonly digitalSignature: boolean; readonly certificateSigning: boolean }
  /** Object identifiers, dotted. */
  readonly extendedKeyUsage?: readonly string[]
  readonly subjectAltNames?: readonly GeneralName[]
  readonly nameConstraints?: NameConstraints
  readonly subjectKeyId?: Uint8Array
  readonly authorityKeyId?: Uint8Array
  /** Fulcio's .1.1, bytes that are read as UTF-8 text. */
  readonly issuerRaw?: string
  /** Fulcio's .1.8. */
  readonly issuer?: string
  /** The SignedCertificateTimestampList, as TLS writes it (RFC 6962 §3.3). */
  readonly timestampList?: Uint8Array
}

type Reader = (value: Uint8Array) => ExtensionValues

const one =
  <Name extends keyof ExtensionValues>(name: Name, read: (node: DerNode) => ExtensionValues[Name]): Reader =>
  (value) => ({ [name]: read(readDer(value)) })

const readers = new Map<string, Reader>([
  [objectIds.basicConstraints, one('basicConstraints', basicConstraintsOf)],
  [objectIds.keyUsage, one('keyUsage', keyUsageOf)],
  [objectIds.extendedKeyUsage, one('extendedKeyUsage', extendedKeyUsageOf)],
  [objectIds.subjectAltName, one('subjectAltNames', generalNamesOf)],
  [objectIds.nameConstraints, one('nameConstraints', nameConstraintsOf)],
  [objectIds.subjectKeyIdentifier, one('subjectKeyId', (node) => contentOf(node, tags.octetString))],
  [
    objectIds.authorityKeyIdentifier,
    // RFC 5280 §4.2.1.1: the key's identifier is [0], and may be missing.
    one('authorityKeyId', (node) => childrenOf(node).find(({ tag }) => tag === 0x80)?.content),
  ],
  [objectIds.fulcioIssuerRaw, (value) => ({ issuerRaw: utf8(value, 0) })],
  [objectIds.fulcioIssuer, one('issuer', (node) => utf8(contentOf(node, tags.utf8String), 0))],
  [objectIds.signedCertificateTimestamps, one('timestampList', (node) => contentOf(node, tags.octetString))],
])

// Policies are for whoever asks for one: with none asked for, any policy will do (RFC 5280 §6.1.1 (c)).
const understood = new Set<string>([...readers.keys(), objectIds.certificatePolicies])

/** The extensions of a certificate, in their order. @throws FormatError, also for one that is there twice. */
export function extensionsOf(node: DerNode): Extension[] {
  const extensions = childrenOf(node, tags.sequence, 'the extensions').map((extension): Extension => {
    const parts = childrenOf(extension, tags.sequence, 'an extension')
    const critical = parts.length === 3 && booleanOf(parts[1])
    if (parts.length < 2 || parts.length > 3) throw new FormatError('an extension has not its parts', extension.offset)
    return { id: oidOf(parts[0]), critical, value: contentOf(parts.at(-1), tags.octetString, "an extension's value") }
  })
  if (new Set(extensions.map(({ id }) => id)).size < extensions.length) {
    throw new FormatError('an extension is there twice', node.offset)
  }
  return extensions
}

/** What extensions say. @throws FormatError for the value of one that is understood. */
export const valuesOf = (extensions: readonly Extension[]): ExtensionValues =>
  Object.assign({}, ...extensions.map(({ id, value }) => readers.get(id)?.(value) ?? {})) as ExtensionValues

/** The critical extensions that are not understood here: a certificate with one is refused (RFC 5280 §4.2). */
export const notUnderstood = (extensions: readonly Extension[]): string[] =>
  extensions.filter(({ id, critical }) => critical && !understood.has(id)).map(({ id }) => id)

function basicConstraintsOf(node: DerNode): NonNullable<ExtensionValues['basicConstraints']> {
  const parts = [...childrenOf(node, tags.sequence, 'the basic constraints')]
  const ca = parts[0]?.tag === tags.boolean && booleanOf(parts.shift())
  const pathLength = parts.length > 0 ? integerOf(parts.shift()) : undefined
  if (parts.length > 0 || (pathLength !== undefined && (pathLength < 0n || pathLength > 255n))) {
    throw new FormatError('the basic constraints are not a CA and a path length', node.offset)
  }
  return { ca, pathLength: pathLength === undefined ? undefined : Number(pathLength) }
}

// RFC 5280 §4.2.1.3: digitalSignature is bit 0, keyCertSign bit 5.
function keyUsageOf(node: DerNode): NonNullable<ExtensionValues['keyUsage']> {
  const first = bitStringOf(node).bytes[0] ?? 0
  return { digitalSignature: (first & 0x80) !== 0, certificateSigning: (first & 0x04) !== 0 }
}

function extendedKeyUsageOf(node: DerNode): string[] {
  const usages = childrenOf(node, tags.sequence, 'the extended key usages').map(oidOf)
  if (usages.length === 0) throw new FormatError('there are no extended key usages in their extension', node.offset)
  return usages
}
