import type { RequestEvent } from '../../src/server/event.js'
import { Recorded } from './request.js'

/** Somebody who waits for requests. */
export interface Waiter {
  readonly hear: (recorded: Recorded) => void
  /** No request will come any more. */
  readonly closed: () => void
}

/**
 * The last requests of a registry. Taking one in costs an object of two members: events are kept as they come, in a
 * ring that grows up to its limit.
 */
export class RequestLog {
  /** How many are kept at most. */
  readonly limit: number
  readonly #keepCredentials: boolean
  readonly #waiters = new Set<Waiter>()
  #ring: Recorded[] = []
  /** Ids up to this one were cleared. */
  #cleared = 0
  #last = 0
  #closed = false

  constructor(limit: number, keepCredentials: boolean) {
    this.limit = limit
    this.#keepCredentials = keepCredentials
  }

  /** The id of the last request, 0 before the first. */
  get last(): number {
    return this.#last
  }

  get closed(): boolean {
    return this.#closed
  }

  record(event: RequestEvent): void {
    const recorded = new Recorded(++this.#last, event, this.#keepCredentials)
    this.#ring[(this.#last - this.#cleared - 1) % this.limit] = recorded
    // They may go away when they hear of it.
    for (const waiter of this.#waiters) waiter.hear(recorded)
  }

  /** What is kept of the requests behind an id, the oldest first. */
  kept(since: number): Recorded[] {
    const kept: Recorded[] = []
    for (let id = Math.max(since, this.#lastForgotten) + 1; id <= this.#last; id++) {
      kept.push(this.#ring[(id - this.#cleared - 1) % this.limit] as Recorded)
    }
    return kept
  }

  /** How many of the requests behind an id had to make room for later ones. */
  forgotten(since: number): number {
    return Math.max(0, this.#lastForgotten - Math.max(since, this.#cleared))
  }

  get #lastForgotten(): number {
    return Math.max(this.#cleared, this.#last - this.limit)
  }

  /** Forgets all of them, as if they had never come; ids go on. */
  clear(): void {
    this.#cleared = this.#last
    this.#ring = []
  }

  /** Tells of each request from now on; the answer takes the waiter away again. */
  wait(waiter: Waiter): () => void {
    this.#waiters.add(waiter)
    return () => void this.#waiters.delete(waiter)
  }

  /** Tells whoever waits that nothing comes any more. What was recorded can still be read. */
  close(): void {
    this.#closed = true
    for (const waiter of this.#waiters) waiter.closed()
    this.#waiters.clear()
  }
}
