import { matcher } from '../../src/access/permissions.js'
import { suggestion } from '../../src/protocol/nearest.js'
import type { RouteKind } from '../../src/route/route.js'
import { printable } from '../log.js'
import type { RequestCriteria } from './filter.js'
import type { JournaledRequest, Recorded } from './request.js'
import { shorten } from './words.js'

/** One thing that is asked of a request. */
export interface Criterion {
  readonly name: string
  /** What it must be, in words. */
  readonly wanted: string
  /** What it is, in words; undefined where nobody knows what it is about. */
  readonly was?: (recorded: Recorded) => string
  readonly matches: (recorded: Recorded) => boolean
}

type Reader = (value: unknown) => Criterion | Criterion[]

/** What can be asked of a request, and how each is read. */
export const criteria: Readonly<Record<keyof RequestCriteria, Reader>> = {
  method: (value) => text('method', upperCase(value), ({ method }) => method),
  route: (value) => text('route', routesOf(value), ({ route }) => route),
  repository: (value) => text('repository', value, ({ repository }) => repository),
  reference: (value) => text('reference', value, ({ reference }) => reference),
  account: (value) =>
    value === null ? absent('account', ({ account }) => account) : text('account', value, ({ account }) => account),
  status: statusCriterion,
  path: (value) => text('path', value, ({ path }) => path),
  target: (value) => text('target', value, ({ target }) => target),
  header: headerCriteria,
  fault: (value) =>
    typeof value === 'boolean'
      ? boolean('fault', value, ({ faults }) => faults.length > 0)
      : some('fault', value, ({ faults }) => faults),
  aborted: (value) => boolean('aborted', value, ({ aborted }) => aborted),
  scheme: (value) => text('scheme', oneOf('scheme', value, ['http', 'https']), ({ scheme }) => scheme),
}

// A record, so that one that is new is not forgotten here.
const routes = Object.keys({
  base: true,
  catalog: true,
  token: true,
  tags: true,
  manifest: true,
  blob: true,
  uploads: true,
  upload: true,
  referrers: true,
  chartIndex: true,
  chartFile: true,
  charts: true,
  chartProvenances: true,
  chartVersions: true,
  chartVersion: true,
  invalid: true,
  page: true,
  unknown: true,
} satisfies Record<RouteKind, true>)

const wrong = (name: string, expected: string): TypeError =>
  new TypeError(`start-registry: journal: ${name} must be ${expected}`)

/** What is asked of one text of a request. */
function text(name: string, value: unknown, of: (request: JournaledRequest) => string | undefined): Criterion {
  const { wanted, takes } = readText(name, value)
  return {
    name,
    wanted,
    was: ({ request }) => shown(of(request)),
    matches({ request }) {
      const found = of(request)
      return found !== undefined && takes(found)
    },
  }
}

/** What is asked of one of several texts. */
function some(name: string, value: unknown, of: (request: JournaledRequest) => readonly string[]): Criterion {
  const { wanted, takes } = readText(name, value)
  return {
    name,
    wanted,
    was: ({ request }) => shown(of(request).join('; ') || undefined),
    matches: ({ request }) => of(request).some(takes),
  }
}

const absent = (name: string, of: (request: JournaledRequest) => string | undefined): Criterion => ({
  name,
  wanted: 'none',
  was: ({ request }) => shown(of(request)),
  matches: ({ request }) => of(request) === undefined,
})

function boolean(name: string, value: unknown, of: (request: JournaledRequest) => boolean): Criterion {
  if (typeof value !== 'boolean') throw wrong(name, 'true or false')
  return {
    name,
    wanted: String(value),
    was: ({ request }) => String(of(request)),
    matches: ({ request }) => of(request) === value,
  }
}

const shown = (found: string | undefined): string => (found === undefined ? 'none' : shorten(printable(found), 120))

interface ReadText {
  readonly wanted: string
  readonly takes: (text: string) => boolean
}

function readText(name: string, value: unknown): ReadText {
  const parts = Array.isArray(value) ? (value as readonly unknown[]) : [value]
  if (parts.length === 0) throw wrong(name, 'text, a regular expression, or an array of them that is not empty')
  const takers = parts.map((part) => {
    // One that is global or sticky would remember where it has found something.
    if (part instanceof RegExp) return plainRegExp(part)
    if (typeof part !== 'string') throw wrong(name, 'text, in which * stands for any part, or a regular expression')
    return matcher(part)
  })
  return {
    wanted: either(parts.map((part) => printable(String(part)))),
    takes: (found) => takers.some((is) => is(found)),
  }
}

function plainRegExp({ source, flags }: RegExp): (text: string) => boolean {
  const plain = new RegExp(source, flags.replace(/[gy]/g, ''))
  return (found) => plain.test(found)
}

const either = (parts: readonly string[]): string => shorten(parts.join(' or '), 200)

const upperCase = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(upperCase) : typeof value === 'string' ? value.toUpperCase() : value

const routesOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map((route) => oneOf('route', route, routes))

function oneOf(name: string, value: unknown, allowed: readonly string[]): string {
  if (typeof value === 'string' && allowed.includes(value)) return value
  const hint = typeof value === 'string' ? suggestion(value, allowed) : ''
  throw wrong(name, `${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}${hint}`)
}

function statusCriterion(value: unknown): Criterion {
  const parts = Array.isArray(value) ? (value as readonly unknown[]) : [value]
  const takers = parts.map((part): ((status: number) => boolean) => {
    if (typeof part === 'function') return part as (status: number) => boolean
    if (typeof part === 'string' && /^[1-5]xx$/.test(part))
      return (status) => Math.floor(status / 100) === Number(part[0])
    if (typeof part === 'number' && Number.isInteger(part) && part >= 0 && part <= 599)
      return (status) => status === part
    throw wrong('status', 'a number such as 201, a class such as 4xx, a function, or an array of them')
  })
  if (takers.length === 0) throw wrong('status', 'a number such as 201, a class such as 4xx, or a function')
  return {
    name: 'status',
    wanted: either(parts.map((part) => (typeof part === 'function' ? 'what the function wants' : String(part)))),
    was: ({ event }) => (event.status === 0 ? 'none' : String(event.status)),
    matches: ({ event }) => takers.some((takes) => takes(event.status)),
  }
}

function headerCriteria(value: unknown): Criterion[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong('header', 'an object such as { Accept: "*json*" }')
  }
  return Object.entries(value).map(([header, wanted]: [string, unknown]): Criterion => {
    const name = `header ${header}`
    const of = ({ headers }: JournaledRequest): string | undefined => headers[header.toLowerCase()]
    if (wanted === false) return absent(name, of)
    return wanted === true ? { ...text(name, '*', of), wanted: 'any' } : text(name, wanted, of)
  })
}
