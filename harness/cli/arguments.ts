import { parseArgs, type ParseArgsConfig } from 'node:util'
import { quayVersions } from '../../src/profiles/quay.js'
import { checkOptions, type StartOptions } from '../options.js'
import { suggestion } from '../../src/protocol/nearest.js'

/** A command line that cannot be carried out: exit code 2. */
export class UsageError extends Error {}

const flags = {
  host: { type: 'string' },
  port: { type: 'string' },
  tls: { type: 'boolean' },
  'tls-name': { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'ca-out': { type: 'string' },
  http: { type: 'boolean' },
  storage: { type: 'string' },
  config: { type: 'string' },
  profile: { type: 'string' },
  sparse: { type: 'boolean' },
  'no-referrers': { type: 'boolean' },
  user: { type: 'string', multiple: true },
  htpasswd: { type: 'string' },
  anonymous: { type: 'string' },
  auth: { type: 'string' },
  'ready-file': { type: 'string' },
  from: { type: 'string' },
  offline: { type: 'boolean' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies NonNullable<ParseArgsConfig['options']>

const profiles = ['oci', ...quayVersions.map((version) => `quay-${version}` as const)] as const

const commands = ['serve', 'scenarios', 'binaries'] as const
type CommandName = (typeof commands)[number]

export interface Arguments {
  readonly command: CommandName | 'help' | 'version'
  /** What follows the command's name. */
  readonly rest: readonly string[]
  readonly options: StartOptions
  readonly caOut: string | undefined
  readonly readyFile: string | undefined
  /** A folder to take clients from. */
  readonly from: string | undefined
  readonly offline: boolean
  readonly json: boolean
  readonly quiet: boolean
}

/** Reads a command line. @throws UsageError with a message that says what is wrong and what may have been meant. */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args)
  const [name = 'serve', ...rest] = positionals
  if (!isCommand(name)) throw new UsageError(`unknown command ${name}${suggestion(name, commands)}`)
  if (name === 'serve' && rest.length > 0) throw new UsageError(`unexpected argument ${rest[0]}`)
  for (const flag of ['from', 'offline'] as const) {
    if (name !== 'binaries' && values[flag] !== undefined) throw new UsageError(`--${flag} goes with binaries`)
  }
  return {
    command: values.help ? 'help' : values.version ? 'version' : name,
    rest,
    options: checked(startOptions(values)),
    caOut: values['ca-out'],
    readyFile: values['ready-file'],
    from: values.from,
    offline: values.offline ?? false,
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  }
}

const isCommand = (name: string): name is CommandName => (commands as readonly string[]).includes(name)

type Values = ReturnType<typeof parse>['values']

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError(explain(error as NodeJS.ErrnoException, args))
  }
}

function explain(error: NodeJS.ErrnoException, args: readonly string[]): string {
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const flag = /'(--?[^ '=]+)/.exec(error.message)?.[1] ?? args.find((text) => text.startsWith('-')) ?? ''
    const names = Object.keys(flags).map((name) => `--${name}`)
    return `unknown flag ${flag}${suggestion(flag, names)}`
  }
  const [flag, value] = /'(?:-., )?(--[^ ']+)( <value>)?'?/.exec(error.message)?.slice(1) ?? []
  if (flag === undefined) return error.message
  if (value) return `${flag} needs a value`
  return error.message.includes('does not take an argument') ? `${flag} takes no value` : `${flag} needs a value`
}

function startOptions(values: Values): StartOptions {
  return {
    host: values.host,
    port: values.port === undefined ? undefined : portOf(values.port),
    tls: tlsOf(values),
    http: values.http,
    storage: values.storage === undefined ? undefined : storageOf(values.storage),
    config: values.config,
    profile: values.profile === undefined ? undefined : oneOf('--profile', values.profile, profiles),
    sparse: values.sparse,
    referrers: values['no-referrers'] ? false : undefined,
    accounts: values.user?.map(accountOf),
    htpasswd: values.htpasswd,
    anonymous:
      values.anonymous === undefined ? undefined : oneOf('--anonymous', values.anonymous, ['none', 'pull', 'push']),
    auth: values.auth === undefined ? undefined : oneOf('--auth', values.auth, ['token', 'basic']),
  }
}

// What does not go together is wrong use here, and the same words fit.
function checked(options: StartOptions): StartOptions {
  try {
    checkOptions(options)
    return options
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/^start-registry: /, ''), { cause: error })
  }
}

function portOf(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UsageError(`--port must be a whole number from 0 to 65535, not ${text}`)
}

function storageOf(text: string): 'memory' | { disk: string } {
  if (text === 'memory') return text
  if (text.startsWith('disk:') && text.length > 'disk:'.length) return { disk: text.slice('disk:'.length) }
  throw new UsageError(`--storage must be memory or disk:DIR, not ${text}`)
}

function accountOf(text: string): { username: string; password: string } {
  const colon = text.indexOf(':')
  // The text is not repeated: it may hold a password.
  if (colon < 1) throw new UsageError('--user must be NAME:PASSWORD')
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

function oneOf<const T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((text) => text === value)
  if (found === undefined) throw new UsageError(`${flag} must be ${allowed.join(', ')}, not ${value}`)
  return found
}

function tlsOf(values: Values): StartOptions['tls'] {
  const { tls, http, 'tls-cert': cert, 'tls-key': key, 'tls-name': names } = values
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--tls-cert and --tls-key go together')
  if (cert !== undefined && key !== undefined) {
    if (names) throw new UsageError('--tls-name is for a certificate that is made now: it does not go with --tls-cert')
    if (values['ca-out'] !== undefined)
      throw new UsageError('--ca-out is for a CA that is made now: it does not go with --tls-cert')
    return { cert, key }
  }
  if (names) return { names }
  if (tls) return true
  for (const [flag, given] of [
    ['--http', http],
    ['--ca-out', values['ca-out']],
  ] as const) {
    if (given !== undefined) throw new UsageError(`${flag} goes with --tls`)
  }
  return undefined
}
