import { isRepositoryPattern } from '../../src/access/permissions.js'
import { errorTable } from '../../src/protocol/errors.js'
import type { FaultMatch, FaultMethod, FaultName, FaultRoute } from './rule.js'
import { listed } from './wording.js'

/** One member of a rule: what it may be, in objects and as text. */
export interface Field {
  readonly check: (value: unknown) => boolean
  readonly expected: string
  /** Reads what stands in a text; undefined for what is none. */
  readonly read: (text: string) => unknown
}

export const routes: readonly FaultRoute[] = [
  'base',
  'token',
  'catalog',
  'tags',
  'manifest',
  'blob',
  'uploads',
  'upload',
  'referrers',
]

export const methods: readonly FaultMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
// What a header may hold (RFC 9110 §5.5), and what this project ever needs in one.
const isPrintable = (value: unknown): boolean => typeof value === 'string' && /^[\u0020-\u007e]*$/.test(value)
const decimal = (text: string): number | undefined => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined)

function number(least: number, most: number, expected: string): Field {
  const check = (value: unknown): boolean => typeof value === 'number' && value >= least && value <= most
  return { check, expected, read: decimal }
}

function whole(least: number, most: number, expected: string): Field {
  return {
    check: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    expected,
    read: (text) => decimal(text.replace(/^\+/, '')),
  }
}

const oneOf = (...values: readonly (string | number)[]): Field => ({
  check: (value) => values.includes(value as string),
  expected: listed(values),
  read: (text) => values.find((value) => String(value) === text),
})

const oneOrMore = (values: readonly string[]): Field => ({
  check: (value) => isListOf(value, (one) => values.includes(one as string)),
  expected: `${listed(values)}, or several`,
  read: (text) => listOrOne(text.split(',')),
})

const pattern = (what: string, check: (value: string) => boolean = () => true): Field => ({
  check: (value) => isText(value) && check(value),
  expected: `a pattern of ${what}, in which * stands for any text`,
  read: (text) => text,
})

const text = (expected: string, check: (value: unknown) => boolean): Field => ({ check, expected, read: (one) => one })

const isListOf = (value: unknown, check: (one: unknown) => boolean): boolean =>
  [value].flat().length > 0 && [value].flat().every(check)
const listOrOne = <T>(values: readonly T[]): T | readonly T[] => (values.length === 1 ? (values[0] as T) : values)

/** Reads a number with a unit behind it. */
const withUnit = (units: Readonly<Record<string, number>>) => (given: string) => {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z/]*)$/.exec(given) ?? []
  const factor = units[unit]
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor
}

const sizes = { '': 1, B: 1, kB: 1000, MB: 1e6, KiB: 1 << 10, MiB: 1 << 20 }
const rates = { ...sizes, ...Object.fromEntries(Object.entries(sizes).map(([unit, size]) => [`${unit}/s`, size])) }
const day = 86_400_000

const milliseconds: Field = {
  check: (value) => typeof value === 'number' && value >= 0 && value <= day,
  expected: 'milliseconds, at most a day',
  read: withUnit({ '': 1, ms: 1, s: 1000 }),
}
const bytes: Field = { ...whole(0, 2 ** 40, 'a number of bytes'), read: withUnit(sizes) }

const retryAfter: Field = {
  check: (value) =>
    Number.isInteger(value) ? (value as number) >= 0 : typeof value === 'string' && /^date:\d+$/.test(value),
  expected: 'seconds, or date:SECONDS for the date that is then',
  read: (given) => decimal(given) ?? given,
}

const nth: Field = {
  check: (value) =>
    isListOf(value, (one) => Number.isInteger(one) && (one as number) > 0) ||
    (typeof value === 'string' && /^every [1-9]\d*(st|nd|rd|th)?$/.test(value)),
  expected: "numbers from 1, or 'every 3rd'",
  read: (given) => (given.startsWith('every') ? given.replace('-', ' ') : listOrOne(given.split(',').map(decimal))),
}

const once: Field = { check: (value) => value === true, expected: 'true', read: () => true }

const headers: Field = {
  check: (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([name, one]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && isPrintable(one)),
  expected: 'an object of names and texts',
  read: () => undefined,
}

const isUrl = (value: unknown): boolean => isPrintable(value) && /^https?:\/\/[^/\s]+/.test(value as string)

/** Which requests a rule is about, by the names of its members. */
export const matchFields: Readonly<Record<keyof FaultMatch, Field>> = {
  method: oneOrMore(methods),
  route: oneOrMore(routes),
  repository: pattern('repositories', isRepositoryPattern),
  reference: pattern('tags and digests'),
  account: pattern('usernames'),
  path: pattern('paths'),
  nth,
  probability: number(0, 1, 'a number from 0 to 1'),
  seed: whole(0, 2 ** 32 - 1, 'a whole number'),
  times: whole(1, 1e9, 'a whole number from 1'),
  once,
}

/** What goes with one kind of fault. */
export interface FaultShape {
  readonly fields: Readonly<Record<string, Field>>
  readonly required: readonly string[]
  /** The members that a text has behind the fault's name without saying their own, in this order. */
  readonly words: readonly string[]
}

const shape = (
  fields: Readonly<Record<string, Field>> = {},
  words: readonly string[] = [],
  required: readonly string[] = [],
): FaultShape => ({ fields, words, required })

const broken = shape({ at: oneOf('before', 'unanswered', 'during', 'after', 'request'), bytes }, ['at', 'bytes'])

export const faultShapes: Readonly<Record<FaultName, FaultShape>> = {
  status: shape(
    {
      status: whole(400, 599, 'a status from 400 to 599'),
      code: oneOf(...Object.keys(errorTable)),
      message: text('a text of at most 500 characters', (value) => isText(value) && value.length <= 500),
      retryAfter,
      headers,
    },
    ['status'],
    ['status'],
  ),
  'rate-limit': shape({
    limit: whole(0, 1e9, 'a number of requests'),
    window: whole(1, 1e9, 'a number of seconds'),
    retryAfter,
  }),
  latency: shape({ ms: milliseconds, jitter: milliseconds }, ['ms'], ['ms']),
  slow: shape(
    {
      bytesPerSecond: { ...number(1, 1e12, 'bytes per second, at least 1'), read: withUnit(rates) },
      of: oneOf('reply', 'request'),
    },
    ['bytesPerSecond', 'of'],
    ['bytesPerSecond'],
  ),
  reset: broken,
  end: broken,
  corrupt: shape({ offset: bytes }, ['offset']),
  'digest-header': shape({ digest: text('a digest', (value) => isText(value) && isPrintable(value)) }, ['digest']),
  'length-header': shape(
    { by: { ...whole(-1e9, 1e9, 'a number of bytes, such as 1 or -1'), check: isOff } },
    ['by'],
    ['by'],
  ),
  'expired-token': shape(),
  'insufficient-scope': shape({ status: oneOf(401, 403) }, ['status']),
  redirect: shape({ to: text('a URL', isUrl), status: oneOf(301, 302, 303, 307, 308) }, ['to']),
  'drop-chunk': shape(),
  'double-chunk': shape(),
  'no-referrers': shape(),
  'forget-upload': shape(),
  hang: shape(),
}

function isOff(value: unknown): boolean {
  return Number.isInteger(value) && value !== 0
}

export const faultNames = Object.keys(faultShapes) as readonly FaultName[]
