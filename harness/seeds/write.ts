import type { Made } from './make/made.js'
import type { SeedTarget } from './target.js'

/** Puts made content into a target: each blob and each manifest once, however often it is needed. */
export class Writer {
  readonly #target: SeedTarget
  readonly #done = new Map<string, Promise<void>>()

  constructor(target: SeedTarget) {
    this.#target = target
  }

  /** Puts a manifest, with a tag or by its digest alone, and before it all that it needs. */
  async put(repository: string, made: Made, tag: string | undefined): Promise<void> {
    await this.#once(repository, () => Promise.resolve(this.#target.open(repository)))
    await Promise.all([
      ...made.blobs.map((blob) =>
        this.#once(`${repository} ${blob.digest}`, () => this.#target.putBlob(repository, blob)),
      ),
      ...made.children.map((child) => this.put(repository, child, undefined)),
    ])
    await this.#once(`${repository} manifest ${made.digest} ${tag ?? ''}`, () =>
      this.#target.putManifest(repository, made, tag),
    )
  }

  #once(key: string, action: () => Promise<void>): Promise<void> {
    const running = this.#done.get(key) ?? action()
    this.#done.set(key, running)
    return running
  }
}
