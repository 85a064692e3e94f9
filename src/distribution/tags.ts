import { jsonReply } from '../protocol/call.js'
import { RegistryError } from '../protocol/errors.js'
import { nextPage, pageOf } from './paging.js'
import type { Handler } from './registry.js'

/** Lists a repository's tags in ASCII order: distribution-spec 1.1 end-8. */
export const listTags: Handler<'tags'> = async ({ route, query }, { store, profile }) => {
  const page = pageOf(query, profile.pageLimit)
  const listing = await store.tags(route.repository, page)
  if (!listing) throw new RegistryError('NAME_UNKNOWN', 'no such repository: nothing was pushed to it')
  const more = listing.more && listing.items.length > 0
  return jsonReply(
    200,
    { name: route.repository, tags: listing.items },
    more ? nextPage(route, { n: page.limit, last: listing.items.at(-1) }) : {},
  )
}
