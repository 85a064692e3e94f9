import { suggestion } from '../../src/protocol/nearest.js'
import type { StartOptions } from '../options.js'
import { UsageError, type Values } from './flags.js'

/** What `exec` is to run, and as whom. */
export interface ExecRequest {
  /** A program and its arguments. */
  readonly command: readonly [program: string, ...args: string[]]
  /** Whose login the clients have; undefined for nobody's. */
  readonly as: string | undefined
  readonly keepHome: boolean
  /** Whether requests are logged on stderr, among what the command says. */
  readonly log: boolean
}

/**
 * Reads what belongs to `exec`.
 * @param words What stands behind `exec` ...
 * @param command ... and behind `--`; undefined where there is none.
 * @throws UsageError when there is no command, or nobody of that name.
 */
export function execRequest(
  words: readonly string[],
  command: readonly string[] | undefined,
  values: Values,
  { accounts = [] }: StartOptions,
): ExecRequest {
  if (words.length > 0) {
    const meant = [...words, ...(command ?? [])].join(' ')
    throw new UsageError(`exec needs -- in front of the command: start-registry exec [flags] -- ${meant}`)
  }
  const [program, ...args] = command ?? []
  if (program === undefined || program === '')
    throw new UsageError('exec needs a command: start-registry exec [flags] -- COMMAND [ARGUMENTS]')
  return {
    command: [program, ...args],
    as: loginOf(
      values,
      accounts.map(({ username }) => username),
    ),
    keepHome: !values['private-home'],
    log: values.log ?? false,
  }
}

function loginOf({ as, 'no-login': noLogin }: Values, names: readonly string[]): string | undefined {
  if (noLogin) {
    if (as !== undefined) throw new UsageError('--as and --no-login do not go together')
    return undefined
  }
  if (as !== undefined) {
    if (!names.includes(as)) throw new UsageError(`--as ${as}: there is no such --user${suggestion(as, names)}`)
    return as
  }
  if (names.length > 1)
    throw new UsageError(`which user is logged in? --as NAME says it (${names.join(', ')}), or --no-login`)
  return names[0]
}
