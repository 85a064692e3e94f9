import type { Action, Call } from '../protocol/call.js'

/**
 * What a call needs before it is answered: to come from somebody who has shown who they are (`/v2/`, where clients learn
 * how to log in), to come from somebody who is let in at all (pages that there are none), to see the list of
 * repositories (of which it gets those that it may pull), or an action on one repository.
 */
export type Need =
  | { readonly kind: 'login' | 'entrance' | 'catalog' }
  | { readonly kind: 'repository'; readonly repository: string; readonly action: Action }

const login: Need = { kind: 'login' }
const entrance: Need = { kind: 'entrance' }
const catalog: Need = { kind: 'catalog' }

/** What a call needs, by its route and method. */
export function needOf({ route, method }: Pick<Call, 'route' | 'method'>): Need {
  switch (route.kind) {
    case 'base':
      return login
    case 'token':
    case 'invalid':
    case 'page':
    case 'unknown':
    // Which repositories a chart is in shows later: its handlers ask for each (`callerMay`).
    case 'chartIndex':
    case 'chartFile':
    case 'charts':
    case 'chartProvenances':
    case 'chartVersions':
    case 'chartVersion':
      return entrance
    case 'catalog':
      return catalog
    case 'uploads':
    case 'upload':
      // Also to ask where an upload stands: only who writes it has a use for that.
      return { kind: 'repository', repository: route.repository, action: 'push' }
    case 'tags':
    case 'manifest':
    case 'blob':
    case 'referrers':
      return { kind: 'repository', repository: route.repository, action: actionOf(method) }
  }
}

function actionOf(method: string): Action {
  if (method === 'GET' || method === 'HEAD') return 'pull'
  return method === 'DELETE' ? 'delete' : 'push'
}
