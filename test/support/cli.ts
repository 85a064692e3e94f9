import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Teardown } from './registries.js'

/** The program's file. */
export const main: string = fileURLToPath(new URL('../../harness/cli/main.js', import.meta.url))

/** The program, running. */
export type Child = ChildProcessByStdio<null, Readable, Readable>

/** Starts the command line program; it is killed when the test ends. */
export const start = (t: Teardown, ...args: string[]): Child => startIn(t, process.env, args)

function startIn(t: Teardown, env: NodeJS.ProcessEnv, args: readonly string[]): Child {
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** How a child has ended: its status, or the signal. */
export async function ended(child: Child): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve))
  return child.exitCode ?? child.signalCode
}

/** What a command line that ends by itself says. */
export const run = (t: Teardown, ...args: string[]): Promise<Ended> => runIn(t, {}, ...args)

/** As `run`, with more in the environment. */
export async function runIn(t: Teardown, env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  const child = startIn(t, { ...process.env, ...env }, args)
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
  return { code: await ended(child), out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }
}

interface Ended {
  readonly code: number | NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** The lines of a stream, one at a time. */
export async function* lines(stream: Readable): AsyncGenerator<string, void, undefined> {
  let rest = ''
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() as string
    yield* parts
  }
}

/** The next of them. @throws Error when there is none. */
export async function next(iterator: AsyncGenerator<string, void, undefined>): Promise<string> {
  const { value, done } = await iterator.next()
  if (done) throw new Error('the stream has ended')
  return value
}
