import assert from 'node:assert/strict'
import type { Registry, RequestEvent } from '../harness/index.js'

/** The requests that a registry has had: what a client really asked. */
export class Heard {
  readonly #all: RequestEvent[] = []
  #taken = 0

  constructor(registry: Registry) {
    registry.onRequest((event) => void this.#all.push(event))
  }

  /** All of them, in the order that they ended. */
  get all(): readonly RequestEvent[] {
    return this.#all
  }

  /** Those since the last time that this was asked. */
  take(): readonly RequestEvent[] {
    const taken = this.#all.slice(this.#taken)
    this.#taken = this.#all.length
    return taken
  }

  /** What `work` answers, and the requests since it began. */
  async during<T>(work: () => Promise<T>): Promise<readonly [T, readonly RequestEvent[]]> {
    this.take()
    return [await work(), this.take()]
  }
}

/** A request as one line: method, target, status. */
export const lineOf = ({ method, target, status }: RequestEvent): string => `${method} ${target} ${status}`

/** The value of a request's header, undefined when it was not sent. */
export function headerOf({ rawHeaders }: RequestEvent, name: string): string | undefined {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
  return at === -1 ? undefined : rawHeaders[at + 1]
}

/** A request to take over a blob from another repository: distribution-spec 1.1 end-11. */
export interface Mount {
  readonly digest: string
  readonly from: string | null
  readonly to: string
  /** 201 when the blob was taken over, 202 when an upload began in its place. */
  readonly status: number
}

/** The mounts among requests, those of the same repositories and status in the order of their digests. */
export const mountsOf = (requests: readonly RequestEvent[]): readonly Mount[] =>
  requests
    .flatMap(({ method, route, target, status }) => {
      const digest = new URLSearchParams(target.split('?')[1]).get('mount')
      if (method !== 'POST' || route.kind !== 'uploads' || digest === null) return []
      const from = new URLSearchParams(target.split('?')[1]).get('from')
      return [{ digest, from, to: route.repository, status }]
    })
    .toSorted((a, b) => (a.digest < b.digest ? -1 : 1))

/** How many blobs came in as bytes. */
export const uploadsOf = (requests: readonly RequestEvent[]): number =>
  requests.filter(({ method, route, status }) => method === 'PUT' && route.kind === 'upload' && status === 201).length

/**
 * Asserts that whatever was granted was so over this scheme and for this account, and that nothing else went wrong than
 * what was not there (404), or not allowed to be (403), if `denials` says that this is part of the story, or what was
 * answered as `refused` says.
 */
export function assertGranted(
  requests: readonly RequestEvent[],
  to: {
    readonly scheme: 'http' | 'https'
    readonly accounts: readonly (string | undefined)[]
    readonly denials?: boolean
    readonly refused?: readonly number[] | undefined
  },
): void {
  // go-containerregistry asks a local host over http as well when https has not answered within 300 ms, and takes the
  // first good reply: there must be none.
  const fallbacks = requests.filter(({ scheme, target }) => scheme !== to.scheme && target === '/v2/')
  assert.deepEqual(fallbacks.filter(({ status }) => status !== 400).map(lineOf), [])
  const others = requests.filter((request) => !fallbacks.includes(request))
  assert.deepEqual([...new Set(others.map(({ scheme }) => scheme))], [to.scheme])
  // A token for nobody opens nothing, and is asked for before a login.
  const granted = others.filter(({ status, route }) => status < 400 && route.kind !== 'token')
  assert.deepEqual(new Set(granted.map(({ account }) => account)), new Set(to.accounts))
  const login = to.accounts.some((account) => account !== undefined)
  const expected = [404, ...(login ? [401] : []), ...(to.denials ? [403] : []), ...(to.refused ?? [])]
  assert.deepEqual(others.filter(({ status }) => status >= 400 && !expected.includes(status)).map(lineOf), [])
}
