import { isList, pairsOf, type PythonValue } from './python-values.js'

/**
 * What Python's repr() gives (CPython, Objects/unicodeobject.c and floatobject.c).
 * @param sorted The pairs of a dict by their keys, as pprint has them, instead of in their own order.
 */
export function repr(value: PythonValue, sorted = false): string {
  if (value === null) return 'None'
  if (typeof value === 'string') return reprOfText(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return reprOfFloat(value)
  if (isList(value)) return `[${value.map((entry) => repr(entry, sorted)).join(', ')}]`
  const pairs = sorted ? sortedPairs(value) : pairsOf(value)
  return `{${pairs.map(([key, entry]) => `${reprOfText(key)}: ${repr(entry, sorted)}`).join(', ')}}`
}

/** A dict's pairs by their keys, in the order of code points. */
export const sortedPairs = (dict: Parameters<typeof pairsOf>[0]): [string, PythonValue][] =>
  pairsOf(dict).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

const named: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function reprOfText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replace(/[\p{C}\p{Z}\\'"]/gu, (char) => {
    if (char === ' ') return char
    if (char === "'" || char === '"') return char === quote ? `\\${char}` : char
    return named[char] ?? escaped(char.codePointAt(0) as number)
  })
  return `${quote}${body}${quote}`
}

function escaped(code: number): string {
  const hex = code.toString(16)
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

// The shortest digits that give the same float are the same in both languages; where the point and the exponent stand is not.
function reprOfFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const [, sign = '', digits = '', power = '0'] = /^(-?)(.*)e(.*)$/.exec(value.toExponential()) ?? []
  const minus = Object.is(value, -0) ? '-' : sign
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 16) {
    return `${minus}${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const plain = digits.replace('.', '')
  if (exponent < 0) return `${minus}0.${'0'.repeat(-exponent - 1)}${plain}`
  const whole = plain.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${minus}${whole}.${plain.slice(exponent + 1) || '0'}`
}
