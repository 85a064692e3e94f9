import { startRegistry } from '../start-registry.js'
import type { Arguments } from './arguments.js'
import type { ExecRequest } from './exec-flags.js'
import { ExitError } from './exit-error.js'
import { runInForeground, signalStatus, takeSignals } from './foreground.js'
import { leaveFiles } from './left-files.js'

/**
 * `exec [flags] -- COMMAND`: runs a command against a registry of its own, with every client wired, and answers its
 * status. What is printed is the command's.
 * @throws ExitError with 125 when the registry does not start, 126 and 127 when the command does not.
 */
export async function exec(args: Arguments): Promise<number> {
  const { command, as, keepHome, log } = args.exec as ExecRequest
  const signals = takeSignals()
  try {
    // Nobody could ask for the journal otherwise.
    const journal = args.options.admin ? undefined : false
    await using registry = await starting(() => startRegistry({ ...args.options, log, journal }))
    const removeReadyFile = await starting(() => leaveFiles(registry, args))
    try {
      for (const message of args.quiet ? [] : registry.warnings) process.stderr.write(`start-registry: ${message}\n`)
      const env = { ...process.env, ...(await starting(() => registry.env({ as, keepHome }))) }
      const early = signals.early()
      return early === undefined ? await runInForeground(command, env, signals) : signalStatus(early)
    } finally {
      removeReadyFile()
    }
  } finally {
    signals.stop()
  }
}

async function starting<T>(action: () => T | Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw new ExitError(error instanceof Error ? error.message : String(error), 125, { cause: error })
  }
}
