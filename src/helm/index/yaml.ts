/**
 * A value of JSON as YAML in block style, each line behind `indent`: what YAML 1.1 and 1.2 read alike, and so what every
 * Helm does. Text stands in quotation marks wherever somebody could take it for something else.
 */
export function yamlOf(value: unknown, indent: string): string {
  const lines: string[] = []
  write(lines, value, indent)
  return lines.join('')
}

function write(lines: string[], value: unknown, indent: string): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) writeMember(lines, item, indent, `${indent}- `, `${indent}  `)
    return
  }
  for (const [key, member] of Object.entries(value as object)) {
    if (member === undefined) continue
    const name = yamlScalar(key)
    // A parser looks no further than 1024 characters for the colon.
    if (name.length <= longestKey)
      writeMember(lines, member, indent, `${indent}${name}:`, isList(member) ? indent : `${indent}  `)
    else {
      lines.push(`${indent}? ${name}\n`)
      writeMember(lines, member, indent, `${indent}:`, `${indent}  `)
    }
  }
}

const longestKey = 128
const isList = (value: unknown): boolean => Array.isArray(value)

function writeMember(lines: string[], value: unknown, indent: string, head: string, inner: string): void {
  const isItem = head.endsWith('- ')
  if (typeof value !== 'object' || value === null) {
    lines.push(`${head}${isItem ? '' : ' '}${yamlScalar(value)}\n`)
  } else if (Object.values(value).length === 0) {
    lines.push(`${head}${isItem ? '' : ' '}${Array.isArray(value) ? '[]' : '{}'}\n`)
  } else if (isItem) {
    // The first line of what is inside stands behind the dash.
    const inside: string[] = []
    write(inside, value, `${indent}  `)
    const [firstLine = '', ...rest] = inside
    lines.push(head + firstLine.slice(indent.length + 2), ...rest)
  } else {
    lines.push(`${head}\n`)
    write(lines, value, inner)
  }
}

/** Text, a number or a word as YAML. */
export function yamlScalar(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null'
  if (isPlain(value)) return value
  // A string of JSON is one of YAML, but for characters that YAML does not let through.
  return JSON.stringify(value).replaceAll(unprintable, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

const unprintable = /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g

// Words, paths and URLs, and versions of three numbers.
const isPlain = (text: string): boolean =>
  (/^[a-zA-Z](?:[\w./+@-]|:(?=\/)| (?=[\w./+@]))*$/.test(text) && text.length < 1000 && !meaningful.test(text)) ||
  /^\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][\w.+-]*)?$/.test(text)

// What stands for something else in YAML 1.1.
const meaningful = /^(?:y|n|yes|no|on|off|true|false|null)$/i
