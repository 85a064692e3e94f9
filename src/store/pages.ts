import type { Awaitable } from '../protocol/awaitable.js'
import type { Listing, Page } from './store.js'

const pageSize = 1000

/** Every entry of a listing, a page at a time. @param key What the next page begins behind. */
export async function* allPages<T>(
  list: (page: Page) => Awaitable<Listing<T> | undefined>,
  key: (entry: T) => string,
): AsyncGenerator<T, void, undefined> {
  let after: string | undefined
  for (;;) {
    const listing = await list({ after, limit: pageSize })
    yield* listing?.items ?? []
    const last = listing?.items.at(-1)
    if (!listing?.more || last === undefined) return
    after = key(last)
  }
}

/** Every name of a listing of names. */
export const allNames = (
  list: (page: Page) => Awaitable<Listing<string> | undefined>,
): AsyncGenerator<string, void, undefined> => allPages(list, (name) => name)
