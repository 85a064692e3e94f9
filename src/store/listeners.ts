import type { CommittedChange } from './store.js'

/** Who wants to hear of committed changes. */
export class Listeners {
  readonly #listeners = new Set<(change: CommittedChange) => void>()

  /** Adds a listener; the answer takes it away again. */
  add(listener: (change: CommittedChange) => void): () => void {
    const own = (change: CommittedChange): void => listener(change)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** Tells every listener. One that throws is reported as an uncaught exception, and neither undoes the change nor silences the next. */
  tell(change: CommittedChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
