import type { RequestLog } from './log.js'
import type { JournaledRequest, Recorded } from './request.js'
import { counted } from './words.js'

/**
 * The requests behind an id that are wanted, and those that come. They are read from the log itself, so that nobody who
 * reads slowly makes memory grow.
 */
export async function* requestsBehind(
  log: RequestLog,
  since: number,
  wanted: (recorded: Recorded) => boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<JournaledRequest, void, undefined> {
  for (let read = since; ;) {
    const lost = log.forgotten(read)
    if (lost > 0) {
      throw new Error(
        `start-registry: journal: the stream is read too slowly: ${counted(lost, 'request')} made room for later ones`,
      )
    }
    for (const recorded of log.kept(read)) {
      if (signal?.aborted) return
      read = recorded.id
      if (wanted(recorded)) yield recorded.request
    }
    if (log.closed || signal?.aborted) return
    if (log.kept(read).length === 0) await change(log, signal)
  }
}

/** Resolves when a request comes, none will come any more, or a signal aborts. */
function change(log: RequestLog, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const stop = log.wait({ hear: done, closed: done })
    signal?.addEventListener('abort', done, { once: true })
  })
}
