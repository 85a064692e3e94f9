import type { Registry, RequestEvent } from '../../harness/index.js'

/** What is asked of a registry, as a scenario looks at it. */
export interface Requests {
  readonly all: readonly RequestEvent[]
  /** What `work` makes its client ask, and what `work` answers. */
  readonly during: <T>(work: () => Promise<T>) => Promise<readonly [T, readonly RequestEvent[]]>
}

/** Hears of every request to a registry from now on. */
export function hear(registry: Registry): Requests {
  const all: RequestEvent[] = []
  registry.onRequest((event) => void all.push(event))
  return {
    all,
    async during(work) {
      const start = all.length
      return [await work(), all.slice(start)]
    },
  }
}

/**
 * Requests as lines, without those for blobs: helm sends these in parallel, and their order is another in each run.
 * A line that is there already is not repeated.
 */
export function outline(requests: readonly RequestEvent[]): readonly string[] {
  const lines = requests.map(({ method, target, route, status }) => {
    switch (route.kind) {
      case 'base':
        return `${method} /v2/ ${status}`
      case 'token':
        return `${method} token${asks(target)} ${status}`
      case 'tags':
        return `${method} tags ${status}`
      case 'manifest':
        return `${method} manifest ${route.reference.tag ?? 'by digest'} ${status}`
      default:
        return undefined
    }
  })
  return [...new Set(lines.filter((line) => line !== undefined))]
}

/** What a token is asked for by GET; a POST says so in its body. */
function asks(target: string): string {
  const query = new URL(target, 'http://registry').searchParams
  const refresh = query.has('offline_token') ? ['that can be refreshed'] : []
  return [...query.getAll('scope').map((scope) => `for ${scope}`), ...refresh].map((text) => ` ${text}`).join('')
}
