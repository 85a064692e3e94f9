import { constants } from 'node:os'
import { isatty } from 'node:tty'
import { execa } from 'execa'
import { ExitError } from './exit-error.js'

const forwarded = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const

/** Signals that the keyboard sends to all processes of the terminal's foreground. */
const ofKeyboard: readonly string[] = ['SIGINT', 'SIGQUIT']

/** What this process is told by signals goes to a command that it runs. */
export interface Signals {
  /** The first that came while there was no command to tell. */
  readonly early: () => NodeJS.Signals | undefined
  /** From now on each goes to the command. */
  readonly sendTo: (kill: (signal: NodeJS.Signals) => void) => void
  /** Lets signals end this process again. */
  readonly stop: () => void
}

/** Listens to the signals that end a process, from now on: it goes on until its command has ended. */
export function takeSignals(): Signals {
  let early: NodeJS.Signals | undefined
  let send: ((signal: NodeJS.Signals) => void) | undefined
  const listener = (signal: NodeJS.Signals): void => {
    early ??= signal
    // Ctrl-C has reached the command by itself, and many take a second one for 'at once'. Who sent a signal node does not
    // tell, but without a terminal it was no keyboard.
    if (ofKeyboard.includes(signal) && isatty(0)) return
    send?.(signal)
  }
  for (const signal of forwarded) process.on(signal, listener)
  return {
    early: () => early,
    sendTo: (kill) => void (send = kill),
    stop: () => {
      for (const signal of forwarded) process.off(signal, listener)
    },
  }
}

/** What a shell answers for a command that a signal has ended. */
export const signalStatus = (signal: NodeJS.Signals): number => 128 + constants.signals[signal]

/**
 * Runs a command on the terminal, the input and the output of this process, and answers what a shell does: its status, or
 * 128 and the signal's number.
 * @throws ExitError with 127 when there is no such command, 126 when it cannot be run.
 */
export async function runInForeground(
  words: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  signals: Signals,
): Promise<number> {
  const [file, ...args] = words
  const child = execa(file, args, {
    env,
    extendEnv: false,
    stdio: 'inherit',
    reject: false,
    forceKillAfterDelay: false,
  })
  signals.sendTo((signal) => child.kill(signal))
  const { exitCode, signal, code, originalMessage = '' } = await child
  if (exitCode !== undefined) return exitCode
  if (signal !== undefined) return signalStatus(signal)
  if (code === 'ENOENT') throw new ExitError(`there is no command ${file}`, 127)
  throw new ExitError(`${file} cannot be run: ${originalMessage}`, 126)
}
