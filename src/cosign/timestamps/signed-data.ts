import type { DerNode } from '../../formats/der-reader.js'
import { childrenOf, contentOf, expectTag, integerBytesOf, integerOf, oidOf, tags } from '../../formats/der-values.js'
import { FormatError } from '../../formats/format-error.js'
import { algorithmOf, certificateOf, equal, type Algorithm, type Certificate } from '../x509/certificate.js'
import { objectIds } from '../x509/object-ids.js'

/** CMS SignedData with one signer (RFC 5652 §5.1), as timestamps have it; nothing is verified. */
export interface SignedData {
  /** What kind of content is signed, and its bytes. */
  readonly contentType: string
  readonly content: Uint8Array
  readonly certificates: readonly Certificate[]
  readonly signer: SignerInfo
}

export interface SignerInfo {
  /** Whether a certificate is the one that the signer names. */
  readonly isOf: (certificate: Certificate) => boolean
  readonly digest: string
  readonly algorithm: Algorithm
  /** Attributes by their type: each value there is. */
  readonly attributes: ReadonlyMap<string, readonly DerNode[]>
  /** What is signed: the attributes, as the SET that they are. */
  readonly signedBytes: Uint8Array
  readonly signature: Uint8Array
}

const mostCertificates = 16

/** Reads a ContentInfo that holds SignedData. @throws FormatError */
export function signedDataOf(node: DerNode | undefined): SignedData {
  const [type, wrapped] = childrenOf(node, tags.sequence, 'a content info')
  if (oidOf(type) !== objectIds.signedData) throw new FormatError('the content is not signed data', node?.offset ?? 0)
  const parts = [...childrenOf(childrenOf(wrapped, 0xa0)[0], tags.sequence, 'signed data')]
  const [, , encapsulated] = parts.splice(0, 3)
  const [contentType, content] = childrenOf(encapsulated, tags.sequence, 'the content')
  const certificates = parts[0]?.tag === 0xa0 ? certificatesOf(parts.shift() as DerNode) : []
  // Revocation lists: none is looked at.
  if (parts[0]?.tag === 0xa1) parts.shift()
  const [signer, ...more] = childrenOf(parts[0], tags.set, 'the signers')
  if (!signer || more.length > 0 || parts.length > 1)
    throw new FormatError('there is not one signer', node?.offset ?? 0)
  return {
    contentType: oidOf(contentType),
    content: contentOf(childrenOf(content, 0xa0, 'the content')[0], tags.octetString, 'the content'),
    certificates,
    signer: signerInfoOf(signer),
  }
}

function certificatesOf(node: DerNode): Certificate[] {
  if (node.children.length > mostCertificates) {
    throw new FormatError(`more than ${mostCertificates} certificates are not read`, node.offset)
  }
  return node.children.map(certificateOf)
}

function signerInfoOf(node: DerNode): SignerInfo {
  const [version, id, digest, attributes, algorithm, signature] = childrenOf(node, tags.sequence, 'a signer')
  const signed = expectTag(attributes, 0xa0, 'the signed attributes')
  // RFC 5652 §5.4: they are signed with the tag of a SET OF instead of their own.
  const signedBytes = Buffer.from(signed.bytes)
  signedBytes[0] = tags.set
  integerOf(version)
  return {
    isOf: signerIdOf(id),
    digest: algorithmOf(digest).id,
    algorithm: algorithmOf(algorithm),
    attributes: attributesOf(signed),
    signedBytes,
    signature: contentOf(signature, tags.octetString, 'a signature'),
  }
}

function attributesOf(signed: DerNode): Map<string, readonly DerNode[]> {
  const attributes = new Map<string, readonly DerNode[]>()
  for (const attribute of signed.children) {
    const [type, values] = childrenOf(attribute, tags.sequence, 'an attribute')
    const id = oidOf(type)
    if (attributes.has(id)) throw new FormatError('an attribute is there twice', attribute.offset)
    attributes.set(id, childrenOf(values, tags.set, "an attribute's values"))
  }
  return attributes
}

// RFC 5652 §5.3: by issuer and serial number, or by [0] the key's identifier.
function signerIdOf(node: DerNode | undefined): SignerInfo['isOf'] {
  if (node?.tag === 0x80) {
    return ({ subjectKeyId }) => subjectKeyId !== undefined && equal(subjectKeyId, node.content)
  }
  const [issuer, number] = childrenOf(node, tags.sequence, "a signer's identifier")
  const name = expectTag(issuer, tags.sequence, "a signer's issuer").bytes
  const serial = integerBytesOf(number)
  return (certificate) => equal(certificate.issuerName, name) && equal(certificate.serial, serial)
}
