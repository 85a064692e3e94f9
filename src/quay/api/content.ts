import type { Digest } from '../../route/names.js'
import type { Store } from '../../store/store.js'
import type { TagHistory } from '../history/tag-history.js'
import type { ApiState } from './request.js'

const pageOfTags = { limit: 1000 }

/**
 * Deletes what the tags of a repository lead to. What no tag leads to is left to garbage collection: a store lists its
 * manifests by tag alone.
 */
export async function deleteTaggedContent(store: Store, repository: string, at: number): Promise<void> {
  for (let tags = await store.tags(repository, pageOfTags); tags && tags.items.length > 0;) {
    for (const tag of tags.items) {
      const digest = await store.tag(repository, tag)
      if (digest) await deleteManifest(store, repository, digest, at)
      await store.deleteTag(repository, tag, at)
    }
    tags = await store.tags(repository, pageOfTags)
  }
}

async function deleteManifest(store: Store, repository: string, digest: Digest, at: number): Promise<void> {
  const entry = await store.manifest(repository, digest)
  if (!entry || !(await store.deleteManifest(repository, digest, at))) return
  for (const reference of entry.references) {
    await deleteManifest(store, repository, reference, at)
    await store.deleteBlob(repository, reference, at)
  }
}

/** Deletes what repositories of a namespace hold, and what is remembered of them. */
export async function deleteContents(
  { deleteContent, history, call }: ApiState & { readonly call: { readonly at: number } },
  namespace: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    await deleteContent(`${namespace}/${name}`, call.at)
    history.forget(`${namespace}/${name}`)
  }
}

/** Moves what the tags of a repository lead to into another one. */
export async function moveTaggedContent(
  store: Store,
  history: TagHistory,
  { from, to, at }: { from: string; to: string; at: number },
): Promise<void> {
  for (let after: string | undefined; ;) {
    const tags = await store.tags(from, { ...pageOfTags, after })
    for (const tag of tags?.items ?? []) {
      const digest = await store.tag(from, tag)
      if (digest) await copyManifest(store, { from, to, at }, digest, [tag])
    }
    after = tags?.items.at(-1)
    if (!tags?.more) break
  }
  await deleteTaggedContent(store, from, at)
  history.forget(from)
}

async function copyManifest(
  store: Store,
  { from, to, at }: { from: string; to: string; at: number },
  digest: Digest,
  tags: readonly string[],
): Promise<void> {
  const found = await store.manifest(from, digest)
  const bytes = await store.manifestBytes(from, digest)
  if (!found || !bytes) return
  const { at: _, ...entry } = found
  for (const reference of entry.references) {
    if (!(await store.mountBlob(to, reference, from, at))) await copyManifest(store, { from, to, at }, reference, [])
  }
  await store.putManifest(to, { entry, bytes, tags, requires: { blobs: [], manifests: [] }, at })
}
