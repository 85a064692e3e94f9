import { findBinary, type FoundBinary } from '../../vendor-binaries/find.js'
import { installBinary } from '../../vendor-binaries/install.js'
import { manifest, type Binary } from '../../vendor-binaries/manifest.js'
import { idOf, installCommand, rowsOf } from '../../vendor-binaries/names.js'
import { suggestion } from '../nearest.js'
import { UsageError } from './arguments.js'

const actions = ['list', 'install'] as const

/**
 * `binaries [list|install] [NAME...]`: says where the real clients are, or gets those that are missing. Answers the
 * exit code: 1 when one could not be got. @throws UsageError for an action or a client that there is not.
 */
export async function binaries([action = 'list', ...names]: readonly string[]): Promise<number> {
  const chosen = names.length === 0 ? manifest : names.flatMap(binariesOf)
  if (action === 'list') return list(chosen)
  if (action === 'install') return install(chosen)
  throw new UsageError(`binaries has no ${action}${suggestion(action, actions)}: it is ${actions.join(' or ')}`)
}

function binariesOf(name: string): readonly Binary[] {
  const rows = rowsOf(name)
  if (rows.length > 0) return rows
  const names = [...new Set(manifest.map((row) => row.name))]
  const meant = suggestion(name, [...names, ...manifest.map(idOf)])
  throw new UsageError(`there is no client ${name}${meant}: they are ${names.join(', ')}`)
}

async function list(chosen: readonly Binary[]): Promise<number> {
  const rows = [['NAME', 'VERSION', 'FOUND', 'HOW TO GET IT']]
  for (const binary of chosen) {
    const found = await findBinary(binary).catch((error: Error) => error)
    rows.push([binary.name, versionOf(binary, found), placeOf(found), installCommand(binary)])
  }
  process.stdout.write(table(rows))
  return 0
}

type Search = FoundBinary | Error | undefined

const versionOf = (binary: Binary, found: Search): string =>
  found && !(found instanceof Error) ? found.version : binary.version

function placeOf(found: Search): string {
  if (!found) return 'missing'
  return found instanceof Error ? found.message : `${found.path} (${found.from})`
}

// Columns as wide as their widest cell; the last one ends where its text does.
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

async function install(chosen: readonly Binary[]): Promise<number> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  let code = 0
  for (const binary of chosen) {
    try {
      const { path, version } = (await findBinary(binary)) ?? (await installBinary(binary, say))
      say(`${binary.name} ${version}: ${path}`)
    } catch (error) {
      // The others are still worth having.
      process.stderr.write(`start-registry: ${error instanceof Error ? error.message : String(error)}\n`)
      code = 1
    }
  }
  return code
}
