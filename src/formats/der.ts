/**
 * A writer of DER (X.690): each function makes one whole value, tag and length included. Small on purpose: what
 * certificates need, and no more. What DER cannot say is refused here, since OpenSSL tells it far from its cause.
 */

/** Any value: its tag byte, its length in the shortest form (X.690 §10.1), and its content, joined. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body])
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

/** A SEQUENCE of values, in the order given (X.690 §8.9). */
export const sequence = (...values: readonly Uint8Array[]): Buffer => der(0x30, ...values)

/** A SET OF: its values are sorted, as DER demands (X.690 §11.6). */
export const setOf = (...values: readonly Uint8Array[]): Buffer =>
  der(0x31, ...values.toSorted((a, b) => Buffer.compare(a, b)))

/**
 * An INTEGER of at least 0: a number, or big-endian bytes, which are never taken as negative (X.690 §8.3).
 * @throws RangeError for a number that is negative, broken, or too large to be exact.
 */
export function integer(value: number | Uint8Array): Buffer {
  const bytes = typeof value === 'number' ? bytesOf(value) : stripZeros(value)
  // A first bit that is set would make it negative (X.690 §8.3.3).
  return (bytes[0] as number) >= 0x80 ? der(0x02, Buffer.from([0]), bytes) : der(0x02, bytes)
}

function bytesOf(value: number): Buffer {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a whole number of at least 0: ${value}`)
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

function stripZeros(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0)
  return start < 0 ? Uint8Array.of(0) : bytes.subarray(start)
}

/** A BOOLEAN (X.690 §11.1). A field that has its default is left out in DER, so FALSE is hardly ever written. */
export const boolean = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]))

/**
 * A BIT STRING whose last `unused` bits do not count (X.690 §8.6).
 * @throws RangeError when `unused` is not 0 to 7, or those bits are not there or not 0 (X.690 §11.2.1).
 */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  const last = bytes.at(-1)
  const fits = Number.isInteger(unused) && unused >= 0 && unused <= 7
  if (!fits || (last === undefined && unused > 0) || ((last ?? 0) & ((1 << unused) - 1)) !== 0) {
    throw new RangeError(`not a bit string's unused bits: ${unused}`)
  }
  return der(0x03, Buffer.from([unused]), bytes)
}

/** An OCTET STRING of the bytes given, joined (X.690 §8.7). */
export const octetString = (...content: readonly Uint8Array[]): Buffer => der(0x04, ...content)

/** A UTF8String (X.690 §8.23): what RFC 5280 §4.1.2.4 wants in names. */
export const utf8String = (text: string): Buffer => der(0x0c, Buffer.from(text))

/**
 * An OBJECT IDENTIFIER from its dotted text, such as `2.5.29.17` (X.690 §8.19).
 * @throws RangeError for text that is not one, or has a number too large to be exact.
 */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  // The first two share a number, which leaves room for 40 second ones below 0 and 1.
  const parts = [first * 40 + second, ...rest]
  const wellFormed = /^[0-2](?:\.(?:0|[1-9]\d*))+$/.test(dotted) && (first === 2 || second < 40)
  if (!wellFormed || !parts.every(Number.isSafeInteger)) throw new RangeError(`not an object identifier: ${dotted}`)
  return der(0x06, Buffer.from(parts.flatMap(base128)))
}

// By division: shifts would cut a number at 32 bits.
function base128(value: number): number[] {
  const bytes = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 0x80)
  return bytes
}

/**
 * A time to the second, in UTC: UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5).
 * @throws RangeError for an invalid date, and outside the years 0 to 9999.
 */
export function time(date: Date): Buffer {
  const text = `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
  const year = date.getUTCFullYear()
  if (year < 0 || year > 9999) throw new RangeError(`not a year of four digits: ${year}`)
  return year >= 1950 && year < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text))
}

/**
 * `[number]` with whole values inside (X.690 §8.14): an explicit tag, or an implicit one of a SEQUENCE or SET.
 * @throws RangeError for a number that is not 0 to 30.
 */
export const explicit = (number: number, ...values: readonly Uint8Array[]): Buffer =>
  der(0xa0 | tagNumber(number), ...values)

/**
 * `[number]` in place of a primitive value's own tag and length, so only its content goes in (X.690 §8.14).
 * @throws RangeError for a number that is not 0 to 30.
 */
export const implicit = (number: number, content: Uint8Array): Buffer => der(0x80 | tagNumber(number), content)

// From 31 on a tag takes more bytes (X.690 §8.1.2.4); no certificate has one.
function tagNumber(number: number): number {
  if (!Number.isInteger(number) || number < 0 || number > 30) throw new RangeError(`not a tag number: ${number}`)
  return number
}
