/** Bytes by key, the most recently used ones up to a total size; what never changes needs no invalidation. */
export class BytesCache {
  readonly #limit: number
  readonly #entries = new Map<string, Buffer>()
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The bytes of a key; `read` fetches them when they are not here. */
  get(key: string, read: () => Buffer): Buffer {
    const known = this.#entries.get(key)
    const bytes = known ?? read()
    // A map keeps its order of insertion: putting the entry back makes it the youngest.
    if (known) this.#entries.delete(key)
    else this.#size += bytes.length
    this.#entries.set(key, bytes)
    for (const [oldest, { length }] of this.#entries) {
      if (this.#size <= this.#limit) break
      this.#entries.delete(oldest)
      this.#size -= length
    }
    return bytes
  }
}
