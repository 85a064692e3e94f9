import { FormatError } from './format-error.js'

/** One value of DER. */
export interface DerNode {
  /** The identifier octet: class, constructed bit and number (X.690 §8.1.2). */
  readonly tag: number
  /** The whole value, tag and length included. */
  readonly bytes: Uint8Array
  /** What is in it. */
  readonly content: Uint8Array
  /** Where the tag and the content begin, in bytes from the beginning of what was read. */
  readonly offset: number
  readonly contentOffset: number
  /** The values in a constructed one; none in a primitive one. */
  readonly children: readonly DerNode[]
}

/** What is read at most; more is refused before it costs anything. */
export interface DerLimits {
  /** Bytes. */
  readonly size?: number
  /** Values inside values. */
  readonly depth?: number
  /** Values in all. */
  readonly count?: number
}

const defaults = { size: 1 << 20, depth: 32, count: 20_000 }

/**
 * The one value that the bytes are, with nothing after it, as DER alone writes it (X.690 §10.1, §10.2): definite lengths in
 * their shortest form, no constructed strings. Values are checked as far as their kind is known by reading them with
 * `der-values.ts`.
 * @throws FormatError with the offset of what is wrong.
 */
export function readDer(bytes: Uint8Array, limits: DerLimits = {}): DerNode {
  const node = readDerPrefix(bytes, limits)
  if (node.bytes.length < bytes.length) throw new FormatError('there are bytes after the DER value', node.bytes.length)
  return node
}

/** As `readDer`, but what comes after the value is not looked at. @throws FormatError as `readDer`. */
export function readDerPrefix(bytes: Uint8Array, limits: DerLimits = {}): DerNode {
  const { size, depth, count } = { ...defaults, ...limits }
  if (bytes.length > size) throw new FormatError(`DER of more than ${size} bytes is not read`, size)
  return new DerReader(bytes, depth, count).value(0, bytes.length, 0)
}

class DerReader {
  readonly #bytes: Uint8Array
  readonly #depth: number
  #left: number

  constructor(bytes: Uint8Array, depth: number, count: number) {
    this.#bytes = bytes
    this.#depth = depth
    this.#left = count
  }

  value(offset: number, end: number, depth: number): DerNode {
    if (depth > this.#depth) throw new FormatError(`DER of more than ${this.#depth} levels is not read`, offset)
    this.#left -= 1
    if (this.#left < 0) throw new FormatError('DER of so many values is not read', offset)
    const tag = this.#tag(offset, end)
    const { length, contentOffset } = this.#length(offset + 1, end)
    const contentEnd = contentOffset + length
    if (contentEnd > end) throw new FormatError('a DER value is longer than what it is in', offset)
    return {
      tag,
      bytes: this.#bytes.subarray(offset, contentEnd),
      content: this.#bytes.subarray(contentOffset, contentEnd),
      offset,
      contentOffset,
      children: tag & constructed ? this.#children(contentOffset, contentEnd, depth + 1) : [],
    }
  }

  #children(start: number, end: number, depth: number): DerNode[] {
    const children: DerNode[] = []
    for (let offset = start; offset < end;) {
      const child = this.value(offset, end, depth)
      children.push(child)
      offset += child.bytes.length
    }
    return children
  }

  #tag(offset: number, end: number): number {
    const tag = this.#byte(offset, end)
    if ((tag & 0x1f) === 0x1f) throw new FormatError('tags of more than one byte are not read', offset)
    // Of the universal types only SEQUENCE and SET are made of values in DER (X.690 §10.2), and these always are.
    const collects = tag === 0x30 || tag === 0x31
    const universal = (tag & 0xc0) === 0
    if (universal && (tag & constructed) !== 0 && !collects) {
      throw new FormatError('a value in parts is not DER', offset)
    }
    if (tag === 0x10 || tag === 0x11) throw new FormatError('a SEQUENCE or SET that is primitive is not DER', offset)
    return tag
  }

  #length(offset: number, end: number): { length: number; contentOffset: number } {
    const first = this.#byte(offset, end)
    if (first < 0x80) return { length: first, contentOffset: offset + 1 }
    const count = first & 0x7f
    if (count === 0) throw new FormatError('an indefinite length is not DER', offset)
    if (count > 4) throw new FormatError('lengths of more than four bytes are not read', offset)
    let length = 0
    for (let at = 1; at <= count; at += 1) length = length * 256 + this.#byte(offset + at, end)
    if (length < 0x80 || length < 256 ** (count - 1))
      throw new FormatError('a length has too many bytes for DER', offset)
    return { length, contentOffset: offset + 1 + count }
  }

  #byte(offset: number, end: number): number {
    if (offset >= end) throw new FormatError('DER ends too soon', offset)
    return this.#bytes[offset] as number
  }
}

const constructed = 0x20
