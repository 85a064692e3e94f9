import type { Digest } from '../route/names.js'

/**
 * When a repository's blobs were last asked about. A push that finds a blob by HEAD does not send it and names it in
 * its manifest a moment later: until then only the lease keeps garbage collection off.
 */
export class Leases {
  readonly #times = new Map<string, number>()

  renew(repository: string, digest: Digest, at: number): void {
    this.#times.set(`${repository} ${digest}`, at)
  }

  /** The time of the last renewal, or -Infinity. */
  renewedAt(repository: string, digest: Digest): number {
    return this.#times.get(`${repository} ${digest}`) ?? -Infinity
  }

  /** Forgets renewals before a time. */
  expire(before: number): void {
    for (const [key, at] of this.#times) if (at < before) this.#times.delete(key)
  }
}
