/**
 * A writer of DER (X.690): each function makes one value with its tag and length. Small on purpose: what certificates
 * need, and no more.
 */

/** One value: its tag byte, its length in the shortest form (X.690 §10.1), its content. */
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

export const sequence = (...values: readonly Uint8Array[]): Buffer => der(0x30, ...values)

/** A SET OF: its values are sorted, as DER demands (X.690 §11.6). */
export const setOf = (...values: readonly Uint8Array[]): Buffer =>
  der(0x31, ...values.toSorted((a, b) => Buffer.compare(a, b)))

/** An INTEGER of at least 0: a number, or big-endian bytes. */
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

/** TRUE; DER leaves out a BOOLEAN that has its default, so FALSE is hardly ever written. */
export const boolean = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]))

/** A BIT STRING whose last `unused` bits do not count; they must be 0. */
export const bitString = (bytes: Uint8Array, unused = 0): Buffer => der(0x03, Buffer.from([unused]), bytes)

export const octetString = (...content: readonly Uint8Array[]): Buffer => der(0x04, ...content)

export const utf8String = (text: string): Buffer => der(0x0c, Buffer.from(text))

/** An OBJECT IDENTIFIER from its dotted text (X.690 §8.19). */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)))
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return bytes
}

/** A time to the second: UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5). */
export function time(date: Date): Buffer {
  const text = `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
  const year = date.getUTCFullYear()
  return year >= 1950 && year < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text))
}

/** `[number]` with the whole of another value inside. */
export const explicit = (number: number, ...values: readonly Uint8Array[]): Buffer => der(0xa0 | number, ...values)

/** `[number]` in place of a primitive value's own tag. */
export const implicit = (number: number, content: Uint8Array): Buffer => der(0x80 | number, content)
