import { version } from '../cli/version.js'
import type { AdminEnds, AdminMethod } from './end.js'

/** What there is, for who asks: people and programs. */
export const describeEnds = (ends: AdminEnds): AdminMethod => ({
  what: 'what there is',
  answer(_call, { url, host, profile }) {
    const rows = Object.entries(ends).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { what, takes }]) => ({
        method,
        path: `/_start-registry/${path}`,
        what,
        takes,
      })),
    )
    // Indented: this one is read by people.
    const text = JSON.stringify({ registry: { url, host, profile, version: version() }, ends: rows }, undefined, 2)
    const body = Buffer.from(`${text}\n`)
    return { status: 200, headers: { 'Content-Type': 'application/json', 'Content-Length': body.length }, body }
  },
})
