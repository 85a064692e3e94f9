import type { DerNode } from './der-reader.js'
import { FormatError } from './format-error.js'

/** Tags that certificates and keys are made of (X.690 §8). */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** The content of a value of one tag. @throws FormatError when there is no value, or it has another tag. */
export function contentOf(node: DerNode | undefined, tag: number, what = 'a value'): Uint8Array {
  return expectTag(node, tag, what).content
}

/** The values in a value of one tag, SEQUENCE when none is given. @throws FormatError as `contentOf`. */
export function childrenOf(
  node: DerNode | undefined,
  tag: number = tags.sequence,
  what = 'a value',
): readonly DerNode[] {
  return expectTag(node, tag, what).children
}

/** The value itself when it has a tag. @throws FormatError when there is no value, or it has another tag. */
export function expectTag(node: DerNode | undefined, tag: number, what = 'a value'): DerNode {
  if (node?.tag === tag) return node
  const found = node ? `0x${node.tag.toString(16)}` : 'nothing'
  throw new FormatError(`${what} should have the tag 0x${tag.toString(16)}, and there is ${found}`, node?.offset ?? 0)
}

/** An OBJECT IDENTIFIER as dotted text (X.690 §8.19). @throws FormatError for one that DER does not write so. */
export function oidOf(node: DerNode | undefined): string {
  const { content, offset } = expectTag(node, tags.oid, 'an object identifier')
  const parts: number[] = []
  let value = 0
  for (const [at, byte] of content.entries()) {
    if (value === 0 && byte === 0x80) throw new FormatError('a number of an object identifier begins with 0', offset)
    value = value * 128 + (byte & 0x7f)
    if (!Number.isSafeInteger(value)) throw new FormatError('a number of an object identifier is too large', offset)
    if (byte < 0x80) {
      parts.push(value)
      value = 0
    } else if (at === content.length - 1) throw new FormatError('an object identifier ends too soon', offset)
  }
  const [first, ...rest] = parts
  if (first === undefined) throw new FormatError('an object identifier is empty', offset)
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}

/** An INTEGER's content, in its shortest form (X.690 §8.3.2): two's complement, big-endian. @throws FormatError */
export function integerBytesOf(node: DerNode | undefined): Uint8Array {
  const { content, offset } = expectTag(node, tags.integer, 'an integer')
  const [first, second = 0] = content
  if (first === undefined) throw new FormatError('an integer is empty', offset)
  if (content.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new FormatError('an integer has a byte too many for DER', offset)
  }
  return content
}

/** An INTEGER (X.690 §8.3). @throws FormatError as `integerBytesOf`. */
export function integerOf(node: DerNode | undefined): bigint {
  const bytes = integerBytesOf(node)
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
}

/** A BIT STRING (X.690 §8.6, §11.2): its bytes, and how many bits of the last do not count. @throws FormatError */
export function bitStringOf(node: DerNode | undefined): { readonly bytes: Uint8Array; readonly unused: number } {
  const { content, offset } = expectTag(node, tags.bitString, 'a bit string')
  const [unused] = content
  const last = content.at(-1) as number
  const fits = unused !== undefined && unused <= 7 && (content.length > 1 || unused === 0)
  if (!fits || (content.length > 1 && (last & ((1 << unused) - 1)) !== 0)) {
    throw new FormatError('a bit string has unused bits that DER does not allow', offset)
  }
  return { bytes: content.subarray(1), unused }
}

/** A BIT STRING of whole bytes, as keys and signatures are. @throws FormatError */
export function wholeBytesOf(node: DerNode | undefined): Uint8Array {
  const { bytes, unused } = bitStringOf(node)
  if (unused !== 0) throw new FormatError('a bit string is not of whole bytes', node?.offset ?? 0)
  return bytes
}

/** A BOOLEAN (X.690 §11.1). @throws FormatError */
export function booleanOf(node: DerNode | undefined): boolean {
  const { content, offset } = expectTag(node, tags.boolean, 'a boolean')
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) {
    throw new FormatError('a boolean is neither 0 nor 255', offset)
  }
  return content[0] === 0xff
}

/**
 * A UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 has them: to the second, in UTC, years of two digits from 1950 on.
 * Fractions of a second are read to the millisecond when asked for, as RFC 3161 §2.4.2 has them.
 * @throws FormatError for others, and for days that there are not.
 */
export function timeOf(node: DerNode | undefined, { fractions = false }: { readonly fractions?: boolean } = {}): Date {
  const utc = node?.tag === tags.utcTime
  const { content, offset } = expectTag(node, utc ? tags.utcTime : tags.generalizedTime, 'a time')
  const text = Buffer.from(content).toString('latin1')
  const pattern = utc
    ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()Z$/
    : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d*[1-9])?Z$/
  const [, year = '', month, day, hour, minute, second, fraction = ''] = pattern.exec(text) ?? []
  const century = utc ? (year >= '50' ? '19' : '20') : ''
  const iso = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}`
  const date = new Date(`${iso}${fraction}Z`)
  // A date that is carried over, such as the 31st of April, does not come back as it was.
  const real = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso)
  if (!real || (fraction && !fractions)) throw new FormatError('a time is not as certificates have it', offset)
  return date
}
