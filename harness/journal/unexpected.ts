import { fits, type ReadFilter } from './filter.js'
import { differences } from './misses.js'
import type { Recorded } from './request.js'
import { outcomeOf } from './words.js'

/** Something about a request that no test wants unless it says so. */
interface Oddity {
  readonly text: string
  /** A filter that names one of these knows of it. */
  readonly knownBy: readonly string[]
}

// What a fault has made of a request was asked for.
function odditiesOf({ event, request }: Recorded): Oddity[] {
  if (event.faults.length > 0) return []
  const { status, aborted } = event
  const nowhere = ['unknown', 'invalid', 'page'].includes(request.route) && status >= 400 && status < 500
  // A browser that listens leaves when its page is closed.
  const left = aborted && event.route.kind !== 'page'
  return [
    ...(left ? [{ text: 'the connection went away', knownBy: ['aborted'] }] : []),
    ...(status >= 500 ? [{ text: 'the registry failed', knownBy: ['status'] }] : []),
    ...(nowhere ? [{ text: 'there is no such page', knownBy: ['route', 'path', 'target', 'status'] }] : []),
  ]
}

const knows = ({ criteria }: ReadFilter, { knownBy }: Oddity): boolean =>
  criteria.some(({ name, was }) => was === undefined || knownBy.includes(name))

/** Lines for the requests that fit no filter, or fit one that does not know what is odd about them. */
export function strangers(requests: readonly Recorded[], expected: readonly ReadFilter[]): string[] {
  return requests.flatMap((recorded) => {
    const fitting = expected.filter((filter) => fits(filter, recorded))
    if (fitting.length === 0) return [`${outcomeOf(recorded.request)}${nearestOf(recorded, expected)}`]
    const oddities = odditiesOf(recorded)
    if (fitting.some((filter) => oddities.every((oddity) => knows(filter, oddity)))) return []
    return [lineOf(recorded, oddities)]
  })
}

/** Lines for the requests that are odd, save those that fit a filter. */
export const odd = (requests: readonly Recorded[], allowed: readonly ReadFilter[]): string[] =>
  requests.flatMap((recorded) => {
    const oddities = odditiesOf(recorded)
    const known = oddities.length === 0 || allowed.some((filter) => fits(filter, recorded))
    return known ? [] : [lineOf(recorded, oddities)]
  })

const lineOf = ({ request }: Recorded, oddities: readonly Oddity[]): string =>
  `${outcomeOf(request)}: ${oddities.map(({ text }) => text).join('; ')}`

// Which of several it was to be is told where it fails by one thing alone, and more than that speaks for it.
function nearestOf(recorded: Recorded, expected: readonly ReadFilter[]): string {
  const near = expected
    .filter(({ criteria }) => criteria.length > 1)
    .toSorted((one, other) => other.criteria.length - one.criteria.length)
    .map((filter) => differences(filter, recorded))
    .find(({ length }) => length === 1)
  return near === undefined ? '' : `: ${near[0]}`
}
