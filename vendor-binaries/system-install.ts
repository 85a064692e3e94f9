import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheFolder } from './cache.js'
import type { Binary } from './manifest.js'
import { Progress, type Say } from './progress.js'

/**
 * Installs clients with one call of apt-get, when that is here and this process may.
 * @throws Error that names the command to run otherwise; Error with the end of apt-get's output when it fails.
 */
export async function systemInstall(
  binaries: readonly Binary[],
  say: Say,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const packages = binaries.flatMap(({ source }) => (source.kind === 'system' ? [source.package] : []))
  const names = packages.join(' ')
  if (process.getuid?.() !== 0 || !(await hasApt(env))) {
    throw new Error(
      `${packages.join(', ')}: with the system's packages. Install: sudo apt-get install ${names} on Debian and Ubuntu, ` +
        `sudo dnf install ${names} on Fedora`,
    )
  }
  const progress = new Progress(say, packages.join(', '), `apt-get update, then apt-get install ${names}`)
  try {
    // Index files of an image that was made some time ago name packages that are no longer there.
    await apt(['update'], env)
    // What is only recommended (networks, rootless mode) is not needed to build, push and pull as root.
    await apt(['install', '--yes', '--no-install-recommends', ...packages], env)
    progress.end('installed')
  } finally {
    progress.end()
  }
}

async function hasApt(env: NodeJS.ProcessEnv): Promise<boolean> {
  return !(await execa('apt-get', ['--version'], { env, extendEnv: false, reject: false })).failed
}

async function apt(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  // apt-get waits for others in dpkg but not for their index files: two of ours take turns by a lock of their own.
  const folder = cacheFolder(env)
  mkdirSync(folder, { recursive: true })
  const { failed, shortMessage, all } = await execa(
    'flock',
    [join(folder, 'apt.lock'), 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=600', ...args],
    { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, extendEnv: false, stdin: 'ignore', reject: false, all: true },
  )
  if (failed) throw new Error(`${shortMessage}\n${all.split('\n').slice(-15).join('\n')}`)
}
