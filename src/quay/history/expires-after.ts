import { isDigest, type Digest } from '../../route/names.js'
import type { Store } from '../../store/store.js'
import { parseSpan } from '../directory/config.js'
import { manifestLabels, readManifest } from '../manifest.js'

/** The label that says how long the tags that a manifest is pushed with are to live. */
export const expiresAfterLabel = 'quay.expires-after'

/**
 * The seconds in `quay.expires-after`, such as `2w` (quay.md §6); undefined where there is none, or a value that Quay
 * passes over.
 * @param labels Those of an image's config, or the annotations of a manifest.
 */
export function expiresAfter(labels: Readonly<Record<string, unknown>>): number | undefined {
  const value = labels[expiresAfterLabel]
  return typeof value === 'string' ? parseSpan(value) : undefined
}

/**
 * The seconds that the tags of a push are to live, by the labels of what was pushed: of an image or an artifact its own,
 * of a list of manifests what all of them agree on.
 * @param at When, in milliseconds since 1970.
 */
export async function expiryOfPush(
  store: Store,
  repository: string,
  digest: Digest,
  at: number,
): Promise<number | undefined> {
  const manifest = await readManifest(store, repository, digest)
  if (!manifest) return undefined
  if (!manifest.isList) return expiresAfter(await manifestLabels(store, repository, manifest, at))
  const children = manifest.children.flatMap(({ digest: child = '' }) => (isDigest(child) ? [child] : []))
  const [first, ...others] = await Promise.all(children.map((child) => expiryOfPush(store, repository, child, at)))
  return others.every((seconds) => seconds === first) ? first : undefined
}
