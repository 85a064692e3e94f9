import type { ReadCount } from './count.js'
import { ExpectationError } from './failure.js'
import { fits, type ReadFilter } from './filter.js'
import type { RequestLog } from './log.js'
import { nearestMisses } from './misses.js'
import type { Recorded } from './request.js'
import { counted, firstLines, outcomeOf, wasOrWere } from './words.js'

const mostShown = 10
const mostMisses = 3

/** Requests among which some are expected. */
export interface Scope {
  readonly requests: readonly Recorded[]
  /** Others that would belong to it may be among so many that are forgotten. */
  readonly forgotten: number
  /** How many the log keeps. */
  readonly limit: number
}

/** The part of a log behind an id, of what fits some filters. */
export function scopeOf(log: RequestLog, since: number, filters: readonly ReadFilter[]): Scope {
  const from = Math.max(since, ...filters.map((filter) => filter.since ?? 0))
  return {
    requests: log.kept(from).filter((recorded) => filters.every((filter) => fits(filter, recorded))),
    forgotten: log.forgotten(from),
    limit: log.limit,
  }
}

type Below = (...args: never[]) => unknown

/** Those that fit, when there are as many as there must be. @throws ExpectationError otherwise. */
export function expected(scope: Scope, filter: ReadFilter, count: ReadCount, below: Below): Recorded[] {
  const found = scope.requests.filter((recorded) => fits(filter, recorded))
  const { least, most, text } = count
  const fail = (...lines: string[]): ExpectationError =>
    new ExpectationError(lines.join('\n'), { operator: 'expect', actual: found.length, expected: text, below })
  const wanted = `expected ${text} with ${filter.text}`
  if (found.length > most)
    throw fail(`${wanted}, and there ${wasOrWere(found.length)} ${found.length}:`, ...outcomes(found))
  if (found.length >= least) {
    if (scope.forgotten > 0 && most < Infinity) throw fail(`${wanted}: nobody can tell, ${forgottenText(scope)}`)
    return found
  }
  throw fail(...missing(wanted, found, filter, scope))
}

/** What to say when something is not there: how much is, and what is nearest. */
export function missing(wanted: string, found: readonly Recorded[], filter: ReadFilter, scope: Scope): string[] {
  const { requests, forgotten } = scope
  const misses = nearestMisses(filter, requests, mostMisses)
  const seen = found.length > 0 ? `there ${wasOrWere(found.length)} only ${found.length}` : 'there was none'
  return [
    `${wanted}, and ${seen} among ${counted(requests.length, 'request')}${found.length > 0 ? ':' : ''}`,
    ...outcomes(found),
    ...(misses.length > 0 ? ['nearest:', ...firstLines(misses, mostMisses)] : []),
    ...(forgotten > 0 ? [forgottenText(scope)] : []),
  ]
}

/** @throws ExpectationError that lists strangers, when there are any. */
export function expectNone(
  lines: readonly string[],
  wanted: string,
  operator: string,
  scope: Scope,
  below: Below,
): void {
  const told = { operator, actual: lines.length, expected: 0, below }
  if (lines.length > 0) {
    const text = [
      `${wanted}, but for ${lines.length} of ${counted(scope.requests.length, 'request')}:`,
      ...firstLines(lines, mostShown),
      ...(scope.forgotten > 0 ? [forgottenText(scope)] : []),
    ]
    throw new ExpectationError(text.join('\n'), told)
  }
  if (scope.forgotten > 0) throw new ExpectationError(`${wanted}: nobody can tell, ${forgottenText(scope)}`, told)
}

const outcomes = (found: readonly Recorded[]): string[] =>
  firstLines(
    found.map(({ request }) => outcomeOf(request)),
    mostShown,
  )

const forgottenText = ({ forgotten, limit }: Scope): string =>
  `${counted(forgotten, 'request')} before were forgotten: the journal keeps ${limit} (journal: { limit })`
