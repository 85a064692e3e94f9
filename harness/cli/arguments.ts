import { suggestion } from '../../src/protocol/nearest.js'
import type { StartOptions } from '../options.js'
import { envRequest, type EnvRequest } from './env-flags.js'
import { execRequest, type ExecRequest } from './exec-flags.js'
import { flagsOf, parseFlags, splitAtDashes, UsageError, type FlagName, type Values } from './flags.js'
import { startOptions } from './start-flags.js'
import { verifyRequest, type VerifyRequest } from './verify-flags.js'

const commands = ['serve', 'exec', 'env', 'verify', 'scenarios', 'binaries'] as const
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
  /** What `exec` is to run. */
  readonly exec: ExecRequest | undefined
  /** What `env` is to print. */
  readonly env: EnvRequest | undefined
  /** What `verify` is to verify. */
  readonly verify: VerifyRequest | undefined
  readonly json: boolean
  readonly quiet: boolean
}

/** Reads a command line. @throws UsageError with a message that says what is wrong and what may have been meant. */
export function readArguments(args: readonly string[]): Arguments {
  const { own, behind } = splitAtDashes(args)
  const { values, positionals } = parseFlags(own)
  const [name = 'serve', ...words] = positionals
  if (!isCommand(name)) throw new UsageError(`unknown command ${name}${suggestion(name, commands)}`)
  const rest = [...words, ...(behind ?? [])]
  if (name === 'serve' && rest.length > 0) {
    const hint = words.length === 0 ? `: start-registry exec [flags] -- ${rest.join(' ')} runs a command` : ''
    throw new UsageError(`unexpected argument ${rest[0]}${hint}`)
  }
  const command = values.help ? 'help' : values.version ? 'version' : name
  if (command === name) checkFlags(name, values)
  const options = startOptions(values)
  return {
    command,
    topic: name,
    rest,
    options,
    caOut: values['ca-out'],
    readyFile: values['ready-file'],
    from: values.from,
    offline: values.offline ?? false,
    exec: command === 'exec' ? execRequest(words, behind, values, options) : undefined,
    env: command === 'env' ? envRequest(rest, values, options) : undefined,
    verify: command === 'verify' ? verifyRequest(rest, values) : undefined,
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  }
}

const isCommand = (name: string): name is CommandName => (commands as readonly string[]).includes(name)

// The flags of serving that a command has beside its own; all of them where it is not here.
const served: Partial<Record<CommandName, readonly FlagName[]>> = {
  env: ['user', 'ready-file', 'json'],
  verify: ['json', 'quiet'],
}

// What is on stdout is the command's.
const without: Partial<Record<CommandName, readonly FlagName[]>> = { exec: ['json'] }

function checkFlags(command: CommandName, values: Values): void {
  const ownersOf = (flag: FlagName): string[] =>
    Object.entries(flagsOf).flatMap(([name, flags]) => (flags.includes(flag) ? [name] : []))
  for (const flag of Object.keys(values) as FlagName[]) {
    const owners = ownersOf(flag)
    const known = served[command]
    // It is the CA of an upstream as well, for what serves.
    const ofUpstream = flag === 'ca-file' && !known
    if (owners.includes(command) || (ofUpstream && values.upstream !== undefined)) continue
    if (known ? !known.includes(flag) : without[command]?.includes(flag)) {
      const trusts = ownersOf('ca-file').includes(command) && (flag === 'ca-out' || flag.startsWith('tls'))
      const hint = trusts ? ' (--ca-file says which CA to trust)' : ''
      throw new UsageError(`--${flag} does not go with ${command}${hint}`)
    }
    const also = ofUpstream ? ', and with --upstream' : ''
    if (owners.length > 0 && !known) throw new UsageError(`--${flag} goes with ${owners.join(' and ')}${also}`)
  }
}
