#!/usr/bin/env node
import { readArguments, type Arguments } from './arguments.js'
import { ExitError } from './exit-error.js'
import { splitAtDashes, UsageError } from './flags.js'
import { sayError } from './say-error.js'

/** Carries out a command line and answers the exit code: 0 done, 1 failed, 2 wrong use; of `exec` the command's. */
async function main(args: readonly string[]): Promise<number> {
  let json = splitAtDashes(args).own.includes('--json')
  try {
    const parsed = readArguments(args)
    json = parsed.json
    return await run(parsed)
  } catch (error) {
    const usage = error instanceof UsageError
    sayError(error, json)
    if (usage && !json) process.stderr.write(`${helpHint(splitAtDashes(args).own)}\n`)
    return usage ? 2 : error instanceof ExitError ? error.exitCode : 1
  }
}

const helpHint = (args: readonly string[]): string =>
  args.includes('verify')
    ? 'start-registry verify --help lists its flags'
    : 'start-registry --help lists commands and flags'

// Each command is loaded when it is asked for: serving must not wait for what runs clients.
async function run(args: Arguments): Promise<number> {
  switch (args.command) {
    case 'help': {
      const [{ help }, { verifyHelp }] = await Promise.all([import('./help.js'), import('./verify-help.js')])
      process.stdout.write(args.topic === 'verify' ? verifyHelp : help)
      return 0
    }
    case 'version': {
      const { version } = await import('./version.js')
      process.stdout.write(`${version()}\n`)
      return 0
    }
    case 'serve': {
      const { serve } = await import('./serve.js')
      await serve(args)
      return 0
    }
    case 'exec': {
      const { exec } = await import('./exec.js')
      return exec(args)
    }
    case 'env': {
      const { env } = await import('./env.js')
      return env(args)
    }
    case 'verify': {
      const { verify } = await import('./verify.js')
      return verify(args)
    }
    case 'binaries': {
      const { binaries } = await import('./binaries.js')
      return binaries(args)
    }
    case 'scenarios': {
      const { scenarios } = await import('./scenarios.js')
      return scenarios(args.rest)
    }
  }
}

// Whoever read the first lines and left, as `head -1` does, did not ask for an end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code))
