import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Digest } from '../../src/route/names.js'
import type { Store } from '../../src/store/store.js'

/**
 * Which tags of a store came from its upstream, where they are asked about again; what was pushed to the store itself
 * stays what it is. A snapshot may bring back any digest that a tag ever had, so each is remembered.
 */
export class PulledTags {
  readonly #digests = new Map<string, Set<Digest>>()
  readonly #file: string | undefined
  readonly close: () => void

  /** @param file Where it is kept, for a store that outlives the process. */
  constructor(store: Store, file: string | undefined) {
    this.#file = file
    if (file !== undefined && existsSync(file)) {
      for (const [key, digest, isPulled] of readLines(file)) this.#set(key, digest, isPulled)
    }
    // Whoever pushes says afterwards if it was pulled.
    this.close = store.onChange(({ repository, change }) => {
      if (change.type !== 'manifest.put') return
      for (const tag of change.tags) this.#mark(`${repository}:${tag}`, change.entry.digest, false)
    })
  }

  has(repository: string, tag: string, digest: Digest): boolean {
    return this.#digests.get(`${repository}:${tag}`)?.has(digest) ?? false
  }

  /** Says that what a tag now points at was pulled. */
  add(repository: string, tag: string, digest: Digest): void {
    this.#mark(`${repository}:${tag}`, digest, true)
  }

  #mark(key: string, digest: Digest, isPulled: boolean): void {
    if ((this.#digests.get(key)?.has(digest) ?? false) === isPulled) return
    this.#set(key, digest, isPulled)
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify([key, digest, isPulled])}\n`)
  }

  #set(key: string, digest: Digest, isPulled: boolean): void {
    const digests = this.#digests.get(key) ?? new Set()
    this.#digests.set(key, digests)
    if (isPulled) digests.add(digest)
    else digests.delete(digest)
  }
}

// A line that a crash has cut is the last one, and tells of a tag that is then taken for pushed here.
const readLines = (file: string): (readonly [string, Digest, boolean])[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(']'))
    .map((line) => JSON.parse(line) as [string, Digest, boolean])
