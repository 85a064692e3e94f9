import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { askVersion } from './ask-version.js'
import { cachedPath, cacheFolder } from './cache.js'
import type { Binary } from './manifest.js'
import { installCommand, label, rowOf, variableOf } from './names.js'
import { sideLoad } from './side-load.js'

/** A client that is here. */
export interface FoundBinary {
  readonly path: string
  readonly from: 'environment' | 'cache' | 'side-load' | 'PATH'
  /** The version that it says it is; the pinned one for what was built into the cache. */
  readonly version: string
}

/** What came of looking for a client. */
export interface Search {
  readonly found: FoundBinary | undefined
  /** When it was not found: for each place, in order, why not. */
  readonly reasons: readonly string[]
}

/**
 * Looks for a client: the executable that its environment variable names, else the cache's, else one from the side-load
 * folder, else the first on PATH that is of the pinned version.
 * @throws Error when the environment variable names something that cannot be run, and when the side-load folder has
 * something under the client's name and version that is not that.
 */
export async function search(binary: Binary, env: NodeJS.ProcessEnv = process.env): Promise<Search> {
  const reasons: string[] = []
  for (const look of [inVariable, inCache, inSideLoad, onPath]) {
    const found = await look(binary, env)
    if (typeof found === 'object') return { found, reasons: [] }
    if (found !== undefined) reasons.push(found)
  }
  return { found: undefined, reasons }
}

/** Finds a client, or answers undefined. @throws Error as `search`. */
export const findBinary = async (binary: Binary, env?: NodeJS.ProcessEnv): Promise<FoundBinary | undefined> =>
  (await search(binary, env)).found

/**
 * Finds a client that something cannot do without, by its name or id in the manifest.
 * @throws Error that says where it was looked for and which command gets it.
 */
export async function needBinary(name: string): Promise<FoundBinary> {
  const binary = rowOf(name)
  if (!binary) throw new TypeError(`there is no client ${name} in the manifest`)
  const { found, reasons } = await search(binary)
  if (!found) throw new Error(missing(binary, reasons))
  return found
}

/** Says that a client is missing, where it was looked for, and which command gets it. */
export const missing = (binary: Binary, reasons: readonly string[]): string =>
  `${label(binary)} is missing: ${reasons.join(', ')}. Get it with: ${installCommand(binary)}`

/** Whether a version that a client tells is the one that the manifest asks for. */
export const fits = ({ version, source }: Binary, told: string): boolean => source.kind === 'system' || told === version

/** A client in one place; the reason when it is not there, or nothing when that place is not for such a client. */
type Look = (binary: Binary, env: NodeJS.ProcessEnv) => Promise<FoundBinary | string | undefined>

const inVariable: Look = async (binary, env) => {
  const variable = variableOf(binary)
  const path = env[variable]
  if (!path) return `${variable} is not set`
  if (!isAbsolute(path) || !isExecutable(path)) {
    throw new Error(`${variable} names ${path}, which is not the absolute path of an executable file`)
  }
  // Not compared with the pinned one: whoever names an executable may want to try another version.
  const told = binary.question ? await askVersion(path, binary.question) : binary.version
  return { path, from: 'environment', version: told ?? 'unknown' }
}

const inCache: Look = async (binary, env) => {
  if (binary.source.kind === 'system') return undefined
  const path = cachedPath(binary, env)
  return isExecutable(path)
    ? { path, from: 'cache', version: binary.version }
    : `it is not in the cache, ${cacheFolder(env)}`
}

const inSideLoad: Look = async (binary, env) => {
  const folder = env['START_REGISTRY_BINARIES']
  // A client of the system's packages needs their libraries and settings: it does not come as one file.
  if (!folder || binary.source.kind === 'system') return undefined
  const loaded = await sideLoad(binary, folder, env)
  return typeof loaded === 'string' ? loaded : { ...loaded, from: 'side-load', version: binary.version }
}

const onPath: Look = async (binary, env) => {
  if (!binary.question) return undefined
  const others: string[] = []
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    const path = join(folder, binary.name)
    if (!isExecutable(path)) continue
    const version = await askVersion(path, binary.question)
    if (version !== undefined && fits(binary, version)) return { path, from: 'PATH', version }
    others.push(`${path} is ${version ?? 'of no version that it tells'}`)
  }
  return others.length === 0 ? 'it is not on PATH' : `on PATH ${others.join(', ')}`
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
