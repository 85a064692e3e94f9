import { inspect } from 'node:util'
import type { Headers } from '../../src/protocol/call.js'
import type { Route, RouteKind } from '../../src/route/route.js'
import type { RequestEvent } from '../../src/server/event.js'

/** One request as the journal has it: plain data, that JSON can hold. */
export interface JournaledRequest {
  /** 1 for the first request of a registry; it is never given again. */
  readonly id: number
  /** When it came, by the registry's clock, in milliseconds since 1970. */
  readonly at: number
  /** The same as text: `2026-11-24T08:38:44.000Z`. */
  readonly time: string
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** The request target as it was sent: path and query. */
  readonly target: string
  /** The target without its query. */
  readonly path: string
  /** What end of the API it went to; `unknown` for what is none of the OCI API's. */
  readonly route: RouteKind
  readonly repository: string | undefined
  /** The tag or the digest that was asked for, of a manifest, a blob or a subject. */
  readonly reference: string | undefined
  /** Who was logged in; undefined for nobody. */
  readonly account: string | undefined
  /** What the token was good for, each as `repository:team/app:pull,push`; undefined without a token. */
  readonly scopes: readonly string[] | undefined
  /** By lower-case name, values of one name joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[]
  /** Bytes of the request's body that were read. */
  readonly received: number
  /** 0 when the connection went away before there was a reply. */
  readonly status: number
  readonly replyHeaders: Readonly<Record<string, string>>
  /** Bytes of the reply's body, as its headers announce them. */
  readonly bytes: number
  /** How long it took, in milliseconds, by the machine's clock. */
  readonly ms: number
  /** What was done to it on purpose. */
  readonly faults: readonly string[]
  /** Whether the connection went away before the reply was sent. */
  readonly aborted: boolean
  /** What went wrong inside, for a status of 500 and above. */
  readonly error: string | undefined
}

/** An event with its place in the journal. What is to be shown of it is made when somebody asks. */
export class Recorded {
  readonly id: number
  readonly event: RequestEvent
  readonly #keepCredentials: boolean
  #request: JournaledRequest | undefined

  constructor(id: number, event: RequestEvent, keepCredentials: boolean) {
    this.id = id
    this.event = event
    this.#keepCredentials = keepCredentials
  }

  /** The same object each time. */
  get request(): JournaledRequest {
    return (this.#request ??= requestOf(this.id, this.event, this.#keepCredentials))
  }
}

function requestOf(id: number, event: RequestEvent, keepCredentials: boolean): JournaledRequest {
  const rawHeaders = keepCredentials ? event.rawHeaders : event.rawHeaders.map(withoutCredentials)
  return {
    id,
    at: event.at,
    time: new Date(event.at).toISOString(),
    method: event.method,
    scheme: event.scheme,
    target: event.target,
    path: pathOf(event.target),
    route: event.route.kind,
    repository: repositoryOf(event.route),
    reference: referenceOf(event.route),
    account: event.account,
    scopes: event.scopes,
    headers: byName(rawHeaders),
    rawHeaders,
    received: event.received,
    status: event.status,
    replyHeaders: replyHeaders(event.replyHeaders, keepCredentials),
    bytes: event.bytes,
    ms: event.ms,
    faults: event.faults,
    aborted: event.aborted,
    error: event.error === undefined ? undefined : errorText(event.error),
  }
}

const errorText = (error: unknown): string => (error instanceof Error ? String(error) : inspect(error))

const pathOf = (target: string): string => target.split('?', 1)[0] as string

const repositoryOf = (route: Route): string | undefined => ('repository' in route ? route.repository : undefined)

function referenceOf(route: Route): string | undefined {
  if (route.kind === 'manifest') return route.reference.digest ?? route.reference.tag
  return 'digest' in route ? route.digest : undefined
}

const secret: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie'])

/** What stands in place of a password, a token or a cookie. */
export const redacted = '[redacted]'

// Which of the ways to log in it was is worth knowing, and gives nothing away.
const redact = (value: string): string => {
  const [, scheme] = /^(\w+) +\S/.exec(value) ?? []
  return scheme === undefined ? redacted : `${scheme} ${redacted}`
}

function withoutCredentials(text: string, index: number, all: readonly string[]): string {
  const name = index % 2 === 1 ? (all[index - 1] as string) : ''
  return secret.has(name.toLowerCase()) ? redact(text) : text
}

function byName(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase()
    const value = rawHeaders[at + 1] as string
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return headers
}

const replyHeaders = (headers: Headers, keepCredentials: boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const text = Array.isArray(value) ? value.join(', ') : String(value)
      return [name, !keepCredentials && secret.has(name.toLowerCase()) ? redacted : text]
    }),
  )
