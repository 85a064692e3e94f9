import type { ReadFilter } from './filter.js'
import type { Recorded } from './request.js'
import { accountOf, answerTo } from './words.js'

/** What of a request is not what a filter asks for: `status was 401, not 201`. */
export const differences = ({ criteria }: ReadFilter, recorded: Recorded): string[] =>
  criteria
    .filter((criterion) => !criterion.matches(recorded))
    .map(({ name, was, wanted }) =>
      was ? `${name} was ${was(recorded)}, not ${wanted}` : `${answerTo(recorded.request)}, not ${wanted}`,
    )

/**
 * The requests that are least unlike what a filter asks for, each as a line that says what is; the nearest and then the
 * latest first. Those that one line fits are one.
 */
export function nearestMisses(filter: ReadFilter, requests: readonly Recorded[], most: number): string[] {
  const lines = new Map<string, { readonly differing: number; readonly ids: number[] }>()
  for (const recorded of requests.toReversed()) {
    const differing = differences(filter, recorded)
    if (differing.length === 0) continue
    const line = `${accountOf(recorded.request)}: ${differing.join('; ')}`
    const known = lines.get(line)
    if (known) known.ids.push(recorded.id)
    else lines.set(line, { differing: differing.length, ids: [recorded.id] })
  }
  return [...lines]
    .toSorted(([, one], [, other]) => one.differing - other.differing)
    .slice(0, most)
    .map(([line, { ids }]) => `${idsText(ids)} ${line}`)
}

const idsText = (ids: readonly number[]): string =>
  ids.length === 1 ? `#${ids[0]}` : `#${ids.at(-1)} and ${ids.length - 1} more until #${ids[0]}`
