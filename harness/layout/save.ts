import { allNames, allPages } from '../../src/store/pages.js'
import type { ManifestEntry, Store } from '../../src/store/store.js'
import { writeName } from './names.js'
import type { LayoutRoot } from './reader.js'
import { heldBlob, type LayoutWriter } from './writer.js'

/**
 * Writes what a store holds as a layout: every manifest with what it names, whether a tag leads to it or not, and where it
 * belongs. Blobs that no manifest names are left out.
 * @param wanted Whether a repository is to be in it.
 * @param at Now, in milliseconds since 1970.
 */
export async function saveLayout(
  store: Store,
  writer: LayoutWriter,
  { wanted, at }: { readonly wanted: (repository: string) => boolean; readonly at: number },
): Promise<void> {
  const roots: LayoutRoot[] = []
  for await (const repository of allNames((page) => store.repositories(page))) {
    if (!wanted(repository)) continue
    const tags = await tagsByDigest(store, repository)
    const entries: ManifestEntry[] = []
    for await (const entry of allPages(
      (page) => store.manifests(repository, page),
      ({ digest }) => digest,
    )) {
      entries.push(entry)
      const bytes = await store.manifestBytes(repository, entry.digest)
      if (bytes) await writer.put(heldBlob(entry.digest, bytes))
      for (const reference of entry.references) {
        const blob = await store.blob(repository, reference, at)
        if (blob) await writer.put(blob)
      }
    }
    roots.push(...rootsOf(repository, entries, tags))
  }
  await writer.finish(roots)
}

// What an index names is found from there, unless it has a tag of its own.
function rootsOf(
  repository: string,
  entries: readonly ManifestEntry[],
  tagged: ReadonlyMap<string, readonly string[]>,
): LayoutRoot[] {
  const children = new Set(entries.flatMap(({ references }) => references))
  return entries.flatMap(({ digest, mediaType, size }) => {
    const tags = tagged.get(digest) ?? (children.has(digest) ? [] : [undefined])
    return tags.map((tag) => ({ mediaType, digest, size, annotations: writeName({ repository, tag }, digest) }))
  })
}

async function tagsByDigest(store: Store, repository: string): Promise<Map<string, string[]>> {
  const tags = new Map<string, string[]>()
  for await (const tag of allNames((page) => store.tags(repository, page))) {
    const digest = await store.tag(repository, tag)
    if (digest) tags.set(digest, [...(tags.get(digest) ?? []), tag])
  }
  return tags
}
