import { decodeBase64 } from '../formats/base64.js'
import { FormatError } from '../formats/format-error.js'
import {
  duplicatesIn,
  JsonNumber,
  JsonObject,
  parseJson,
  sameName,
  type JsonValue,
  type NameMatch,
} from '../formats/json.js'

/**
 * What is expected of a JSON text. `map` and `list` are of one kind of value; `members` are those of an object that are
 * looked at.
 */
export type Shape =
  | 'string'
  | 'bytes'
  | 'integer'
  | 'any'
  | { readonly map: Shape }
  | { readonly list: Shape }
  | { readonly members: Readonly<Record<string, Shape>> }

/** What is read of a shape: what was not there, or null, is undefined. */
export type Read<S extends Shape> = S extends 'string'
  ? string
  : S extends 'bytes'
    ? Uint8Array
    : S extends 'integer'
      ? bigint
      : S extends 'any'
        ? JsonValue
        : S extends { readonly map: infer V extends Shape }
          ? ReadonlyMap<string, Read<V>>
          : S extends { readonly list: infer I extends Shape }
            ? readonly Read<I>[]
            : S extends { readonly members: infer M extends Readonly<Record<string, Shape>> }
              ? { readonly [K in keyof M]?: Read<M[K]> | undefined }
              : never

/**
 * Whose rules a text is read by:
 * - `exact`: names as they are, each once; members that are not in the shape are passed over.
 * - `closed`: the same, and there are no other members.
 * - `go`: Go's `encoding/json` into structs. Names in any case; of members of the same name the last one counts, of objects
 *   each adds to the one before; null leaves things as they are; other members are passed over.
 * - `proto`: the JSON of protocol buffers, as sigstore's bundles have it. Each member once, by its name in camel or snake case,
 *   and no others; null is nothing; base64 of either alphabet; integers as text too.
 */
export type Dialect = 'exact' | 'closed' | 'go' | 'proto'

/** JSON that has a member twice; `exact`, `closed` and `proto` refuse it. */
export class DuplicateName extends FormatError {}

/**
 * Reads a JSON text by a dialect's rules.
 * @throws FormatError for what is no JSON or has not this shape; DuplicateName for a name that stands twice.
 */
export function readJson<const S extends Shape>(
  json: string | Uint8Array,
  shape: S,
  dialect: Dialect,
): Read<S> | undefined {
  const value = parseJson(json, { unicode: dialect === 'go' ? 'replace' : 'refuse' })
  return new ShapeReader(dialect).read(value, shape, undefined, '') as Read<S> | undefined
}

class ShapeReader {
  readonly #dialect: Dialect

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  read(value: JsonValue, shape: Shape, before: unknown, path: string): unknown {
    if (shape === 'any') return this.#whole(value, path)
    if (value === null && (this.#dialect === 'go' || this.#dialect === 'proto')) {
      // Of a map, Go's null takes all away.
      return this.#dialect === 'go' && !(typeof shape === 'object' && !('members' in shape)) ? before : undefined
    }
    if (shape === 'string') return typeof value === 'string' ? value : wrong(path, 'a string')
    if (shape === 'bytes') return this.#bytes(value, path)
    if (shape === 'integer') return this.#integer(value, path)
    if ('list' in shape) {
      if (!isArray(value)) return wrong(path, 'an array')
      return value.map((one, index) => this.#inside(one, shape.list, `${path}/${index}`))
    }
    if (!(value instanceof JsonObject)) return wrong(path, 'an object')
    if ('map' in shape) return this.#map(value, shape.map, before as ReadonlyMap<string, unknown> | undefined, path)
    return this.#members(value, shape.members, before as Readonly<Record<string, unknown>> | undefined, path)
  }

  // Protocol buffers have no null in lists and maps.
  #inside(value: JsonValue, shape: Shape, path: string): unknown {
    if (value === null && shape !== 'any' && this.#dialect === 'proto') wrong(path, 'a value')
    return this.read(value, shape, undefined, path)
  }

  #whole(value: JsonValue, path: string): JsonValue {
    const [again] = this.#dialect === 'go' ? [] : duplicatesIn(value)
    if (again !== undefined) throw new DuplicateName(`${path}${again} is there more than once`, 0)
    return value
  }

  #map(value: JsonObject, shape: Shape, before: ReadonlyMap<string, unknown> | undefined, path: string): unknown {
    const map = new Map(this.#dialect === 'go' ? before : undefined)
    for (const { name, value: one } of value.members) {
      if (map.has(name) && this.#dialect !== 'go') throw twice(path, name)
      map.set(name, this.#inside(one, shape, `${path}/${name}`))
    }
    return map
  }

  #members(
    value: JsonObject,
    shapes: Readonly<Record<string, Shape>>,
    before: Readonly<Record<string, unknown>> = {},
    path: string,
  ): unknown {
    const match: NameMatch = this.#dialect === 'go' ? 'go' : 'exact'
    const read: Record<string, unknown> = this.#dialect === 'go' ? { ...before } : {}
    const seen = new Set<string>()
    for (const { name, value: one } of value.members) {
      const known = Object.keys(shapes).find(
        (wanted) => sameName(name, wanted, match) || (this.#dialect === 'proto' && name === snakeCase(wanted)),
      )
      const key = known ?? name
      if (this.#dialect !== 'go' && seen.has(key)) throw twice(path, name)
      seen.add(key)
      if (known !== undefined) read[known] = this.read(one, shapes[known] as Shape, read[known], `${path}/${known}`)
      else if (this.#dialect === 'closed' || this.#dialect === 'proto') wrong(path, `no member ${JSON.stringify(name)}`)
    }
    return read
  }

  #bytes(value: JsonValue, path: string): Uint8Array {
    if (typeof value !== 'string') return wrong(path, 'base64')
    if (this.#dialect !== 'proto') return decodeBase64(value, this.#dialect === 'go' ? 'go' : 'strict')
    const standard = value.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
    return decodeBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='), 'go')
  }

  #integer(value: JsonValue, path: string): bigint {
    const text = value instanceof JsonNumber ? value.text : this.#dialect === 'proto' ? value : undefined
    const isInteger = typeof text === 'string' && /^-?(?:0|[1-9]\d{0,18})$/.test(text)
    const integer = isInteger ? BigInt(text) : wrong(path, 'an integer')
    return BigInt.asIntN(64, integer) === integer ? integer : wrong(path, 'an integer of 64 bits')
  }
}

const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const pathOf = (path: string): string => (path === '' ? 'the value' : path)

function wrong(path: string, wanted: string): never {
  throw new FormatError(`${pathOf(path)} should have ${wanted}`, 0)
}

const twice = (path: string, name: string): DuplicateName =>
  new DuplicateName(`${pathOf(path)} has ${JSON.stringify(name)} more than once`, 0)
