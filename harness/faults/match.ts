import { matcher } from '../../src/access/permissions.js'
import type { Call } from '../../src/protocol/call.js'
import { first } from '../../src/route/query.js'
import { formatPage } from '../../src/route/page.js'
import { formatRoute } from '../../src/route/route.js'
import type { FaultMatch } from './rule.js'

type Condition = (call: Call) => boolean

/** Makes the function that tells whether a call is one that a rule is about. */
export function matches(rule: FaultMatch): Condition {
  const { method, route, repository, reference, account, path } = rule
  const conditions: Condition[] = []
  if (method !== undefined) {
    const methods: ReadonlySet<string> = new Set([method].flat())
    conditions.push((call) => methods.has(call.method))
  }
  if (route !== undefined) {
    const kinds: ReadonlySet<string> = new Set([route].flat())
    conditions.push((call) => kinds.has(call.route.kind))
  }
  const patterned = (pattern: string | undefined, textOf: (call: Call) => string | undefined): void => {
    if (pattern === undefined) return
    const fits = matcher(pattern)
    conditions.push((call) => {
      const text = textOf(call)
      return text !== undefined && fits(text)
    })
  }
  patterned(repository, ({ route: to }) => ('repository' in to ? to.repository : undefined))
  patterned(reference, referenceOf)
  patterned(account, (call) => call.account)
  patterned(path, pathOf)
  return (call) => conditions.every((condition) => condition(call))
}

// An upload names its digest when it ends.
function referenceOf({ route, query }: Call): string | undefined {
  switch (route.kind) {
    case 'manifest':
      return route.reference.tag ?? route.reference.digest
    case 'blob':
    case 'referrers':
      return route.digest
    case 'upload':
    case 'uploads':
      return first(query, 'digest')
    default:
      return undefined
  }
}

function pathOf({ route }: Call): string | undefined {
  if (route.kind === 'unknown') return route.path
  if (route.kind === 'page') return route.page.name === 'missing' ? undefined : formatPage(route.page)
  return route.kind === 'invalid' ? undefined : formatRoute(route)
}

/** Which of the requests that a fault could be done to it is done to, counted from 1. */
export function turns(nth: FaultMatch['nth']): (count: number) => boolean {
  if (nth === undefined) return () => true
  if (typeof nth === 'string') {
    const step = Number(/\d+/.exec(nth)?.[0])
    return (count) => count % step === 0
  }
  const counts = new Set([nth].flat())
  return (count) => counts.has(count)
}
