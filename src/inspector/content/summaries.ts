import type { Store } from '../../store/store.js'
import { allPages } from '../../store/pages.js'
import { shownManifest } from './manifest.js'

/** What there is in a repository, in numbers. */
export interface Summary {
  readonly tags: number
  readonly manifests: number
  /** Bytes of all manifests and of all blobs that they name, each once. */
  readonly size: number
  /** When something was last pushed, in milliseconds since 1970. */
  readonly at: number | undefined
  /** Whether there is more than was counted. */
  readonly isPart: boolean
}

const mostManifests = 2000
const mostTags = 100_000

/** Counts what is in repositories, and remembers it until something changes there. */
export class Summaries {
  readonly #store: Store
  readonly #known = new Map<string, Promise<Summary>>()

  constructor(store: Store) {
    this.#store = store
    store.onChange(({ repository }) => void this.#known.delete(repository))
    store.snapshots?.onRestore(() => this.#known.clear())
  }

  of(repository: string): Promise<Summary> {
    const known = this.#known.get(repository)
    if (known) return known
    if (this.#known.size === 10_000) this.#known.clear()
    const counted = count(this.#store, repository)
    this.#known.set(repository, counted)
    // What failed is tried again.
    counted.catch(() => this.#known.delete(repository))
    return counted
  }
}

async function count(store: Store, repository: string): Promise<Summary> {
  const tags = await store.tags(repository, { limit: mostTags })
  const sizes = new Map<string, number>()
  let manifests = 0
  let at: number | undefined
  let isPart = tags?.more ?? false
  for await (const entry of allPages(
    (page) => store.manifests(repository, page),
    ({ digest }) => digest,
  )) {
    if (manifests === mostManifests) {
      isPart = true
      break
    }
    manifests++
    at = Math.max(at ?? 0, entry.at)
    sizes.set(entry.digest, entry.size)
    const bytes = await store.manifestBytes(repository, entry.digest)
    if (!bytes) continue
    const { config, layers } = shownManifest(entry, bytes)
    for (const one of [config, ...layers]) if (one?.digest) sizes.set(one.digest, one.size)
  }
  const size = [...sizes.values()].reduce((sum, one) => sum + one, 0)
  return { tags: tags?.items.length ?? 0, manifests, size, at, isPart }
}
