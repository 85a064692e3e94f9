import { mediaTypes } from '../../protocol/media-types.js'
import type { Digest } from '../../route/names.js'
import type { CommittedChange } from '../../store/store.js'

const indexes: ReadonlySet<string> = new Set([mediaTypes.imageIndex, mediaTypes.dockerManifestList])

/** Which indexes name a manifest, found without looking at them all. */
export class Parents {
  readonly #byChild = new Map<string, Set<Digest>>()

  /** Takes note of a change of the store: give it to `onChange`. */
  record({ repository, change }: CommittedChange): void {
    if (change.type !== 'manifest.put' || !indexes.has(change.entry.mediaType)) return
    for (const child of change.entry.references) {
      const key = `${repository} ${child}`
      this.#byChild.set(key, (this.#byChild.get(key) ?? new Set()).add(change.entry.digest))
    }
  }

  /** Indexes that name a manifest, whether they are still there or not. */
  of(repository: string, child: Digest): Iterable<Digest> {
    return this.#byChild.get(`${repository} ${child}`) ?? []
  }
}
