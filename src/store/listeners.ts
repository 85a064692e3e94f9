/** Who wants to hear of something. */
export class Listeners<T> {
  readonly #listeners = new Set<(heard: T) => void>()

  /** Adds a listener; the answer takes it away again. */
  add(listener: (heard: T) => void): () => void {
    const own = (heard: T): void => listener(heard)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** Tells every listener. One that throws is reported as an uncaught exception, and neither undoes what it hears of nor silences the next. */
  tell(heard: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(heard)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
