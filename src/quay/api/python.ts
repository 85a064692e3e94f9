/**
 * A value as Python's `json.dumps` writes it: a space behind commas and colons, and everything beyond ASCII escaped.
 * Quay's API answers so, and people compare its answers as text.
 */
export function pythonJson(value: unknown): string {
  return write(value, ', ', ': ')
}

/** A value as Flask's `jsonify` writes it: no spaces, members in the order of their names, a line's end. */
export function flaskJson(value: unknown): string {
  return `${write(sorted(value), ',', ':')}\n`
}

/** A value as `json.dumps` writes it with `indent`: lines of their own, and everything beyond ASCII escaped. */
export const asciiJson = (value: unknown, indent: number): string =>
  escapeText(JSON.stringify(value, undefined, indent))

function write(value: unknown, comma: string, colon: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, comma, colon)).join(comma)}]`
  if (typeof value !== 'object' || value === null) return writeScalar(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => writeScalar(name) + colon + write(member, comma, colon)).join(comma)}}`
}

const writeScalar = (value: unknown): string => escapeText(JSON.stringify(value) ?? 'null')

const escapeText = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]))
}

/** A value of JSON as Python's `repr` shows it, for messages that quote one. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'string') return reprString(value)
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  const members = Object.entries(value).map(([name, member]) => `${reprString(name)}: ${pythonRepr(member)}`)
  return `{${members.join(', ')}}`
}

// Python takes the other quotation mark when a text holds the first and not the second.
function reprString(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A time as the API writes it (RFC 2822): `Thu, 21 Aug 2025 10:00:00 -0000`; null stays null. */
export function formatDate(at: number | null): string | null {
  if (at === null) return null
  const date = new Date(at)
  const two = (number: number): string => String(number).padStart(2, '0')
  const day = `${days[date.getUTCDay()]}, ${two(date.getUTCDate())} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} -0000`
}
