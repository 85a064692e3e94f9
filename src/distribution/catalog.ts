import { jsonReply } from '../protocol/call.js'
import { nextPage, pageOf } from './paging.js'
import type { Handler } from './registry.js'

/** Lists repositories in ASCII order: Docker Registry HTTP API V2 "Listing Repositories". */
export const listRepositories: Handler<'catalog'> = async ({ route, query }, { store, profile }) => {
  const page = pageOf(query, profile.pageLimit)
  const { items, more } = await store.repositories(page)
  return jsonReply(
    200,
    { repositories: items },
    more && items.length > 0 ? nextPage(route, { n: page.limit, last: items.at(-1) }) : {},
  )
}
