import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { own } from './cleanup.js'

/** A server in a process of its own. */
export interface Server {
  readonly url: URL
  readonly pid: number
  /** Asks it to end, and waits until it has. */
  readonly stop: () => Promise<void>
}

/** The package's command line program. */
export const cli: string = fileURLToPath(new URL('../../harness/cli/main.js', import.meta.url))

/** A program of this folder. */
export const program = (name: string): string => fileURLToPath(new URL(`children/${name}.js`, import.meta.url))

/**
 * Starts a program of ours and waits for its first line, which ends with its URL.
 * @throws Error when it ends before.
 */
export async function serve(
  script: string,
  args: readonly string[],
  nodeFlags: readonly string[] = [],
): Promise<Server> {
  const child = own(spawn(process.execPath, [...nodeFlags, script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] }))
  const line = await firstLine(child.stdout)
  const url = /https?:\/\/\S+$/.exec(line ?? '')?.[0]
  if (url === undefined || child.pid === undefined) throw new Error(`${script} did not start: ${line ?? 'no line'}`)
  child.stdout.resume()
  return {
    url: new URL(url),
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

/** Our registry as the command line starts it, without its log of requests. */
export const serveRegistry = (...flags: string[]): Promise<Server> => serve(cli, ['--quiet', ...flags])

/** Runs a program of this folder to its end and reads its first line as JSON. */
export async function ask(name: string, ...args: string[]): Promise<unknown> {
  const child = own(spawn(process.execPath, [program(name), ...args], { stdio: ['ignore', 'pipe', 'inherit'] }))
  const ended = once(child, 'exit')
  const line = await firstLine(child.stdout)
  await ended
  if (line === undefined) throw new Error(`${name} said nothing`)
  return JSON.parse(line) as unknown
}

/** The first line of a child's output, or undefined when there is none. */
export async function firstLine(output: NodeJS.ReadableStream): Promise<string | undefined> {
  const lines = createInterface({ input: output })
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => text as string),
    once(lines, 'close').then(() => undefined),
  ])
  lines.close()
  return line
}
