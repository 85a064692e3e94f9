/** Work that is under way, so that whoever asks for the same waits for it in place of doing it again. */
export class Flights {
  readonly #underWay = new Map<string, Promise<unknown>>()

  /** Does some work, unless it is being done. @param key What it does: the same work has the same. */
  once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#underWay.get(key) as Promise<T> | undefined
    if (known) return known
    const begun = work().finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, begun)
    return begun
  }

  /** Waits for all that is under way, however it ends. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay.values())
  }
}
