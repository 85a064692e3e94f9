import type { Digest } from '../../route/names.js'
import type { Store } from '../../store/store.js'
import type { TagHistory } from './tag-history.js'

/**
 * Points a tag at a manifest that the repository holds already.
 * @param at When, in milliseconds since 1970.
 * @returns false when the manifest is not there.
 */
export async function retag(
  store: Store,
  repository: string,
  { tag, digest, at }: { tag: string; digest: Digest; at: number },
): Promise<boolean> {
  const entry = await store.manifest(repository, digest)
  const bytes = await store.manifestBytes(repository, digest)
  if (!entry || !bytes) return false
  const { at: _, ...kept } = entry
  const result = await store.putManifest(repository, {
    entry: kept,
    bytes,
    tags: [tag],
    // It was complete when it was pushed, and must be so now.
    requires: { blobs: [], manifests: [] },
    at,
  })
  return result.committed
}

/** Takes the tags whose time is over out of the store. Call it before the store is asked for tags. */
export async function sweep(store: Store, history: TagHistory, at: number): Promise<void> {
  for (const { repository, entry } of history.due(at)) {
    await store.deleteTag(repository, entry.tag, entry.end ?? at, entry.digest)
    // A tag that the store did not have is not due a second time.
    history.settle(repository, entry)
  }
}
