/** Bytes by key, the most recently used ones up to a total size; what never changes needs no invalidation. */
export class BytesCache {
  readonly #limit: number
  readonly #entries = new Map<string, Buffer>()
  #size = 0
  #youngest: string | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The bytes of a key; `read` fetches them when they are not here. */
  get(key: string, read: () => Buffer): Buffer {
    const known = this.#entries.get(key)
    if (known) {
      // A map keeps its order of insertion: putting the entry back makes it the youngest.
      if (key !== this.#youngest) {
        this.#entries.delete(key)
        this.#entries.set(key, known)
        this.#youngest = key
      }
      return known
    }
    const bytes = read()
    this.#entries.set(key, bytes)
    this.#youngest = key
    this.#size += bytes.length
    for (const [oldest, { length }] of this.#entries) {
      if (this.#size <= this.#limit) break
      this.#entries.delete(oldest)
      this.#size -= length
    }
    return bytes
  }
}
