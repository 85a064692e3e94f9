import { inspect } from 'node:util'
import type { RequestEvent } from '../src/server/event.js'

/**
 * A request as one line that a person can read:
 * `12:00:01.123  201  PUT    /v2/team/app/manifests/1.0  412 B  1.3 ms  alice`, with what faults did behind it.
 */
export function logLine(event: RequestEvent): string {
  const time = new Date(event.at).toISOString().slice(11, 23)
  const parts = [
    time,
    event.aborted ? 'gone' : `${event.status} `.padEnd(4),
    event.method.padEnd(6),
    printable(event.target),
    formatSize(event.bytes),
    `${event.ms.toFixed(1)} ms`,
    ...(event.account === undefined ? [] : [printable(event.account)]),
    ...event.faults.map((fault) => `[${printable(fault)}]`),
  ]
  const line = parts.join('  ')
  return event.error === undefined ? line : `${line}\n${errorText(event.error)}`
}

/** A number of bytes with a unit that keeps it short. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** Text from elsewhere, as it may be shown: it must not move the cursor or colour the terminal of whoever reads it. */
export const printable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)

const errorText = (error: unknown): string => inspect(error).replace(/^/gm, '    ')
