import type { Query } from '../../src/route/query.js'
import type { RequestFilter } from '../journal/filter.js'

/**
 * The filter that a query asks for, such as `method=PUT&route=manifest&repository=team/*&status=4xx`. A name that comes
 * again is one more that is enough; `account=` is nobody, `header=Accept:*json*` a header with a value and
 * `header=Range` one that is there. What is no filter is left for the journal to refuse.
 * @param others Names that mean something else.
 */
export const queryFilter = (query: Query, others: readonly string[] = []): RequestFilter =>
  Object.fromEntries(
    Array.from(query)
      .filter(([name]) => !others.includes(name))
      .map(([name, values]) => [name, valueOf(name, values)]),
  )

function valueOf(name: string, values: readonly string[]): unknown {
  switch (name) {
    case 'account':
      return values.every((value) => value === '') ? null : values
    case 'status':
      return values.map((value) => (/^\d+$/.test(value) ? Number(value) : value))
    case 'since':
      return Number(values[0] || Number.NaN)
    case 'header':
      return headersOf(values)
    case 'fault':
    case 'aborted':
      return booleanOf(values[0]) ?? (name === 'fault' ? values : values[0])
    case 'scheme':
      return values[0]
    default:
      return values
  }
}

const booleanOf = (text: string | undefined): boolean | undefined =>
  text === 'true' ? true : text === 'false' ? false : undefined

function headersOf(values: readonly string[]): Readonly<Record<string, unknown>> {
  const headers = new Map<string, string[] | true>()
  for (const value of values) {
    const colon = value.indexOf(':')
    if (colon < 0) headers.set(value, headers.get(value) ?? true)
    else {
      const name = value.slice(0, colon)
      const known = headers.get(name)
      headers.set(name, [...(Array.isArray(known) ? known : []), value.slice(colon + 1).trim()])
    }
  }
  return Object.fromEntries(headers)
}
