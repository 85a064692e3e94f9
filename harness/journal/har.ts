import { STATUS_CODES } from 'node:http'
import { parseQuery } from '../../src/route/query.js'
import { version } from '../cli/version.js'
import type { JournaledRequest } from './request.js'

export interface HarPair {
  readonly name: string
  readonly value: string
}

/** HTTP Archive 1.2. What is ours has a name that begins with an underscore, as its specification wants it. */
export interface Har {
  readonly log: {
    readonly version: '1.2'
    readonly creator: { readonly name: string; readonly version: string }
    readonly entries: readonly HarEntry[]
  }
}

export interface HarEntry {
  readonly startedDateTime: string
  /** Milliseconds. */
  readonly time: number
  readonly request: {
    readonly method: string
    readonly url: string
    readonly httpVersion: string
    readonly cookies: readonly never[]
    readonly headers: readonly HarPair[]
    readonly queryString: readonly HarPair[]
    readonly headersSize: -1
    readonly bodySize: number
  }
  readonly response: {
    /** 0 when there was none. */
    readonly status: number
    readonly statusText: string
    readonly httpVersion: string
    readonly cookies: readonly never[]
    readonly headers: readonly HarPair[]
    readonly content: { readonly size: number; readonly mimeType: string }
    readonly redirectURL: string
    readonly headersSize: -1
    /** -1 when the connection went away in the middle of it. */
    readonly bodySize: number
  }
  readonly cache: Readonly<Record<string, never>>
  /** Milliseconds. */
  readonly timings: { readonly send: 0; readonly wait: number; readonly receive: 0 }
  readonly _id: number
  readonly _route: string
  readonly _repository?: string | undefined
  readonly _reference?: string | undefined
  readonly _account?: string | undefined
  readonly _faults: readonly string[]
  readonly _error?: string | undefined
}

/** Requests in the format of browsers' tools. Bodies are not in it. */
export const harOf = (requests: readonly JournaledRequest[]): Har => ({
  log: {
    version: '1.2',
    creator: { name: 'start-registry', version: version() },
    entries: requests.map(entryOf),
  },
})

function entryOf(request: JournaledRequest): HarEntry {
  const { status, target, ms } = request
  const query = target.includes('?') ? target.slice(target.indexOf('?') + 1) : ''
  const replyHeaders = Object.entries(request.replyHeaders)
  const replyHeader = (wanted: string): string =>
    replyHeaders.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? ''
  return {
    startedDateTime: request.time,
    time: ms,
    request: {
      method: request.method,
      url: urlOf(request),
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: pairs(request.rawHeaders),
      queryString: [...parseQuery(query)].flatMap(([name, values]) => values.map((value) => ({ name, value }))),
      headersSize: -1,
      bodySize: request.received,
    },
    response: {
      status,
      statusText: STATUS_CODES[status] ?? '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: replyHeaders.map(([name, value]) => ({ name, value })),
      content: { size: request.bytes, mimeType: replyHeader('content-type') },
      redirectURL: replyHeader('location'),
      headersSize: -1,
      bodySize: request.aborted ? -1 : request.bytes,
    },
    cache: {},
    timings: { send: 0, wait: ms, receive: 0 },
    _id: request.id,
    _route: request.route,
    _repository: request.repository,
    _reference: request.reference,
    _account: request.account,
    _faults: request.faults,
    _error: request.error,
  }
}

// A target may be a whole URL (RFC 9112 §3.2.2), and then names its host itself.
const urlOf = ({ scheme, target, headers }: JournaledRequest): string =>
  target.startsWith('/') ? `${scheme}://${headers['host'] ?? 'localhost'}${target}` : target

const pairs = (raw: readonly string[]): HarPair[] =>
  Array.from({ length: raw.length / 2 }, (_, index) => ({
    name: raw[2 * index] as string,
    value: raw[2 * index + 1] as string,
  }))
