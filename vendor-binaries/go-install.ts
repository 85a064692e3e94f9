import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { putIntoCache, WrongVersionError } from './cache.js'
import type { Binary, GoSource } from './manifest.js'
import { installCommand, label } from './names.js'
import { Progress, type Say } from './progress.js'

/**
 * Builds a client with the Go toolchain into the cache and answers its path. Go's own settings hold: where modules come
 * from, their checksums in Go's checksum database, the toolchain, the caches.
 * @throws Error when there is no Go, naming what to do; Error with the end of Go's output when the build fails.
 */
export async function goInstall(
  binary: Binary,
  source: GoSource,
  say: Say,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  try {
    return await putIntoCache(binary, env, (folder) => build(binary, source, folder, { say, env }))
  } catch (error) {
    if (!(error instanceof WrongVersionError)) throw error
    throw new Error(`${label(binary)} was built, and cannot be used: ${error.message}`, { cause: error })
  }
}

interface BuildOptions {
  readonly say: Say
  readonly env: NodeJS.ProcessEnv
}

async function build(binary: Binary, source: GoSource, folder: string, { say, env }: BuildOptions): Promise<string> {
  const { args, cwd } = source.module === undefined ? install(source) : buildInModule(source, source.module, folder)
  const progress = new Progress(say, label(binary), `building with go ${args.join(' ')}`)
  // GOBIN goes with no other system's GOOS and GOARCH; without cgo the result needs no C compiler and no shared library.
  const CGO_ENABLED = source.cgo === true ? '1' : '0'
  const settings = { GOBIN: folder, CGO_ENABLED, GOOS: undefined, GOARCH: undefined, GOWORK: 'off' }
  const options = { env: { ...env, ...settings }, extendEnv: false, cwd, stdin: 'ignore', reject: false } as const
  const run = execa('go', args, options)
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
        `Install Go ${source.go} or newer, as go.dev/doc/install says (a distribution's own package is often older), ` +
        `then run: ${installCommand(binary)}`,
    )
  }
  if (failed) {
    const tail = stderr.split('\n').slice(-15).join('\n')
    throw new Error(`${label(binary)} could not be built (it needs Go ${source.go} or newer): ${shortMessage}\n${tail}`)
  }
  return join(folder, basename(source.package))
}

interface GoCommand {
  readonly args: readonly string[]
  readonly cwd: string
}

const flagsOf = ({ ldflags, tags }: GoSource): readonly string[] => [
  '-v',
  '-trimpath',
  ...(tags === undefined ? [] : [`-tags=${tags.join(',')}`]),
  ...(ldflags === undefined ? [] : [`-ldflags=${ldflags}`]),
]

const install = (source: GoSource): GoCommand => ({
  args: ['install', ...flagsOf(source), `${source.package}@${source.version}`],
  cwd: process.cwd(),
})

function buildInModule(source: GoSource, module: string, folder: string): GoCommand {
  const cwd = join(folder, 'module')
  mkdirSync(cwd)
  const language = source.language === undefined ? '' : `go ${source.language}\n\n`
  writeFileSync(join(cwd, 'go.mod'), `module build\n\n${language}require ${module} ${source.version}\n`)
  const target = join(folder, basename(source.package))
  return { args: ['build', '-mod=mod', ...flagsOf(source), '-o', target, source.package], cwd }
}
