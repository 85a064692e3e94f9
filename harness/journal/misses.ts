import type { Criterion } from './criteria.js'
import type { ReadFilter } from './filter.js'
import type { Recorded } from './request.js'
import { accountOf, answerTo } from './words.js'

// A request to another end of the API is farther from what was meant than one that was answered otherwise.
const where: ReadonlySet<string> = new Set(['method', 'route', 'repository', 'reference', 'path', 'target'])

const unmet = ({ criteria }: ReadFilter, recorded: Recorded): Criterion[] =>
  criteria.filter((criterion) => !criterion.matches(recorded))

const difference = ({ name, was, wanted }: Criterion, recorded: Recorded): string =>
  was ? `${name} was ${was(recorded)}, not ${wanted}` : `${answerTo(recorded.request)}, not ${wanted}`

/** What of a request is not what a filter asks for: `status was 401, not 201`. */
export const differences = (filter: ReadFilter, recorded: Recorded): string[] =>
  unmet(filter, recorded).map((criterion) => difference(criterion, recorded))

/**
 * The requests that are least unlike what a filter asks for, each as a line that says what is; the nearest and then the
 * latest first. Those that one line fits are one.
 */
export function nearestMisses(filter: ReadFilter, requests: readonly Recorded[], most: number): string[] {
  const lines = new Map<string, { readonly distance: number; readonly ids: number[] }>()
  for (const recorded of requests.toReversed()) {
    const differing = unmet(filter, recorded)
    if (differing.length === 0) continue
    const told = differing.map((criterion) => difference(criterion, recorded))
    const line = `${accountOf(recorded.request)}: ${told.join('; ')}`
    const known = lines.get(line)
    if (known) known.ids.push(recorded.id)
    else {
      const distance = differing.reduce((sum, { name }) => sum + (where.has(name) ? 2 : 1), 0)
      lines.set(line, { distance, ids: [recorded.id] })
    }
  }
  return [...lines]
    .toSorted(([, one], [, other]) => one.distance - other.distance)
    .slice(0, most)
    .map(([line, { ids }]) => `${idsText(ids)} ${line}`)
}

const idsText = (ids: readonly number[]): string =>
  ids.length === 1 ? `#${ids[0]}` : `#${ids.at(-1)} and ${ids.length - 1} more until #${ids[0]}`
