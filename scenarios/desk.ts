import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commandLine } from '../harness/command-line.js'
import { runner } from '../harness/run.js'
import type { Clients } from './clients.js'
import type { Desk, DeskOptions } from './scenario.js'

/** Opens a desk in the home of `env`; `write` hears the transcript of what is run there. */
export function openDesk(
  clients: Clients,
  env: Readonly<Record<string, string>>,
  { clients: chosen, ...options }: DeskOptions,
  write: (text: string) => void,
): Desk {
  const home = env['HOME']
  if (home === undefined) throw new TypeError('a desk needs the home that registry.env() makes')
  const folder = join(home, 'desk')
  const bin = join(home, 'bin')
  mkdirSync(folder)
  mkdirSync(bin)
  fill(bin, clients, chosen)
  const PATH = `${bin}${delimiter}${process.env['PATH'] ?? ''}`
  return {
    folder,
    sh: runner({ ...options, env: { ...env, PATH }, cwd: folder, transcript: write }),
    write(path, content) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    },
    read: (path) => readFileSync(join(folder, path)),
  }
}

/** Makes the folder that is first on a desk's PATH. */
function fill(bin: string, clients: Clients, chosen: DeskOptions['clients']): void {
  const here = clients.chosen(chosen)
  for (const { name, path } of here) symlinkSync(path, join(bin, name))
  writeScript(join(bin, 'start-registry'), `exec ${commandLine([process.execPath, ownCommand])} "$@"`)
  // In place of the others stands a refusal: the machine may have one further along PATH, of any version.
  const absent = new Set(clients.all.map(({ name }) => name))
  for (const { name } of here) absent.delete(name)
  for (const name of absent) {
    const ids = clients.versionsOf(name).map(({ id }) => id)
    const message = `this desk has no ${name}: open it with { clients } that name ${ids.join(' or ')}`
    writeScript(join(bin, name), `echo ${commandLine([message])} >&2\nexit 127`)
  }
}

const ownCommand = fileURLToPath(new URL('../harness/cli/main.js', import.meta.url))

function writeScript(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
}
