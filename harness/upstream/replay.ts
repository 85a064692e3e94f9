import { changed, withContent } from '../../src/store/memory/state.js'
import { memoryStore } from '../../src/store/memory/store.js'
import type { Store } from '../../src/store/store.js'
import { baseOf } from '../layout/base.js'
import { openLayout } from '../layout/open.js'
import { Recording, type RecordedRepository } from './recording.js'
import { NotRecorded } from './refusals.js'
import type { Upstream } from './upstream.js'

/**
 * A memory store over a recording: it has what was recorded, and blobs are read from there when a client asks.
 * @param at When all of it was pushed, in milliseconds since 1970.
 * @throws Error for a folder that holds no layout, or one that does not hang together.
 */
export async function replayStore(folder: string, at: number): Promise<Store> {
  const layout = await openLayout(folder)
  let state = baseOf(layout, undefined, at)
  for (const [repository, { blobs }] of new Recording(folder).repositories()) {
    for (const digest of blobs.keys()) {
      const blob = layout.blob(digest)
      if (!blob || state.repositories.get(repository)?.blobs.has(digest)) continue
      const change = { type: 'blob.linked', digest, size: blob.size } as const
      state = changed(withContent(state, digest, blob), { repository, at, change })
    }
  }
  return memoryStore({ base: state })
}

/**
 * A recording in place of its upstream, for what is not in a `replayStore` over it: what was recorded and is not there
 * was deleted in the meantime, and is as absent as what was recorded to be. Anything else rejects with NotRecorded.
 */
export function replayed(folder: string): Upstream {
  const recording = new Recording(folder)
  const known = (repository: string, path: string, isRecorded: (known: RecordedRepository) => boolean): void => {
    const found = recording.find(repository)
    if (!found || !(found.absent.has(path) || isRecorded(found))) throw new NotRecorded(repository, path, folder)
  }
  return {
    name: folder,
    async manifest(repository, { tag, digest }) {
      known(repository, `manifests/${digest ?? tag}`, ({ manifests, tagged }) =>
        digest === undefined ? tagged.has(tag) : manifests.has(digest),
      )
      return undefined
    },
    manifestDigest: async () => 'absent',
    async blob(repository, digest) {
      // Of one that was only asked about, the bytes are not known.
      known(repository, `blobs/${digest}`, () => false)
      return undefined
    },
    async blobSize(repository, digest) {
      known(repository, `blobs/${digest}`, ({ blobs }) => blobs.has(digest))
      return recording.find(repository)?.blobs.get(digest)
    },
    async tags(repository) {
      known(repository, 'tags/list', ({ tags }) => tags !== undefined)
      return recording.find(repository)?.tags
    },
    async referrers(repository, subject) {
      known(repository, `referrers/${subject}`, ({ referrers }) => referrers.has(subject))
      return []
    },
    close() {},
  }
}
