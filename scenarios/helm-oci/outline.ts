import type { RequestEvent } from '../../harness/index.js'

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
