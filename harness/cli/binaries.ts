import { statSync } from 'node:fs'
import { search } from '../../vendor-binaries/find.js'
import { installBinaries } from '../../vendor-binaries/install.js'
import { manifest, type Binary } from '../../vendor-binaries/manifest.js'
import { idOf, installCommand, rowsOf } from '../../vendor-binaries/names.js'
import { suggestion } from '../../src/protocol/nearest.js'
import type { Arguments } from './arguments.js'
import { UsageError } from './flags.js'

const actions = ['list', 'install'] as const

/**
 * `binaries [list|install] [NAME...]`: says where the real clients are, or gets those that are missing; a name means all
 * its versions. Answers the exit code: 1 when one could not be got. @throws UsageError for an action or a client that
 * there is not.
 */
export async function binaries({ rest, from, offline }: Arguments): Promise<number> {
  const [action = 'list', ...names] = rest
  const chosen = names.length === 0 ? manifest : [...new Set(names.flatMap(binariesOf))]
  const env = from === undefined ? process.env : { ...process.env, START_REGISTRY_BINARIES: folderOf(from) }
  if (action === 'list') return list(chosen, env)
  if (action === 'install') return install(chosen, env, offline)
  throw new UsageError(`binaries has no ${action}${suggestion(action, actions)}: it is ${actions.join(' or ')}`)
}

function binariesOf(name: string): readonly Binary[] {
  const rows = rowsOf(name)
  if (rows.length > 0) return rows
  const ids = manifest.map(idOf)
  const meant = suggestion(name, [...manifest.map((row) => row.name), ...ids])
  throw new UsageError(`there is no client ${name}${meant}: they are ${ids.join(', ')}`)
}

function folderOf(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  throw new UsageError(`--from must be a folder, and ${path} is none`)
}

async function list(chosen: readonly Binary[], env: NodeJS.ProcessEnv): Promise<number> {
  const rows = [['CLIENT', 'VERSION', 'WHERE IT IS, OR HOW TO GET IT']]
  for (const binary of chosen) rows.push([binary.name, ...(await look(binary, env))])
  process.stdout.write(table(rows))
  return 0
}

async function look(binary: Binary, env: NodeJS.ProcessEnv): Promise<[version: string, place: string]> {
  try {
    const { found } = await search(binary, env)
    if (found) return [found.version, `${found.path} (${found.from})`]
    return [binary.version, `missing: ${installCommand(binary)}`]
  } catch (error) {
    return [binary.version, error instanceof Error ? error.message : String(error)]
  }
}

// Columns as wide as their widest cell; the last one ends where its text does.
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('')
}

async function install(chosen: readonly Binary[], env: NodeJS.ProcessEnv, offline: boolean): Promise<number> {
  const absent = await installBinaries(chosen, {
    say: (line) => void process.stdout.write(`${line}\n`),
    complain: (line) => void process.stderr.write(`start-registry: ${line}\n`),
    // Without the flag the environment says.
    offline: offline || undefined,
    env,
  })
  return absent.length === 0 ? 0 : 1
}
