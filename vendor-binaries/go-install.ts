import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { execa } from 'execa'
import { cachedPath, versionsFolder } from './cache.js'
import type { Binary, GoSource } from './manifest.js'
import { installCommand, label } from './names.js'
import { Progress, type Say } from './progress.js'

const building = '.building-'

/**
 * Builds a client with the Go toolchain into the cache and answers its path. Go's own settings hold: where modules come
 * from, their checksums in Go's checksum database, the toolchain, the caches. The build lands in a folder of its own
 * and is renamed into place, so that a killed one leaves nothing half, and of two at once each gives a whole file.
 * @throws Error when there is no Go, naming what to do; Error with the end of Go's output when the build fails.
 */
export async function goInstall(binary: Binary, source: GoSource, say: Say): Promise<string> {
  const folder = versionsFolder(binary)
  mkdirSync(folder, { recursive: true })
  removeAbandoned(folder)
  const temp = mkdtempSync(join(folder, building))
  try {
    await build(binary, source, temp, say)
    const path = cachedPath(binary)
    mkdirSync(dirname(path), { recursive: true })
    renameSync(join(temp, basename(source.package)), path)
    return path
  } finally {
    rmSync(temp, { recursive: true, force: true })
  }
}

async function build(binary: Binary, { package: name, version, go, ldflags }: GoSource, bin: string, say: Say) {
  const flags = ldflags === undefined ? [] : [`-ldflags=${ldflags}`]
  const args = ['install', '-v', '-trimpath', ...flags, `${name}@${version}`]
  const progress = new Progress(say, label(binary), `building with go ${args.join(' ')}`)
  // GOBIN goes with no other system's GOOS and GOARCH; without cgo the result needs no C compiler and no shared library.
  const env = { GOBIN: bin, CGO_ENABLED: '0', GOOS: undefined, GOARCH: undefined }
  const run = execa('go', args, { env, stdin: 'ignore', reject: false })
  const count = { downloaded: 0, compiled: 0 }
  for await (const line of run.iterable({ from: 'stderr' })) {
    count[line.startsWith('go: ') ? 'downloaded' : 'compiled']++
    const downloads = count.downloaded === 0 ? '' : `${count.downloaded} modules downloaded, `
    progress.state(`${downloads}${count.compiled} packages compiled`)
  }
  const { failed, code, stderr, shortMessage } = await run
  progress.end(failed ? undefined : 'built')
  if (code === 'ENOENT') {
    throw new Error(
      `${label(binary)} is built with Go, and there is no go on PATH. ` +
        `Install Go ${go} or newer, as go.dev/doc/install says (a distribution's own package is often older), ` +
        `then run: ${installCommand(binary)}`,
    )
  }
  if (failed) {
    const tail = stderr.split('\n').slice(-15).join('\n')
    throw new Error(`${label(binary)} could not be built (it needs Go ${go} or newer): ${shortMessage}\n${tail}`)
  }
}

// What a killed build left; a day, because one that still runs must not lose its folder.
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (name.startsWith(building) && stat && Date.now() - stat.mtimeMs > 86_400_000) {
      rmSync(path, { recursive: true, force: true })
    }
  }
}
