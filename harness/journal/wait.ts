import type { RequestLog } from './log.js'
import type { Recorded } from './request.js'
import type { WaitOptions } from './view.js'

/** Why nobody waits any more. */
export type GaveUp = 'timeout' | 'closed'

const longestTimer = 2 ** 31 - 1
/** How long to wait, in milliseconds, when nobody says so. */
export const defaultTimeout = 5000

/** The next request that is wanted, or why there is none. Rejects with what `wanted` throws, and the signal's reason. */
export function nextRequest(
  log: RequestLog,
  wanted: (recorded: Recorded) => boolean,
  { timeout = defaultTimeout, signal }: WaitOptions,
): Promise<Recorded | GaveUp> {
  return new Promise((resolve, reject) => {
    const stop = log.wait({
      hear(recorded) {
        let found: boolean
        try {
          found = wanted(recorded)
        } catch (error) {
          // A function that somebody waits with failed: that is theirs to hear, not the server's.
          return end(() => reject(error))
        }
        if (found) end(() => resolve(recorded))
      },
      closed: () => end(() => resolve('closed')),
    })
    const timer = timeout > longestTimer ? undefined : setTimeout(() => end(() => resolve('timeout')), timeout)
    const aborted = (): void => end(() => reject(signal?.reason as Error))
    signal?.addEventListener('abort', aborted, { once: true })
    function end(settle: () => void): void {
      stop()
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
      settle()
    }
    if (log.closed) end(() => resolve('closed'))
  })
}

/** @throws TypeError for what is no time to wait. */
export function checkTimeout(timeout: unknown): void {
  if (timeout === undefined || (typeof timeout === 'number' && timeout >= 0)) return
  throw new TypeError('start-registry: journal: timeout must be milliseconds, 0 or more')
}
