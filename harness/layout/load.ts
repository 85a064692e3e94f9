import { Readable } from 'node:stream'
import { manifestEntry } from '../../src/store/manifest.js'
import type { Store, StoredBlob } from '../../src/store/store.js'
import { planLayout } from './plan.js'
import type { LayoutReader } from './reader.js'

/** A manifest that was loaded. */
export interface Loaded {
  readonly repository: string
  readonly digest: string
  readonly tags: readonly string[]
}

/**
 * Copies what a layout holds into a store. Digests are checked; content that the layout names and does not have is left
 * out.
 * @param repository Where everything belongs; undefined when the layout says so.
 * @returns The manifests, children first.
 * @throws Error for a layout that does not hang together.
 */
export async function loadLayout(
  layout: LayoutReader,
  store: Store,
  { repository, at }: { readonly repository: string | undefined; readonly at: number },
): Promise<Loaded[]> {
  const planned = planLayout(layout, repository)
  for (const { repository: name, digest, bytes, parsed, blobs, tags } of planned) {
    for (const blob of blobs)
      if (!(await store.blob(name, blob.digest, at))) await copyBlob(blob, store, name, layout, at)
    await store.putManifest(name, {
      entry: manifestEntry(parsed, digest, bytes.length),
      bytes,
      tags,
      requires: { blobs: [], manifests: [] },
      at,
    })
  }
  return planned.map(({ repository: name, digest, tags }) => ({ repository: name, digest, tags }))
}

async function copyBlob(
  { digest, size, read }: StoredBlob,
  store: Store,
  repository: string,
  { path }: LayoutReader,
  at: number,
): Promise<void> {
  const { id } = await store.createUpload(repository, { at })
  const bytes = size === 0 ? Buffer.alloc(0) : read(0, size - 1)
  await store.appendUpload(id, Buffer.isBuffer(bytes) ? Readable.from([bytes]) : bytes, { at })
  const finished = await store.finishUpload(id, digest, at)
  if (finished && !finished.committed)
    throw new Error(`${path}: ${digest} has other bytes: they are ${finished.actual}`)
}
