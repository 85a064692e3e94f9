import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderFor, type Teardown } from './registries.js'

export const root: string = fileURLToPath(new URL('../../../', import.meta.url))

// What the runner of these tests tells its own processes is nothing to those that somebody else would start.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|TAP|NODE_OPTIONS$|NODE_TEST_CONTEXT$|INIT_CWD$)/.test(name)),
)

/** What a program prints. @throws Error with all of it when it does not end with 0. */
export async function output(cwd: string, command: string, ...args: string[]): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment, NO_COLOR: '1' },
  })
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
  const status = await ended
  const text = Buffer.concat(out).toString()
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${String(status)}\n${text}${Buffer.concat(err).toString()}`)
  return text
}

/** What `npm pack` says of a package. */
export interface Packed {
  readonly file: string
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

/** Packs this package as it would be published. */
export async function pack(folder: string): Promise<Packed> {
  const text = await output(root, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder)
  const [packed] = JSON.parse(text) as { filename: string; size: number; files: { path: string }[] }[]
  if (!packed) throw new Error('nothing was packed')
  return { ...packed, file: join(folder, packed.filename) }
}

const quick = ['--prefer-offline', '--no-audit', '--no-fund']

/** Installs a packed package beside what a project has. */
export const install = (project: string, { file }: Packed): Promise<string> =>
  output(project, 'npm', 'install', '--no-save', ...quick, file)

/** An example, copied elsewhere and installed as its lock file says, and this package with it. */
export async function exampleProject(t: Teardown, name: string, packed: Packed): Promise<string> {
  const project = join(folderFor(t), name)
  const from = join(root, 'examples', name)
  cpSync(from, project, { recursive: true, filter: (path) => !relative(from, path).startsWith('node_modules') })
  await output(project, 'npm', 'ci', '--ignore-scripts', ...quick)
  await install(project, packed)
  return project
}
