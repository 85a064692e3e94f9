import { jsonReply } from '../protocol/call.js'
import { noReferrersApi } from '../protocol/errors.js'
import { mediaTypes } from '../protocol/media-types.js'
import type { Digest } from '../route/names.js'
import { first } from '../route/query.js'
import type { Descriptor, Page } from '../store/store.js'
import { nextPage, pageOf } from './paging.js'
import type { Handler, Registry } from './registry.js'

// How many descriptors are taken from the store at a time while a page fills up.
const batch = 256

/**
 * Lists the manifests whose subject is a digest, as an image index: distribution-spec 1.1 end-12.
 * A subject that is not here has referrers like any other; a repository that is not here has none.
 * `artifactType=` filters and is then always confirmed by a header; an empty one filters nothing.
 */
export const listReferrers: Handler<'referrers'> = async ({ route, query }, registry) => {
  if (!registry.referrers) throw noReferrersApi()
  const filter = first(query, 'artifactType')
  const page = pageOf(query, registry.profile.pageLimit)
  const { manifests, more } = await fillPage(registry, route.repository, route.digest, page, filter)
  return jsonReply(
    200,
    { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests },
    {
      ...(filter !== undefined && { 'OCI-Filters-Applied': 'artifactType' }),
      ...(more && nextPage(route, { artifactType: filter, n: first(query, 'n'), last: more })),
    },
    mediaTypes.imageIndex,
  )
}

interface FilledPage {
  readonly manifests: readonly Descriptor[]
  /** The last digest of this page when another follows. */
  readonly more: Digest | undefined
}

async function fillPage(
  { store, profile }: Registry,
  repository: string,
  subject: Digest,
  page: Page,
  filter: string | undefined,
): Promise<FilledPage> {
  const manifests: Descriptor[] = []
  let { after } = page
  let bytes = 0
  if (page.limit === 0) return { manifests, more: undefined }
  for (;;) {
    const { items, more } = await store.referrers(repository, subject, { after, limit: batch })
    for (const descriptor of items) {
      if (filter && descriptor.artifactType !== filter) {
        after = descriptor.digest
        continue
      }
      bytes += Buffer.byteLength(JSON.stringify(descriptor)) + 1
      const full = manifests.length === page.limit || bytes > profile.referrersPageBytes - 1024
      if (full && manifests.length > 0) return { manifests, more: manifests.at(-1)?.digest }
      manifests.push(descriptor)
      after = descriptor.digest
    }
    if (!more) return { manifests, more: undefined }
  }
}
