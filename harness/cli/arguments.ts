import { suggestion } from '../../src/protocol/nearest.js'
import type { StartOptions } from '../options.js'
import { flagsOf, parseFlags, UsageError, type Values } from './flags.js'
import { startOptions } from './start-flags.js'
import { verifyRequest, type VerifyRequest } from './verify-flags.js'

const commands = ['serve', 'verify', 'scenarios', 'binaries'] as const
type CommandName = (typeof commands)[number]

export interface Arguments {
  readonly command: CommandName | 'help' | 'version'
  /** What help is asked for. */
  readonly topic: CommandName
  /** What follows the command's name. */
  readonly rest: readonly string[]
  readonly options: StartOptions
  readonly caOut: string | undefined
  readonly readyFile: string | undefined
  /** A folder to take clients from. */
  readonly from: string | undefined
  readonly offline: boolean
  /** What `verify` is to verify. */
  readonly verify: VerifyRequest | undefined
  readonly json: boolean
  readonly quiet: boolean
}

/** Reads a command line. @throws UsageError with a message that says what is wrong and what may have been meant. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseFlags(args)
  const [name = 'serve', ...rest] = positionals
  if (!isCommand(name)) throw new UsageError(`unknown command ${name}${suggestion(name, commands)}`)
  if (name === 'serve' && rest.length > 0) throw new UsageError(`unexpected argument ${rest[0]}`)
  const command = values.help ? 'help' : values.version ? 'version' : name
  if (command === name) checkFlags(name, values)
  return {
    command,
    topic: name,
    rest,
    options: startOptions(values),
    caOut: values['ca-out'],
    readyFile: values['ready-file'],
    from: values.from,
    offline: values.offline ?? false,
    verify: command === 'verify' ? verifyRequest(rest, values) : undefined,
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  }
}

const isCommand = (name: string): name is CommandName => (commands as readonly string[]).includes(name)

const ownFlags = (command: CommandName): ReadonlySet<string> =>
  new Set(command === 'verify' || command === 'binaries' ? flagsOf[command] : [])

function checkFlags(command: CommandName, values: Values): void {
  for (const [owner, names] of Object.entries(flagsOf)) {
    const wrong = owner === command ? undefined : names.find((flag) => values[flag] !== undefined)
    if (wrong !== undefined && !ownFlags(command).has(wrong)) throw new UsageError(`--${wrong} goes with ${owner}`)
  }
  if (command !== 'verify') return
  const known = ownFlags('verify')
  const wrong = Object.keys(values).find((flag) => !known.has(flag) && flag !== 'json' && flag !== 'quiet')
  if (wrong !== undefined) {
    const hint = wrong === 'ca-out' || wrong.startsWith('tls') ? ' (--ca-file says which CA to trust)' : ''
    throw new UsageError(`--${wrong} does not go with verify${hint}`)
  }
}
