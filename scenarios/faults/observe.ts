import type { RequestEvent } from '../../harness/index.js'
import type { RunResult } from '../../harness/run.js'

/** Where requests went, so that those for the same can be counted. */
function keyOf({ method, route, target }: RequestEvent): string {
  // An upload begins anew each time, at another URL: its beginnings are counted.
  return route.kind === 'upload' || route.kind === 'uploads' ? 'upload' : `${method} ${target}`
}

const counts = ({ method, route }: RequestEvent): boolean => route.kind !== 'upload' || method === 'POST'

/** How often each thing was asked for. */
export function countRequests(events: readonly RequestEvent[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>()
  for (const event of events) if (counts(event)) numbers.set(keyOf(event), (numbers.get(keyOf(event)) ?? 0) + 1)
  return numbers
}

/**
 * How often a client tried what a fault was first done to.
 * @param usual How often it asks for each thing when nothing goes wrong: some ask twice for the same.
 */
export function triesOf(events: readonly RequestEvent[], usual: ReadonlyMap<string, number>, works: boolean): number {
  const first = events.find(({ faults }) => faults.length > 0)
  if (!first) return 0
  const key = keyOf(first)
  const count = countRequests(events).get(key) ?? 0
  // Who fails stops before the second time, but for uploads of several blobs, which begin together.
  const more = works || key === 'upload' ? (usual.get(key) ?? 1) - 1 : 0
  return Math.max(1, count - more)
}

/** What a client says in the end, without what differs from run to run. */
export function lastWords({ stderr, stdout }: RunResult, host: string): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '')
  const at = lines.findLastIndex((line) => /^error|level=fatal/i.test(line))
  const text = lines.slice(at < 0 ? -1 : at).join(' ')
  return (
    text
      .replace(/^time="[^"]*" /, '')
      .replaceAll(host, 'HOST')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'CLIENT')
      .replaceAll(/sha256(:|%3A|-)[0-9a-f]{64}/g, 'sha256$1…')
      .replaceAll(/uploads\/[\w-]+/g, 'uploads/…')
      .replaceAll(/\/tmp\/[\w./-]+/g, '…')
      // Whichever of two notices first.
      .replace('pipe error before commit: ', '')
      .replaceAll(
        /(?:read|write) tcp CLIENT->HOST: (?:read|write): (?:connection reset by peer|broken pipe)/g,
        'connection reset by peer',
      )
      .replaceAll(/(size of|got|reading) \d+/g, '$1 …')
      .trim()
  )
}
