import { repr, sortedPairs } from './python-repr.js'
import { isDict, isList, lengthOf, type PythonValue } from './python-values.js'

/**
 * What Python's pprint.pformat(value, width=72) gives (CPython, Lib/pprint.py): the width that jsonschema asks for in
 * its error texts.
 */
export const pformat = (value: PythonValue): string => format(value, { indent: 0, allowance: 0, level: 0 })

const width = 72

interface Place {
  /** Where the value begins on its line. */
  readonly indent: number
  /** What must fit behind the value on its last line. */
  readonly allowance: number
  /** How deep the value is. */
  readonly level: number
}

function format(value: PythonValue, place: Place): string {
  const text = repr(value, true)
  if (lengthOf(text) <= width - place.indent - place.allowance) return text
  const inner: Place = { indent: place.indent + 1, allowance: place.allowance + 1, level: place.level + 1 }
  if (isList(value)) {
    return `[${joined(value, inner, (entry, at) => format(entry, at))}]`
  }
  if (isDict(value)) {
    const entry = ([key, one]: [string, PythonValue], at: Place): string => {
      const name = repr(key)
      return `${name}: ${format(one, { ...at, indent: at.indent + lengthOf(name) + 2 })}`
    }
    return `{${joined(sortedPairs(value), inner, entry)}}`
  }
  return typeof value === 'string' ? formatText(value, { ...place, level: place.level + 1 }) : text
}

function joined<T>(entries: readonly T[], inner: Place, write: (entry: T, at: Place) => string): string {
  const written = entries.map((entry, index) =>
    write(entry, { ...inner, allowance: index === entries.length - 1 ? inner.allowance : 1 }),
  )
  return written.join(`,\n${' '.repeat(inner.indent)}`)
}

// A long text becomes several that Python would join again, cut behind white space; only at the top they are in brackets.
function formatText(text: string, place: Place): string {
  if (text === '') return repr(text)
  const top = place.level === 1
  const indent = place.indent + (top ? 1 : 0)
  const allowance = place.allowance + (top ? 1 : 0)
  const room = width - indent
  const split = linesOf(text)
  const chunks = split.flatMap((line, index) => chunksOf(line, room, index === split.length - 1 ? allowance : 0))
  if (chunks.length === 1) return chunks[0] as string
  const body = chunks.join(`\n${' '.repeat(indent)}`)
  return top ? `(${body})` : body
}

function chunksOf(line: string, room: number, allowance: number): string[] {
  const whole = repr(line)
  if (lengthOf(whole) <= room - allowance) return [whole]
  const parts = line.match(words)?.slice(0, -1) ?? []
  const chunks: string[] = []
  let current = ''
  for (const [index, part] of parts.entries()) {
    const limit = index === parts.length - 1 ? room - allowance : room
    if (lengthOf(repr(current + part)) > limit) {
      if (current !== '') chunks.push(repr(current))
      current = part
    } else {
      current += part
    }
  }
  return current === '' ? chunks : [...chunks, repr(current)]
}

// What Python's str.splitlines and its white space know, in the notation of character classes.
const lineEnds = '\n-\r\u001c-\u001e\u0085\u2028\u2029'
const space = `\\p{Z}${lineEnds}\t\u001f`
const lines = new RegExp(`[^${lineEnds}]*(?:\r\n|[${lineEnds}])|[^${lineEnds}]+$`, 'g')
const words = new RegExp(`[^${space}]*[${space}]*`, 'gu')

/** A text's lines with their ends, as Python's str.splitlines(True) has them. */
export const linesOf = (text: string): string[] => text.match(lines) ?? []
