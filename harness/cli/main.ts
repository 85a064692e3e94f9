#!/usr/bin/env node
import { readArguments, type Arguments } from './arguments.js'
import { UsageError } from './flags.js'

/** Carries out a command line and answers the exit code: 0 done, 1 failed, 2 wrong use. */
async function main(args: readonly string[]): Promise<number> {
  let json = args.includes('--json')
  try {
    const parsed = readArguments(args)
    json = parsed.json
    return await run(parsed)
  } catch (error) {
    const usage = error instanceof UsageError
    const message = error instanceof Error ? error.message : String(error)
    if (json) process.stdout.write(`${JSON.stringify({ event: 'error', message })}\n`)
    else
      process.stderr.write(`${prefixed(message)}\n${usage ? 'start-registry --help lists commands and flags\n' : ''}`)
    return usage ? 2 : 1
  }
}

const prefixed = (message: string): string =>
  message.startsWith('start-registry: ') ? message : `start-registry: ${message}`

// Each command is loaded when it is asked for: serving must not wait for what runs clients.
async function run(args: Arguments): Promise<number> {
  switch (args.command) {
    case 'help': {
      const { help } = await import('./help.js')
      process.stdout.write(help)
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
