import { TextDecoder } from 'node:util'
import { FormatError } from './format-error.js'

/** A number as it was written: what it is worth depends on who reads it. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A member of an object; `offset` is where its name begins, in bytes. */
export interface JsonMember {
  readonly name: string
  readonly value: JsonValue
  readonly offset: number
}

/** An object with all its members in their order, those of the same name too. */
export class JsonObject {
  readonly members: readonly JsonMember[]

  constructor(members: readonly JsonMember[]) {
    this.members = members
  }
}

/** A value of JSON, nothing of it lost but white space and how characters were escaped. */
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject

/** What is read at most, and how. */
export interface JsonLimits {
  /** Bytes. */
  readonly size?: number
  /** Arrays and objects inside each other. */
  readonly depth?: number
  /** Values in all. */
  readonly count?: number
  /** Whether what is not Unicode (bytes that are not UTF-8, half of a surrogate pair) is refused, or read as U+FFFD, as Go does. */
  readonly unicode?: 'refuse' | 'replace'
}

const defaults = { size: 128 << 20, depth: 1000, count: 1_000_000, unicode: 'refuse' } as const

/**
 * The one value that a JSON text is (RFC 8259), with nothing but white space around it. A byte order mark is refused.
 * @throws FormatError with the offset of what is wrong.
 */
export function parseJson(json: string | Uint8Array, limits: JsonLimits = {}): JsonValue {
  const { size, depth, count, unicode } = { ...defaults, ...limits }
  if (typeof json === 'string' && unicode === 'refuse' && halfOfPair.test(json)) {
    throw new FormatError('half of a surrogate pair is not Unicode', 0)
  }
  const bytes = typeof json === 'string' ? Buffer.from(json) : json
  if (bytes.length > size) throw new FormatError(`JSON of more than ${size} bytes is not read`, size)
  return new JsonReader(bytes, depth, count, unicode === 'refuse').whole()
}

class JsonReader {
  readonly #bytes: Uint8Array
  readonly #depth: number
  readonly #strict: boolean
  readonly #decoder: TextDecoder
  #left: number
  #at = 0

  constructor(bytes: Uint8Array, depth: number, count: number, strict: boolean) {
    this.#bytes = bytes
    this.#depth = depth
    this.#left = count
    this.#strict = strict
    this.#decoder = new TextDecoder('utf-8', { fatal: strict, ignoreBOM: true })
  }

  whole(): JsonValue {
    if (this.#bytes[0] === 0xef && this.#bytes[1] === 0xbb && this.#bytes[2] === 0xbf) {
      throw new FormatError('JSON begins with a byte order mark', 0)
    }
    const value = this.#value(0)
    this.#space()
    if (this.#at < this.#bytes.length) throw new FormatError('there is something after the JSON value', this.#at)
    return value
  }

  #value(depth: number): JsonValue {
    this.#space()
    if (depth > this.#depth) throw new FormatError(`JSON of more than ${this.#depth} levels is not read`, this.#at)
    this.#left -= 1
    if (this.#left < 0) throw new FormatError('JSON of so many values is not read', this.#at)
    switch (this.#bytes[this.#at]) {
      case brace:
        return this.#object(depth + 1)
      case bracket:
        return this.#array(depth + 1)
      case quote:
        return this.#string()
      case 0x74:
        return this.#word('true', true)
      case 0x66:
        return this.#word('false', false)
      case 0x6e:
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #object(depth: number): JsonObject {
    const members: JsonMember[] = []
    this.#at += 1
    if (this.#takes(closingBrace)) return new JsonObject(members)
    do {
      this.#space()
      const offset = this.#at
      if (this.#bytes[offset] !== quote) throw this.#unexpected('a name')
      const name = this.#string()
      if (!this.#takes(colon)) throw this.#unexpected('a colon')
      members.push({ name, value: this.#value(depth), offset })
    } while (this.#takes(comma))
    if (!this.#takes(closingBrace)) throw this.#unexpected('a comma or the end of an object')
    return new JsonObject(members)
  }

  #array(depth: number): JsonValue[] {
    const values: JsonValue[] = []
    this.#at += 1
    if (this.#takes(closingBracket)) return values
    do values.push(this.#value(depth))
    while (this.#takes(comma))
    if (!this.#takes(closingBracket)) throw this.#unexpected('a comma or the end of an array')
    return values
  }

  #string(): string {
    const start = this.#at
    let escaped = false
    for (this.#at += 1; this.#bytes[this.#at] !== quote; this.#at += 1) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) throw new FormatError('a string does not end', start)
      if (byte < 0x20) throw this.#unexpected('no control character in a string')
      if (byte === backslash) {
        escaped = true
        this.#at += 1
      }
    }
    const text = this.#text(start + 1, this.#at)
    this.#at += 1
    return escaped ? this.#paired(unescape(text, start), start) : text
  }

  #paired(text: string, start: number): string {
    if (this.#strict && halfOfPair.test(text)) throw new FormatError('a string has half of a surrogate pair', start)
    return text.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  }

  #text(start: number, end: number): string {
    try {
      return this.#decoder.decode(this.#bytes.subarray(start, end))
    } catch {
      throw new FormatError('a string is not UTF-8', start)
    }
  }

  #word<T>(word: string, value: T): T {
    for (const letter of word) {
      if (this.#bytes[this.#at] !== letter.charCodeAt(0)) throw this.#unexpected(word)
      this.#at += 1
    }
    return value
  }

  #number(): JsonNumber {
    const start = this.#at
    while (numeric.has(this.#bytes[this.#at] as number)) this.#at += 1
    const text = String.fromCharCode(...this.#bytes.subarray(start, Math.min(this.#at, start + longestNumber + 1)))
    if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) && text.length <= longestNumber) {
      return new JsonNumber(text)
    }
    this.#at = start
    throw this.#unexpected('a value')
  }

  #takes(byte: number): boolean {
    this.#space()
    if (this.#bytes[this.#at] !== byte) return false
    this.#at += 1
    return true
  }

  #space(): void {
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#at += 1
    }
  }

  #unexpected(wanted: string): FormatError {
    const found = this.#at < this.#bytes.length ? 'something else is there' : 'JSON ends'
    return new FormatError(`JSON should have ${wanted}, and ${found}`, this.#at)
  }
}

function unescape(text: string, offset: number): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([^]))/g, (_, hex: string | undefined, letter: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    const meant = escapes.get(letter)
    if (meant === undefined) throw new FormatError('a string has an escape that JSON does not know', offset)
    return meant
  })
}

const halfOfPair = /\p{Surrogate}/u
const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]
const [brace, closingBrace, bracket, closingBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
const numeric = new Set(Buffer.from('+-.0123456789eE'))
const longestNumber = 1000
const escapes = new Map(Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }))

/** How names of members are compared: as they are, or as Go's `encoding/json` finds the field of a struct. */
export type NameMatch = 'exact' | 'go'

/**
 * The values of an object's members of one name, in their order; none for a value that is not an object. Go sets a field
 * once for each of them: the last one stays, of objects what each of them has.
 */
export function membersOf(value: JsonValue | undefined, name: string, match: NameMatch = 'exact'): JsonValue[] {
  if (!(value instanceof JsonObject)) return []
  const wanted = nameKey(name, match)
  return value.members.filter((member) => nameKey(member.name, match) === wanted).map((member) => member.value)
}

/** The last of `membersOf`, which is the one that `JSON.parse` and Go keep; undefined when there is none. */
export const memberOf = (value: JsonValue | undefined, name: string, match?: NameMatch): JsonValue | undefined =>
  membersOf(value, name, match).at(-1)

/**
 * Where names stand more than once in the same object, here and in all that is inside: the path of each that repeats an
 * earlier one, as a JSON Pointer (RFC 6901).
 */
export function duplicatesIn(value: JsonValue, match: NameMatch = 'exact'): string[] {
  const found: string[] = []
  const look = (value: JsonValue, path: string): void => {
    if (value instanceof JsonObject) {
      const seen = new Set<string>()
      for (const { name, value: inside } of value.members) {
        const key = nameKey(name, match)
        const here = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
        if (seen.has(key)) found.push(here)
        seen.add(key)
        look(inside, here)
      }
    } else if (isArray(value)) value.forEach((one, index) => look(one, `${path}/${index}`))
  }
  look(value, '')
  return found
}

// Unicode's simple case folding of names that could be those of a struct, which are ASCII: a Kelvin sign is a k, a long s
// an s, and nothing else than letters of ASCII is one of them (no dotless i, no ligature).
const nameKey = (name: string, match: NameMatch): string =>
  match === 'exact'
    ? name
    : name
        .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
        .replaceAll('\u212a', 'k')
        .replaceAll('\u017f', 's')

/** Whether a member's name is that of a field. */
export const sameName = (name: string, field: string, match: NameMatch): boolean =>
  name === field || (match === 'go' && nameKey(name, match) === nameKey(field, match))

/** The value as `JSON.parse` makes it, and Go of an `any`: of members of the same name the last one stays. */
export function toPlain(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return Number(value.text)
  if (isArray(value)) return value.map(toPlain)
  if (!(value instanceof JsonObject)) return value
  // `Object.fromEntries` defines its members, so that `__proto__` is a name as others are.
  return Object.fromEntries(value.members.map((member) => [member.name, toPlain(member.value)]))
}

const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)
