import { mediaTypes } from '../protocol/media-types.js'
import type { Digest } from '../route/names.js'
import type { CommittedChange, ManifestEntry } from './store.js'

const indexes: ReadonlySet<string> = new Set([mediaTypes.imageIndex, mediaTypes.dockerManifestList])

/** Which indexes name a manifest, found without looking at them all. */
export class Parents {
  readonly #byChild = new Map<string, Set<Digest>>()

  /** Takes note of a change of the store: give it to `onChange`. */
  record({ repository, change }: CommittedChange): void {
    if (change.type === 'manifest.put') this.add(repository, change.entry)
  }

  /** Takes note of a manifest that is there already. */
  add(repository: string, { mediaType, digest, references }: Omit<ManifestEntry, 'at'>): void {
    if (!indexes.has(mediaType)) return
    for (const child of references) {
      const key = `${repository} ${child}`
      this.#byChild.set(key, (this.#byChild.get(key) ?? new Set()).add(digest))
    }
  }

  /** Indexes that name a manifest, whether they are still there or not. */
  of(repository: string, child: Digest): Iterable<Digest> {
    return this.#byChild.get(`${repository} ${child}`) ?? []
  }
}
