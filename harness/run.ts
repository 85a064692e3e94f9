import { existsSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { commandLine, wordsOf, type Word } from './command-line.js'
import { inNamespace, ownBlobCache, type Namespace } from './namespace.js'
import { spawnGroup } from './spawn-group.js'

export interface RunOptions {
  /** The environment, beside the few variables that every program needs; usually `registry.env()`. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Variables that are shown in front of the command, as somebody would type them. */
  readonly set?: Readonly<Record<string, string>> | undefined
  /** @default HOME of `env`, else this process's folder */
  readonly cwd?: string | undefined
  /** What the command reads. @default nothing */
  readonly input?: string | undefined
  /** The status that it is to end with, or 'any'. @default 0 */
  readonly status?: number | 'any' | undefined
  /** Milliseconds after which it is killed, with all that it started. @default 60 000 */
  readonly timeout?: number | undefined
  /** Passwords and the like: replaced in whatever is printed, and in errors. */
  readonly hide?: readonly string[] | undefined
  /** System files that it sees otherwise than they are. @default none: it runs among the others */
  readonly namespace?: Namespace | undefined
  /** Hears of the command line, and then of its output, indented; of long output, its beginning and end. */
  readonly transcript?: ((text: string) => void) | undefined
}

/** A command that has ended. */
export interface RunResult {
  /** As somebody would type it, with secrets hidden. */
  readonly command: string
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** Both, in the order they came. */
  readonly output: string
  readonly ms: number
}

/** A command that did not end as it was to; the message has its command line, status and the end of its output. */
export class RunError extends Error {
  readonly result: RunResult

  constructor(problem: string, result: RunResult) {
    const tail = result.output.split('\n').slice(-25).join('\n')
    super(`\`${result.command}\` ${problem}, after ${Math.round(result.ms)} ms${tail && `:\n${indent(tail)}`}`)
    this.name = 'RunError'
    this.result = result
  }
}

/** Runs commands that are written as templates; called with options, answers the same with these over the others. */
export interface Run {
  (strings: TemplateStringsArray, ...values: Word[]): Promise<RunResult>
  (options: RunOptions): Run
}

/** A runner of commands: ``await run`helm push ${file} oci://${registry.host}/charts` ``. */
export function runner(options: RunOptions): Run {
  function run(strings: TemplateStringsArray, ...values: Word[]): Promise<RunResult>
  function run(more: RunOptions): Run
  function run(first: TemplateStringsArray | RunOptions, ...values: Word[]): Promise<RunResult> | Run {
    return Array.isArray(first)
      ? runCommand(wordsOf(first as readonly string[], values), options)
      : runner({ ...options, ...(first as RunOptions) })
  }
  return run
}

// What of this process's environment a command sees: enough to find and run programs, nothing that configures a client.
const inherited = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TERM', 'USER', 'LOGNAME', 'SystemRoot']

/**
 * Runs one command and answers what it printed.
 * @throws RunError when it cannot be run, runs too long or ends with another status than it is to; in it, secrets are
 *   hidden everywhere.
 */
export async function runCommand(words: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program] = words
  if (program === undefined) throw new TypeError('a command needs at least the name of a program')
  const { env = {}, set = {}, status = 0, timeout = 60_000, hide = [], namespace, transcript } = options
  const hidden = (text: string): string =>
    hide.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '***')), text)
  const command = hidden(shown(words, set))
  transcript?.(`$ ${command}\n`)
  const environment = { ...pick(process.env, inherited), ...env, ...set }
  const own = ownBlobCache(words, env)
  const all = namespace ? inNamespace(own, namespace) : own
  const cwd = options.cwd ?? env['HOME'] ?? process.cwd()
  const { timedOut, problem, ...ended } = await spawnGroup(all, {
    env: environment,
    cwd,
    input: options.input,
    timeout,
  })
  const result: RunResult = { command, ...ended }
  const output = hidden(result.output)
  const ending = result.status === 0 ? '' : `    (status ${result.status})\n`
  transcript?.(`${output && `${indent(shorten(output))}\n`}${ending}`)
  const fail = (what: string): never => {
    const { stdout, stderr } = result
    throw new RunError(hidden(what), { ...result, stdout: hidden(stdout), stderr: hidden(stderr), output })
  }
  if (timedOut) fail(`did not end within ${timeout} ms and was killed`)
  if (problem && !existsSync(cwd)) fail(`cannot run in ${cwd}, which is not there`)
  // In a namespace it is the shell that does not find it.
  const unfound = problem?.code === 'ENOENT' || (all !== words && result.status === 127)
  if (unfound && !isOnPath(program, environment['PATH'])) fail(`is not there: ${program}`)
  if (problem) fail(`could not be run: ${problem.message}`)
  if (status !== 'any' && result.status !== status) fail(`ended with status ${result.status}, not ${status}`)
  return result
}

function shown(words: readonly string[], set: Readonly<Record<string, string>>): string {
  const [program = '', ...args] = words
  const assignments = Object.entries(set).map(([name, value]) => `${name}=${commandLine([value])} `)
  return assignments.join('') + commandLine([basename(program), ...args])
}

const isOnPath = (program: string, path = ''): boolean =>
  program.includes('/')
    ? existsSync(program)
    : path.split(delimiter).some((folder) => existsSync(join(folder, program)))

/** A transcript is there to be read: of long output it has the beginning and the end. */
function shorten(text: string): string {
  const lines = text.split('\n')
  const [first, last] = [30, 10]
  const between = lines.length - first - last
  if (between < 2) return text
  return [...lines.slice(0, first), `(${between} lines more)`, ...lines.slice(-last)].join('\n')
}

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '    ')

const pick = (env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
