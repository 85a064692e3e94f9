import type { BlobEntry } from './repository.js'

/**
 * When blobs were last asked about. A push that finds a blob by HEAD does not send it and names it in its manifest a
 * moment later: until then only the lease keeps garbage collection off. A lease goes with the link that it is on.
 */
export class Leases {
  readonly #times = new WeakMap<BlobEntry, number>()

  renew(blob: BlobEntry, at: number): void {
    this.#times.set(blob, at)
  }

  /** The time of the last renewal, or -Infinity. */
  renewedAt(blob: BlobEntry): number {
    return this.#times.get(blob) ?? -Infinity
  }
}
