import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { execa } from 'execa'
import { putIntoCache, WrongVersionError } from './cache.js'
import type { Binary } from './manifest.js'
import { label } from './names.js'
import { unzipped } from './unzip.js'

/**
 * Takes a client out of a folder of downloaded files, into the cache, and answers its path; or says why there is none.
 * A file is named after the client: `helm`, `helm-3.8.2`, `cosign-linux-amd64`, or a release's archive as its project
 * names it: `helm-v3.8.2-linux-amd64.tar.gz`.
 * @throws Error when the folder cannot be read, an archive does not hold the client, or a file whose name has the version
 * is of another one.
 */
export async function sideLoad(
  binary: Binary,
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ path: string } | string> {
  const others: string[] = []
  for (const name of readdirSync(folder).toSorted()) {
    const parts = partsOf(name, binary)
    if (!parts) continue
    // What does not tell its version is taken for what its name says, and for nothing without that.
    if (!binary.question && parts.version === undefined) continue
    const file = resolve(folder, name)
    try {
      return { path: await putIntoCache(binary, env, (temp) => unpack(file, binary, temp)) }
    } catch (error) {
      if (!(error instanceof WrongVersionError) || parts.version !== undefined) {
        throw new Error(`${label(binary)} cannot be taken from ${file}: ${(error as Error).message}`, { cause: error })
      }
      others.push(`${name} is ${error.told ?? 'of no version that it tells'}`)
    }
  }
  return others.length === 0 ? `it is not in ${folder}` : `in ${folder} ${others.join(', ')}`
}

const systems: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin|macos', win32: 'windows' }
const machines: Readonly<Record<string, string>> = { x64: 'amd64|x86_64', arm64: 'arm64|aarch64' }

/** What a file's name says, when it may be this client, in this version and for this machine. */
function partsOf(file: string, { name, archive, version }: Binary): { version: string | undefined } | undefined {
  const names = [name, ...(archive === undefined ? [] : [archive])].map(literal).join('|')
  const system = systems[process.platform] ?? process.platform
  const machine = machines[process.arch] ?? process.arch
  const pattern = `^(?:${names})(?:[-_]v?(${literal(version)}))?(?:[-_](?:${system})[-_](?:${machine}))?(?:\\.tar\\.gz|\\.tgz|\\.zip|\\.exe)?$`
  const found = new RegExp(pattern, 'i').exec(file)
  return found ? { version: found[1] } : undefined
}

const literal = (text: string): string => text.replaceAll(/[.+]/g, String.raw`\$&`)

/** Brings a client out of a file, below a folder, and answers where it is. */
async function unpack(file: string, { name }: Binary, folder: string): Promise<string> {
  const target = join(folder, name)
  const isClient = (path: string): boolean => basename(path).replace(/\.exe$/, '') === name
  if (file.endsWith('.zip')) {
    const bytes = unzipped(readFileSync(file), isClient)
    if (!bytes) throw new Error(`there is no ${name} in it`)
    writeFileSync(target, bytes)
    return target
  }
  if (!/\.(?:tar\.gz|tgz)$/.test(file)) {
    copyFileSync(file, target)
    return target
  }
  await execa('tar', ['-xzf', file, '--no-same-owner', '-C', folder], { stdin: 'ignore' })
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const entry = entries.find((one) => one.isFile() && isClient(one.name))
  if (!entry) throw new Error(`there is no ${name} in it`)
  return join(entry.parentPath, entry.name)
}
