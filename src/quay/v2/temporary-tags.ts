import type { Digest } from '../../route/names.js'

/** What is kept of temporary tags: until when, in milliseconds since 1970, or null for ever. */
export type TemporaryTagsState = readonly (readonly [repository: string, digest: Digest, until: number | null])[]

/**
 * The hidden tags that Quay puts on what is pushed by digest, so that garbage collection leaves it alone until somebody
 * has pushed the index, or the tag, that leads to it.
 */
export class TemporaryTags {
  readonly #until = new Map<string, number | null>()

  /** Puts one on a manifest. @param until In milliseconds since 1970, or null for ever. */
  put(repository: string, digest: Digest, until: number | null): void {
    this.#until.set(`${repository} ${digest}`, until)
  }

  /** Whether a manifest has one. */
  has(repository: string, digest: Digest, at: number): boolean {
    const until = this.#until.get(`${repository} ${digest}`)
    return until === null || (until !== undefined && until > at)
  }

  /** All of them that are left, as plain data for JSON. */
  dump(at: number): TemporaryTagsState {
    return Array.from(this.#until, ([key, until]) => [...(key.split(' ') as [string, Digest]), until] as const).filter(
      ([, , until]) => until === null || until > at,
    )
  }

  /** Puts what was dumped in place of all that is known. */
  load(state: TemporaryTagsState): void {
    this.#until.clear()
    for (const [repository, digest, until] of state) this.put(repository, digest, until)
  }
}
