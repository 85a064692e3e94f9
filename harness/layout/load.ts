import { Readable } from 'node:stream'
import type { Arrivals } from '../../src/quay/arrivals.js'
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

/** How a layout is loaded. */
export interface LoadTo {
  /** Where everything belongs; undefined when the layout says so. */
  readonly repository: string | undefined
  /** Now, in milliseconds since 1970. */
  readonly at: number
  /** Of a Quay. */
  readonly arrivals: Arrivals | undefined
}

/**
 * Copies what a layout holds into a store. Digests are checked; content that the layout names and does not have is left
 * out.
 * @returns The manifests, children first.
 * @throws Error for a layout that does not hang together.
 */
export async function loadLayout(
  layout: LayoutReader,
  store: Store,
  { repository, at, arrivals }: LoadTo,
): Promise<Loaded[]> {
  const planned = planLayout(layout, repository)
  const loaded: Loaded[] = []
  for (const { repository: named, digest, bytes, parsed, blobs, tags } of planned) {
    const name = arrivals?.repository(named) ?? named
    arrivals?.open(name, at)
    const isNew = arrivals !== undefined && (await store.manifest(name, digest)) === undefined
    for (const blob of blobs)
      if (!(await store.blob(name, blob.digest, at))) await copyBlob(blob, store, name, layout, at)
    await store.putManifest(name, {
      entry: manifestEntry(parsed, digest, bytes.length),
      bytes,
      tags,
      requires: { blobs: [], manifests: [] },
      at,
    })
    for (const tag of tags.length > 0 ? tags : [undefined]) await arrivals?.pushed(name, { digest, tag, isNew, at })
    loaded.push({ repository: name, digest, tags })
  }
  return loaded
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
