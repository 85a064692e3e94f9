import type { DerNode } from '../../formats/der-reader.js'
import { contentOf, childrenOf, oidOf, tags } from '../../formats/der-values.js'
import { FormatError } from '../../formats/format-error.js'
import { objectIds } from './object-ids.js'

/** A name of a certificate: those kinds that an identity can be, and the rest by their tag number. */
export interface GeneralName {
  readonly kind: 'email' | 'dns' | 'uri' | 'username' | 'other'
  readonly value: string
}

// RFC 5280 §4.2.1.6: context tags of the names that are IA5Strings.
const textKinds = new Map<number, GeneralName['kind']>([
  [0x81, 'email'],
  [0x82, 'dns'],
  [0x86, 'uri'],
])

/** One GeneralName (RFC 5280 §4.2.1.6). @throws FormatError */
export function generalNameOf(node: DerNode): GeneralName {
  const kind = textKinds.get(node.tag)
  if (kind) return { kind, value: ascii(node.content, node.offset) }
  if (node.tag === 0xa0) return otherNameOf(node)
  return { kind: 'other', value: `[${node.tag & 0x1f}]` }
}

/** The names of a GeneralNames value. @throws FormatError, also when there is none. */
export function generalNamesOf(node: DerNode): GeneralName[] {
  const names = childrenOf(node, tags.sequence, 'the subject alternative names').map(generalNameOf)
  if (names.length === 0)
    throw new FormatError('there are no subject alternative names in their extension', node.offset)
  return names
}

function otherNameOf(node: DerNode): GeneralName {
  const [id, value] = node.children
  if (oidOf(id) !== objectIds.fulcioUsername) return { kind: 'other', value: '[0]' }
  const [text] = childrenOf(value, 0xa0, "an other name's value")
  return { kind: 'username', value: utf8(contentOf(text, tags.utf8String, 'a user name'), node.offset) }
}

// A name with a NUL or a line end could show as another one than it is.
const control = /\p{Cc}/u

function ascii(content: Uint8Array, offset: number): string {
  const text = Buffer.from(content).toString('latin1')
  if (content.some((byte) => byte >= 0x80) || control.test(text)) {
    throw new FormatError('a name has characters that it cannot have', offset)
  }
  return text
}

/** UTF-8 text without control characters. @throws FormatError */
export function utf8(content: Uint8Array, offset: number): string {
  const text = Buffer.from(content).toString('utf8')
  // What is not UTF-8 was read as U+FFFD, and is written as other bytes than it was.
  if (!Buffer.from(text).equals(content) || control.test(text)) {
    throw new FormatError('a text has characters that it cannot have', offset)
  }
  return text
}
