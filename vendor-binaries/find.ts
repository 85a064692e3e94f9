import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { askVersion } from './ask-version.js'
import { cachedPath, cacheFolder } from './cache.js'
import type { Binary } from './manifest.js'
import { installCommand, label, rowOf, variableOf } from './names.js'

/** A client that is here. */
export interface FoundBinary {
  readonly path: string
  readonly from: 'environment' | 'cache' | 'PATH'
  /** The version that it says it is; the pinned one for what was built into the cache. */
  readonly version: string
}

/**
 * Finds a client: the executable that its environment variable names, else the cache's, else the first on PATH that is
 * of the pinned version. Answers undefined when there is none.
 * @throws Error when the environment variable names something that cannot be run.
 */
export async function findBinary(
  binary: Binary,
  env: NodeJS.ProcessEnv = process.env,
): Promise<FoundBinary | undefined> {
  const named = env[variableOf(binary)]
  if (named) return foundByVariable(binary, named)
  const cached = cachedPath(binary, env)
  if (isExecutable(cached)) return { path: cached, from: 'cache', version: binary.version }
  if (!binary.question) return undefined
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    const path = join(folder, binary.name)
    if (!isExecutable(path)) continue
    const version = await askVersion(path, binary.question)
    if (version !== undefined && fits(binary, version)) return { path, from: 'PATH', version }
  }
  return undefined
}

/**
 * Finds a client that something cannot do without, by its name or id in the manifest.
 * @throws Error that says where it was looked for and which command gets it.
 */
export async function needBinary(name: string): Promise<FoundBinary> {
  const binary = rowOf(name)
  if (!binary) throw new TypeError(`there is no client ${name} in the manifest`)
  const found = await findBinary(binary)
  if (!found) throw new Error(missing(binary))
  return found
}

/** Says that a client is missing, where it was looked for, and which command gets it. */
export function missing(binary: Binary): string {
  const path = binary.question ? ', and not on PATH' : ''
  return `${label(binary)} is missing: ${variableOf(binary)} is not set, it is not in ${cacheFolder()}${path}. Get it with: ${installCommand(binary)}`
}

/** Whether a version that a client tells is the one that the manifest asks for. */
export const fits = ({ version, source }: Binary, told: string): boolean => source.kind === 'system' || told === version

async function foundByVariable(binary: Binary, path: string): Promise<FoundBinary> {
  const { question, version } = binary
  if (!isAbsolute(path) || !isExecutable(path)) {
    throw new Error(`${variableOf(binary)} names ${path}, which is not the absolute path of an executable file`)
  }
  // Not compared with the pinned one: whoever names an executable may want to try another version.
  const told = question ? await askVersion(path, question) : version
  return { path, from: 'environment', version: told ?? 'unknown' }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
