import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheFolder } from './cache.js'
import type { Binary, SystemSource } from './manifest.js'
import { Progress, type Say } from './progress.js'

/**
 * Installs a client with apt-get, when that is here and this process may.
 * @throws Error that names the command to run otherwise; Error with the end of apt-get's output when it fails.
 */
export async function systemInstall({ name }: Binary, source: SystemSource, say: Say): Promise<void> {
  if (process.getuid?.() !== 0 || !(await hasApt())) {
    throw new Error(
      `${name} comes with the system's packages. Install it: sudo apt-get install ${source.package} on Debian and Ubuntu, ` +
        `sudo dnf install ${source.package} on Fedora`,
    )
  }
  const progress = new Progress(say, name, `apt-get update, then apt-get install ${source.package}`)
  try {
    // Index files of an image that was made some time ago name packages that are no longer there.
    await apt(['update'])
    // What is only recommended (networks, rootless mode) is not needed to build, push and pull as root.
    await apt(['install', '--yes', '--no-install-recommends', source.package])
    progress.end('installed')
  } finally {
    progress.end()
  }
}

async function hasApt(): Promise<boolean> {
  return !(await execa('apt-get', ['--version'], { reject: false })).failed
}

async function apt(args: readonly string[]): Promise<void> {
  // apt-get waits for others in dpkg but not for their index files: two of ours take turns by a lock of their own.
  const folder = cacheFolder()
  mkdirSync(folder, { recursive: true })
  const { failed, shortMessage, all } = await execa(
    'flock',
    [join(folder, 'apt.lock'), 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=600', ...args],
    { env: { DEBIAN_FRONTEND: 'noninteractive' }, stdin: 'ignore', reject: false, all: true },
  )
  if (failed) throw new Error(`${shortMessage}\n${all.split('\n').slice(-15).join('\n')}`)
}
