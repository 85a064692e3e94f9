import { RegistryError } from '../protocol/errors.js'
import { first, formatQuery, type Query } from '../route/query.js'
import { formatRoute, type Addressable } from '../route/route.js'
import type { Headers } from '../protocol/call.js'
import type { Page } from '../store/store.js'

/**
 * The page that a query asks for (distribution-spec 1.1 "Content Discovery"): `n` entries behind `last`.
 * @throws RegistryError PAGINATION_NUMBER_INVALID when `n` is no whole number of at least 0.
 */
export function pageOf(query: Query, limit: number): Page {
  const n = first(query, 'n')
  if (n !== undefined && !/^\d+$/.test(n)) {
    throw new RegistryError('PAGINATION_NUMBER_INVALID', 'n must be a whole number of at least 0', {
      detail: { n: n.slice(0, 64) },
    })
  }
  return { after: first(query, 'last'), limit: n === undefined ? limit : Math.min(Number(n), limit) }
}

/** The Link header to the next page (RFC 8288), relative as oras-go wants it; nothing when there is none. */
export function nextPage(
  route: Addressable,
  parameters: Readonly<Record<string, string | number | undefined>>,
): Headers {
  return { Link: `<${formatRoute(route)}${formatQuery(parameters)}>; rel="next"` }
}
