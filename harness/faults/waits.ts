import type { Caller } from '../../src/protocol/call.js'

/** Why a wait is over: its time has come, the client is gone, or the registry closes. */
export type WaitEnd = 'over' | 'gone' | 'closing'

/** What waits by real time, and ends when the registry closes. */
export class Waits {
  readonly #endings = new Set<() => void>()
  #closed = false

  /** @param ms undefined waits until the client is gone, or the registry closes. */
  wait(ms: number | undefined, caller: Caller | undefined): Promise<WaitEnd> {
    if (this.#closed) return Promise.resolve('closing')
    return new Promise((resolve) => {
      let forget: (() => void) | undefined
      const end = (why: WaitEnd): void => {
        clearTimeout(timer)
        this.#endings.delete(close)
        forget?.()
        resolve(why)
      }
      const close = (): void => end('closing')
      const timer = ms === undefined ? undefined : setTimeout(end, ms, 'over').unref()
      this.#endings.add(close)
      forget = caller?.onEnd(() => end('gone'))
    })
  }

  /** Ends what waits, and all waits to come at once. */
  close(): void {
    this.#closed = true
    for (const end of this.#endings) end()
  }
}
