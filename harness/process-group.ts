import { onExit } from 'signal-exit'

const running = new Set<number>()
let stopListening: (() => void) | undefined

/**
 * Sees to it that a process group ends with this process, however that ends: by itself or by a signal. The answer lets
 * it be.
 *
 * signal-exit, because a listener keeps a signal from ending this process: who listens must send it once more, and only
 * when nobody else does. tap and execa listen by the same library, and with one of ours beside it neither would.
 * @param leader The process that the group is named after: started `detached`.
 */
export function endWithUs(leader: number): () => void {
  stopListening ??= onExit(killAll)
  running.add(leader)
  return () => {
    running.delete(leader)
    if (running.size > 0) return
    stopListening?.()
    stopListening = undefined
  }
}

/** Sends a signal to a process and all that it started, as long as one of them is there. */
export function killGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-leader, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function killAll(): void {
  for (const leader of running) killGroup(leader, 'SIGKILL')
}
