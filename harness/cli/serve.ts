import { inspect } from 'node:util'
import type { RequestEvent } from '../../src/server/event.js'
import { logLine } from '../log.js'
import type { Registry } from '../registry.js'
import { startRegistry } from '../start-registry.js'
import type { Arguments } from './arguments.js'
import { leaveFiles } from './left-files.js'

/** Serves until SIGINT or SIGTERM. @throws Error when it cannot start; nothing is left behind then. */
export async function serve({ options, caOut, readyFile, json, quiet }: Arguments): Promise<void> {
  const stopped = stopSignal()
  const log = json ? jsonRequest : !quiet && textRequest
  // Nobody could ask for the journal otherwise.
  const journal = options.admin ? undefined : false
  const registry = await startRegistry({ ...options, unref: false, log, journal })
  try {
    const removeReadyFile = leaveFiles(registry, { caOut, readyFile })
    announce(registry, json)
    await stopped
    removeReadyFile()
  } finally {
    await registry.close()
  }
  if (json) print({ event: 'closed' })
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

function announce({ url, host, caFile, profile, warnings }: Registry, json: boolean): void {
  if (json) print({ event: 'listening', url, host, caFile, profile })
  else process.stdout.write(`start-registry: listening on ${url}\n`)
  for (const message of warnings) {
    if (json) print({ event: 'warning', message })
    else process.stderr.write(`start-registry: ${message}\n`)
  }
}

const print = (line: Readonly<Record<string, unknown>>): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

const textRequest = (event: RequestEvent): void => void process.stderr.write(`${logLine(event)}\n`)

function jsonRequest({ at, method, target, status, ms, account, bytes, faults, error }: RequestEvent): void {
  const time = new Date(at).toISOString()
  print({
    event: 'request',
    time,
    method,
    path: target,
    status,
    ms: Math.round(ms * 1000) / 1000,
    account,
    bytes,
    faults: faults.length === 0 ? undefined : faults,
  })
  if (error !== undefined) print({ event: 'error', message: inspect(error) })
}
