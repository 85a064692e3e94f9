import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Binary } from './manifest.js'

/**
 * The folder that built clients are kept in: START_REGISTRY_CACHE, else `start-registry` in the user's cache folder
 * (XDG base directory specification: a relative XDG_CACHE_HOME counts for nothing).
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['START_REGISTRY_CACHE']) return env['START_REGISTRY_CACHE']
  const xdg = env['XDG_CACHE_HOME']
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'start-registry')
}

/** The folder of a client's versions, and of its builds while they run. */
export const versionsFolder = ({ name }: Binary, env?: NodeJS.ProcessEnv): string =>
  join(cacheFolder(env), 'binaries', name)

/** Where the cache has a client when it has it. */
export const cachedPath = (binary: Binary, env?: NodeJS.ProcessEnv): string =>
  join(versionsFolder(binary, env), binary.version, binary.name)
