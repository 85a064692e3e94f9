/** Signals that end a process and that it can hear of before. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const running = new Set<number>()

/**
 * Sees to it that a process group ends with this process, however that ends: by itself or by a signal. The answer lets
 * it be.
 * @param leader The process that the group is named after: started `detached`.
 */
export function endWithUs(leader: number): () => void {
  if (running.size === 0) {
    process.on('exit', killAll)
    for (const signal of endings) process.on(signal, onEnding)
  }
  running.add(leader)
  return () => {
    running.delete(leader)
    if (running.size === 0) letGo()
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

function letGo(): void {
  process.off('exit', killAll)
  for (const signal of endings) process.off(signal, onEnding)
}

// A listener keeps the signal from ending this process: when there is no other, it is sent once more.
function onEnding(signal: NodeJS.Signals): void {
  killAll()
  if (process.listenerCount(signal) > 1) return
  letGo()
  process.kill(process.pid, signal)
}
