import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { askVersion } from './ask-version.js'
import type { Binary } from './manifest.js'

/**
 * The folder that clients are kept in: START_REGISTRY_CACHE, else `start-registry` in the user's cache folder (XDG base
 * directory specification: a relative XDG_CACHE_HOME counts for nothing).
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['START_REGISTRY_CACHE']) return env['START_REGISTRY_CACHE']
  const xdg = env['XDG_CACHE_HOME']
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'start-registry')
}

// Of a client's versions, and of what becomes one while it is made.
const versionsFolder = ({ name }: Binary, env?: NodeJS.ProcessEnv): string => join(cacheFolder(env), 'binaries', name)

/** Where the cache has a client when it has it. */
export const cachedPath = (binary: Binary, env?: NodeJS.ProcessEnv): string =>
  join(versionsFolder(binary, env), binary.version, binary.name)

/** A client that is not of the version that it should be. */
export class WrongVersionError extends Error {
  /** What it says; undefined for nothing. */
  readonly told: string | undefined

  constructor({ name, version }: Binary, told: string | undefined) {
    super(`it says that it is ${told === undefined ? 'nothing' : `${name} ${told}`}, and not ${version}`)
    this.told = told
  }
}

const making = '.making-'

/**
 * Puts a client into the cache and answers its path. `make` makes it in a folder of its own and answers where; it is
 * asked for its version there, and renamed into place. So a killed maker leaves nothing half, and of two at once each
 * gives a whole file.
 * @throws WrongVersionError when it is another version; whatever `make` fails with.
 */
export async function putIntoCache(
  binary: Binary,
  env: NodeJS.ProcessEnv,
  make: (folder: string) => Promise<string>,
): Promise<string> {
  const versions = versionsFolder(binary, env)
  mkdirSync(versions, { recursive: true })
  removeAbandoned(versions)
  const folder = mkdtempSync(join(versions, making))
  try {
    const made = await make(folder)
    chmodSync(made, 0o755)
    // One that tells no version is what its maker says it is.
    const told = binary.question ? await askVersion(made, binary.question) : binary.version
    if (told !== binary.version) throw new WrongVersionError(binary, told)
    const path = cachedPath(binary, env)
    mkdirSync(dirname(path), { recursive: true })
    renameSync(made, path)
    return path
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// What a killed maker left; a day, because one that still runs must not lose its folder.
function removeAbandoned(versions: string): void {
  for (const name of readdirSync(versions)) {
    const path = join(versions, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (name.startsWith(making) && stat && Date.now() - stat.mtimeMs > 86_400_000) {
      rmSync(path, { recursive: true, force: true })
    }
  }
}
