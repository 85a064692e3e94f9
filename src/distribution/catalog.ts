import { jsonReply, type Call } from '../protocol/call.js'
import type { Listing, Page, Store } from '../store/store.js'
import { nextPage, pageOf } from './paging.js'
import type { Handler } from './registry.js'

/**
 * Lists the repositories that the caller may pull from, in ASCII order: Docker Registry HTTP API V2 "Listing
 * Repositories".
 */
export const listRepositories: Handler<'catalog'> = async (call, { store, profile }) => {
  const page = pageOf(call.query, profile.pageLimit)
  const { items, more } = await readable(store, page, call.permissions)
  return jsonReply(
    200,
    { repositories: items },
    more && items.length > 0 ? nextPage(call.route, { n: page.limit, last: items.at(-1) }) : {},
  )
}

// How many names are taken from the store at a time while a page fills up.
const batch = 1000

async function readable(store: Store, page: Page, permissions: Call['permissions']): Promise<Listing<string>> {
  if (!permissions) return store.repositories(page)
  const found: string[] = []
  let { after } = page
  for (;;) {
    const { items, more } = await store.repositories({ after, limit: batch })
    for (const name of items) {
      after = name
      if (permissions.may(name, 'pull')) {
        if (found.length === page.limit) return { items: found, more: true }
        found.push(name)
        continue
      }
      const next = permissions.nextReadable(name)
      if (next === undefined) return { items: found, more: false }
      if (next !== name) {
        // What lies between is not looked at.
        const before = justBefore(next)
        if (before > name) after = before
        break
      }
    }
    if (items.length === 0 || (!more && after === items.at(-1))) return { items: found, more: false }
  }
}

// Text that sorts before `next` and behind every name that does: names are ASCII.
const justBefore = (next: string): string =>
  `${next.slice(0, -1)}${String.fromCharCode(next.charCodeAt(next.length - 1) - 1)}\uffff`
