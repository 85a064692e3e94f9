/** Query parameters by name, each with every value that was given, in order. */
export type Query = ReadonlyMap<string, readonly string[]>

/**
 * Reads a query string (without its `?`). `+` stays a plus sign: Go's `+`-as-space would corrupt
 * `application/vnd.oci.image.config.v1+json`, which clients send unescaped in `artifactType=`.
 * A value that cannot be percent-decoded is kept as it came.
 */
export function parseQuery(text: string): Query {
  const query = new Map<string, string[]>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const mark = pair.indexOf('=')
    const name = decode(mark < 0 ? pair : pair.slice(0, mark))
    const value = mark < 0 ? '' : decode(pair.slice(mark + 1))
    const values = query.get(name)
    if (values) values.push(value)
    else query.set(name, [value])
  }
  return query
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The first value of a parameter, or undefined when it was not given. */
export const first = (query: Query, name: string): string | undefined => query.get(name)?.[0]

/** Writes parameters as a query string with its `?`, or '' when there are none; undefined values are left out. */
export function formatQuery(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined)
  if (pairs.length === 0) return ''
  return '?' + pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
}
