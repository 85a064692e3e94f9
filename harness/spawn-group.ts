import { constants } from 'node:os'
import { execa } from 'execa'
import { endWithUs, killGroup } from './process-group.js'

/** How a process is started. */
export interface SpawnOptions {
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** What it reads; undefined for nothing. */
  readonly input: string | undefined
  /** Milliseconds after which it is killed. */
  readonly timeout: number
}

/** A process that has ended, or could not be started. */
export interface Ended {
  /** What a shell answers for it: 128 and the signal's number when it was killed, 127 when it could not be started. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** Both, in the order they came. */
  readonly output: string
  readonly ms: number
  /** Whether it ran too long and was killed. */
  readonly timedOut: boolean
  /** Why it could not be started. */
  readonly problem: { readonly code: string | undefined; readonly message: string } | undefined
}

// Time for a client to put away what it has begun, once it is told to end.
const grace = 1000

/**
 * Runs a process that leads a group of its own, so that one that hangs is killed with all that it has started: a shell
 * that dies alone leaves its children with the other end of our pipes. Without a terminal, nothing asks for a password
 * there and waits. What has left the group (a container in the background) is neither killed nor waited for.
 */
export async function spawnGroup(
  words: readonly string[],
  { timeout, input, ...options }: SpawnOptions,
): Promise<Ended> {
  const [file = '', ...args] = words
  const detached = process.platform !== 'win32'
  const child = execa(file, args, {
    ...options,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    extendEnv: false,
    all: true,
    reject: false,
    detached,
  })
  const { pid } = child
  const kill = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    if (pid !== undefined && detached) killGroup(pid, signal)
    else child.kill(signal)
  }
  let timedOut = false
  const timers = [
    setTimeout(() => {
      timedOut = true
      kill('SIGTERM')
    }, timeout),
    setTimeout(() => {
      kill('SIGKILL')
      child.stdout.destroy()
      child.stderr.destroy()
    }, timeout + grace),
  ]
  const letBe = pid !== undefined && detached ? endWithUs(pid) : undefined
  try {
    const run = await child
    // It may have ended as it was told to, and left behind what did not.
    if (timedOut) kill('SIGKILL')
    const { exitCode, signal, stdout, stderr, all: output, durationMs: ms, code, originalMessage = '' } = run
    const status = exitCode ?? (signal === undefined ? 127 : 128 + constants.signals[signal])
    const started = exitCode !== undefined || signal !== undefined
    return {
      status,
      stdout,
      stderr,
      output,
      ms,
      timedOut,
      problem: started ? undefined : { code, message: originalMessage },
    }
  } finally {
    letBe?.()
    for (const timer of timers) clearTimeout(timer)
  }
}
