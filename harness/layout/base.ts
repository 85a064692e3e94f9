import { manifestEntry } from '../../src/store/manifest.js'
import { memoryStore } from '../../src/store/memory/store.js'
import { changed, emptyState, withContent, type MemoryState } from '../../src/store/memory/state.js'
import type { Store } from '../../src/store/store.js'
import type { LayoutStorage } from '../options.js'
import { openLayout } from './open.js'
import { planLayout } from './plan.js'
import type { LayoutReader } from './reader.js'

/** A memory store over a layout. @throws Error for a layout that is none. */
export async function storeOver({ base, repository }: LayoutStorage, at: number): Promise<Store> {
  return memoryStore({ base: baseOf(await openLayout(base), repository, at) })
}

/**
 * What a layout holds, as the state that a memory store begins with. Manifests are read; blobs are where they are, and
 * read when a client asks: the layout must stay there, and is never written to.
 * @param at When all of it was pushed, in milliseconds since 1970.
 * @throws Error for a layout that does not hang together.
 */
export function baseOf(layout: LayoutReader, repository: string | undefined, at: number): MemoryState {
  let state = emptyState
  for (const { repository: name, digest, bytes, parsed, blobs, tags } of planLayout(layout, repository)) {
    for (const blob of blobs) {
      const change = { type: 'blob.linked', digest: blob.digest, size: blob.size } as const
      state = changed(withContent(state, blob.digest, blob), { repository: name, at, change })
    }
    const entry = manifestEntry(parsed, digest, bytes.length)
    state = changed(withContent(state, digest, { pieces: [bytes], size: bytes.length }), {
      repository: name,
      at,
      change: { type: 'manifest.put', entry, tags },
    })
  }
  return state
}
