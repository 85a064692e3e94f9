import { lengthOf, type PythonValue } from './python-values.js'

/** Text that Python's json module does not read; the message is the one that it gives. */
export class PythonJsonError extends Error {}

/**
 * Reads JSON as Python's json.loads does (CPython, Modules/_json.c): NaN and Infinity are numbers, of a key that comes
 * twice the last value counts, and numbers keep what they are.
 * @throws PythonJsonError with Python's message, such as `Expecting value: line 1 column 1 (char 0)`
 */
export function parsePythonJson(text: string): PythonValue {
  if (text.startsWith('\uFEFF')) fail('Unexpected UTF-8 BOM (decode using utf-8-sig)', text, 0)
  const reader = new Reader(text)
  reader.skipSpace()
  const value = reader.value(0)
  reader.skipSpace()
  if (reader.at !== text.length) fail('Extra data', text, reader.at)
  return value
}

// Python gives up at its recursion limit of 1,000; what is on its stack already leaves about this much.
const deepest = 900

const constants: readonly (readonly [string, PythonValue])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class Reader {
  at = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  skipSpace(): void {
    while (/[ \t\n\r]/.test(this.#text[this.at] ?? '')) this.at++
  }

  value(depth: number): PythonValue {
    const text = this.#text
    const first = text[this.at]
    if (first === '"') return this.#string()
    if (first === '{' || first === '[') {
      if (depth > deepest) throw new PythonJsonError(`maximum recursion depth exceeded ${where(first)}`)
      return first === '{' ? this.#object(depth) : this.#array(depth)
    }
    for (const [word, value] of constants) {
      if (text.startsWith(word, this.at)) {
        this.at += word.length
        return value
      }
    }
    return this.#number()
  }

  #object(depth: number): PythonValue {
    const dict = new Map<string, PythonValue>()
    this.at++
    this.skipSpace()
    if (this.#text[this.at] === '}') {
      this.at++
      return dict
    }
    for (;;) {
      if (this.#text[this.at] !== '"') fail('Expecting property name enclosed in double quotes', this.#text, this.at)
      const key = this.#string()
      this.skipSpace()
      if (this.#text[this.at] !== ':') fail("Expecting ':' delimiter", this.#text, this.at)
      this.at++
      this.skipSpace()
      dict.set(key, this.value(depth + 1))
      if (this.#ends('}')) return dict
    }
  }

  #array(depth: number): PythonValue {
    const list: PythonValue[] = []
    this.at++
    this.skipSpace()
    if (this.#text[this.at] === ']') {
      this.at++
      return list
    }
    for (;;) {
      list.push(this.value(depth + 1))
      if (this.#ends(']')) return list
    }
  }

  #ends(bracket: string): boolean {
    this.skipSpace()
    const char = this.#text[this.at]
    if (char !== bracket && char !== ',') fail("Expecting ',' delimiter", this.#text, this.at)
    this.at++
    if (char === bracket) return true
    this.skipSpace()
    return false
  }

  #number(): PythonValue {
    const pattern = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#text)
    if (found === null) fail('Expecting value', this.#text, this.at)
    this.at += found[0].length
    const [all, whole = '', fraction, exponent] = found
    if (fraction !== undefined || exponent !== undefined) return Number(all)
    const digits = whole.replace('-', '').length
    if (digits > 4300) throw new PythonJsonError(tooLong(digits))
    return BigInt(whole)
  }

  #string(): string {
    const text = this.#text
    const begin = this.at++
    let result = ''
    for (;;) {
      const plain = /[ !#-[\]-\uffff]*/y
      plain.lastIndex = this.at
      const run = (plain.exec(text) as RegExpExecArray)[0]
      result += run
      this.at += run.length
      const char = text[this.at]
      if (char === undefined) fail('Unterminated string starting at', text, begin)
      if (char === '"') {
        this.at++
        return result
      }
      if (char !== '\\') fail('Invalid control character at', text, this.at)
      result += this.#escape(begin)
    }
  }

  #escape(begin: number): string {
    const text = this.#text
    const char = text[this.at + 1]
    if (char === undefined) fail('Unterminated string starting at', text, begin)
    if (char !== 'u') {
      const plain = Object.hasOwn(escapes, char) ? escapes[char] : undefined
      if (plain === undefined) fail('Invalid \\escape', text, this.at)
      this.at += 2
      return plain
    }
    // Python wants the closing quote behind the four digits too before it looks at them.
    const digits = text.slice(this.at + 2, this.at + 6)
    if (!/^[0-9a-fA-F]{4}$/.test(digits) || this.at + 6 >= text.length) {
      fail('Invalid \\uXXXX escape', text, this.at + 1)
    }
    this.at += 6
    return String.fromCharCode(Number.parseInt(digits, 16))
  }
}

const where = (bracket: string): string =>
  `while decoding a JSON ${bracket === '{' ? 'object' : 'array'} from a unicode string`

const tooLong = (digits: number): string =>
  `Exceeds the limit (4300 digits) for integer string conversion: value has ${digits} digits; ` +
  'use sys.set_int_max_str_digits() to increase the limit'

function fail(message: string, text: string, at: number): never {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const column = lengthOf(before.slice(before.lastIndexOf('\n') + 1)) + 1
  throw new PythonJsonError(`${message}: line ${line} column ${column} (char ${lengthOf(before)})`)
}
