/** The time that a registry goes by. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Moves the time on: tokens, tags, uploads and what is kept from collection grow old by it. */
  readonly advance: (ms: number) => void
}

/**
 * A clock that can be moved on, and never back.
 * @param from What goes by itself. @default this machine's time
 */
export function movableClock(from: () => number = Date.now): Clock {
  let ahead = 0
  return {
    now: () => from() + ahead,
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) throw new RangeError('start-registry: advance takes milliseconds, 0 or more')
      ahead += ms
    },
  }
}
