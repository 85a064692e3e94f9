import { suggestion } from '../../src/protocol/nearest.js'
import type { RouteKind } from '../../src/route/route.js'
import { criteria, type Criterion } from './criteria.js'
import type { JournaledRequest, Recorded } from './request.js'
import { shorten } from './words.js'

/** Text that `*` may stand for any part of (slashes too), a regular expression, or several of which one is enough. */
export type TextFilter = string | RegExp | readonly (string | RegExp)[]

/** A status, a hundred of them, or a function that takes those it means. */
export type StatusFilter = number | '1xx' | '2xx' | '3xx' | '4xx' | '5xx' | ((status: number) => boolean)

/** What a request must be like: all that is named must fit. */
export interface RequestCriteria {
  readonly method?: TextFilter | undefined
  /** What end of the API it went to, such as `manifest`; `unknown` for what is none of the OCI API's. */
  readonly route?: RouteKind | readonly RouteKind[] | undefined
  readonly repository?: TextFilter | undefined
  /** The tag or the digest that was asked for. */
  readonly reference?: TextFilter | undefined
  /** Who was logged in; null for nobody. */
  readonly account?: TextFilter | null | undefined
  /** 0 is that of a request whose connection went away before there was a reply. */
  readonly status?: StatusFilter | readonly StatusFilter[] | undefined
  /** The path as it was sent, without the query. */
  readonly path?: TextFilter | undefined
  /** Path and query as they were sent. */
  readonly target?: TextFilter | undefined
  /** Headers by name in any case; true for one that is there, false for one that is not. */
  readonly header?: Readonly<Record<string, TextFilter | boolean>> | undefined
  /** What was done to it on purpose; true for anything, false for nothing. */
  readonly fault?: TextFilter | boolean | undefined
  /** Whether the connection went away before the reply was sent. */
  readonly aborted?: boolean | undefined
  readonly scheme?: 'http' | 'https' | undefined
}

/** Which requests are meant: what they are like, behind which they came, or a function that says so. */
export type RequestFilter =
  | (RequestCriteria & {
      /** Only those behind a request of this id, or behind a mark. */
      readonly since?: number | { readonly since: number } | undefined
    })
  | ((request: JournaledRequest) => boolean)

/** A filter that was read. */
export interface ReadFilter {
  /** Only requests with a larger id are meant at all; undefined when nobody has said so. */
  readonly since: number | undefined
  readonly criteria: readonly Criterion[]
  /** What it asks for, in words. */
  readonly text: string
}

/** Whether a request is one of those that are meant. */
export const fits = (filter: ReadFilter, recorded: Recorded): boolean =>
  recorded.id > (filter.since ?? 0) && filter.criteria.every((criterion) => criterion.matches(recorded))

/**
 * Reads a filter, which may come from plain JavaScript or JSON.
 * @throws TypeError that names what is none, and what may have been meant.
 */
export function readFilter(filter: RequestFilter): ReadFilter {
  if (typeof filter === 'function') {
    const matches = ({ request }: Recorded): boolean => filter(request)
    const text = filter.name === '' ? 'what the function wants' : `what ${filter.name} wants`
    return { since: undefined, criteria: [{ name: 'it', wanted: text, matches }], text }
  }
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) {
    throw new TypeError(
      'start-registry: journal: a filter is an object such as { method: "PUT", status: 201 }, or a function',
    )
  }
  const { since, ...members } = filter
  const read = Object.entries(members).flatMap(([name, value]) => {
    const reader = Object.hasOwn(criteria, name) ? criteria[name as keyof RequestCriteria] : undefined
    if (!reader) {
      const names = [...Object.keys(criteria), 'since']
      throw new TypeError(
        `start-registry: journal: unknown filter ${shorten(name, 80)}${suggestion(name, names) || listed(names)}`,
      )
    }
    return value === undefined ? [] : reader(value)
  })
  const text = read.map(({ name, wanted }) => `${name} ${wanted}`).join(', ') || 'anything'
  return { since: sinceOf(since), criteria: read, text }
}

const listed = (names: readonly string[]): string => `: there are ${names.join(', ')}`

function sinceOf(since: unknown): number | undefined {
  if (since === undefined) return undefined
  const id = typeof since === 'object' && since !== null ? (since as { since?: unknown }).since : since
  if (typeof id === 'number' && Number.isInteger(id) && id >= 0) return id
  throw new TypeError('start-registry: journal: since must be the id of a request, or a mark')
}
