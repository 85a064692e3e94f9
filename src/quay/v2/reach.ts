import type { Digest } from '../../route/names.js'
import type { QuayRegistry } from '../quay.js'

/**
 * Whether a tag points at a manifest, or at an index that names it: what Quay looks manifests up by
 * (data/model/oci/manifest.py), whatever else is stored.
 * @param hidden Temporary tags count too.
 */
export async function isLedTo(
  { history, store, temporaryTags }: QuayRegistry,
  repository: string,
  digest: Digest,
  { at, hidden }: { readonly at: number; readonly hidden: boolean },
): Promise<boolean> {
  const isTagged = (one: Digest): boolean =>
    history.tagsOf(repository, one, at).length > 0 || (hidden && temporaryTags.has(repository, one, at))
  return isTagged(digest) || (await store.parents(repository, digest, { limit: Infinity })).items.some(isTagged)
}
