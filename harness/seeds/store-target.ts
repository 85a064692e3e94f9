import { manifestPush } from '../../src/store/manifest.js'
import type { Arrivals } from '../../src/quay/arrivals.js'
import { putBlob } from '../../src/store/put-blob.js'
import type { Store } from '../../src/store/store.js'
import type { SeedTarget } from './target.js'

/** What of a running registry its content is seeded by. */
export interface SeededRegistry {
  readonly store: Store
  readonly host: string
  readonly referrers: boolean
  /** The time, in milliseconds since 1970. */
  readonly clock: () => number
  /** Of a Quay. */
  readonly arrivals: Arrivals | undefined
}

/** Seeds straight into the store of a registry, as if everything had been pushed. */
export function storeTarget({ store, host, referrers, clock, arrivals }: SeededRegistry): SeedTarget {
  // Where a blob is already: other repositories mount it, and its bytes are hashed once.
  const homes = new Map<string, string>()
  return {
    host,
    referrers,
    repository: (name) => arrivals?.repository(name) ?? name,
    open: (repository) => arrivals?.open(repository, clock()),
    async find(repository, { tag, digest }) {
      const found = digest ?? (await store.tag(repository, tag))
      const entry = found && (await store.manifest(repository, found))
      const bytes = entry && (await store.manifestBytes(repository, entry.digest))
      return bytes && { digest: entry.digest, mediaType: entry.mediaType, bytes }
    },
    async putBlob(repository, { digest, bytes }) {
      const at = clock()
      if (await store.blob(repository, digest, at)) return
      const home = homes.get(digest)
      if (home !== undefined && (await store.mountBlob(repository, digest, home, at))) return
      await putBlob(store, repository, { digest, bytes }, at)
      homes.set(digest, repository)
    },
    async putManifest(repository, { digest, mediaType, bytes }, tag) {
      const at = clock()
      const isNew = arrivals !== undefined && (await store.manifest(repository, digest)) === undefined
      const push = manifestPush(bytes, digest, mediaType)
      const result = await store.putManifest(repository, { ...push, tags: tag === undefined ? [] : [tag], at })
      // Somebody deleted or collected what was put a moment ago.
      if (!result.committed) throw new Error(`start-registry: ${repository} lost content while it was seeded`)
      await arrivals?.pushed(repository, { digest, tag, isNew, at })
    },
  }
}
