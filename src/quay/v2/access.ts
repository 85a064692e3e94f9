import type { TokenRefusal } from '../../access/access.js'
import { needOf } from '../../access/needs.js'
import type { Action, Call, CallerPermissions, Reply, Stage } from '../../protocol/call.js'
import { isChartRoute } from '../../route/chart-route.js'
import { may, visibleRepositories } from '../directory/access.js'
import { anonymous } from '../directory/identity.js'
import { splitRepository } from '../directory/names.js'
import { findRepository } from '../directory/repositories.js'
import { htmlError } from '../html.js'
import type { QuayRegistry } from '../quay.js'
import { chartAccess } from './chart-access.js'
import { challenge, unauthorized } from './challenge.js'
import { QuayAbort, QuayError } from './errors.js'
import { listCatalog } from './listings.js'
import { abortReply, jsonPage, textReply } from './pages.js'
import { issueToken } from './token-service.js'
import { expired, QuayTokens, type Bearer, type Grant } from './token.js'

/**
 * Lets calls of the v2 API pass as Quay does: by its tokens alone, whose grants are believed as long as they last; public
 * repositories may be read without one. Whatever may not be done is a 401 that asks for a token.
 */
export function quayAccess(quay: QuayRegistry): Stage {
  const tokens = new QuayTokens()
  return (call, next) => {
    if (call.route.kind === 'token') return issueToken(call, quay, tokens)
    if (isChartRoute(call.route)) return chartAccess(call, next, quay)
    const bearer = bearerOf(call, quay, tokens)
    call.account = bearer?.identity.username
    call.scopes = bearer?.grants
    if (call.route.kind === 'base') return baseReply(call, quay, bearer)
    if (call.route.kind === 'catalog' && isRead(call)) {
      return listCatalog(call as Call<typeof call.route>, catalogFor(bearer, quay), quay)
    }
    const need = needOf(call)
    if (need.kind === 'repository') {
      admit(call, need.repository, need.action === 'pull' ? 'pull' : 'push', bearer, quay)
      call.permissions = sources(bearer, quay)
    }
    return next()
  }
}

function bearerOf(call: Call, quay: QuayRegistry, tokens: QuayTokens): Bearer | undefined {
  const header = call.headers.authorization
  if (header === undefined || header.trim() === '') return undefined
  // The one that Quay has, which takes no other spelling of the scheme.
  const token = /^Bearer ((?:[a-zA-Z0-9+_/-]+\.)+[a-zA-Z0-9+_/-]+)$/.exec(header.trim())?.[1]
  const read = token === undefined ? 'Invalid bearer token format' : tokens.read(token, quay.origin(call).host, call.at)
  if (typeof read !== 'string') return read
  throw new QuayAbort(abortReply(401, read, challenge(quay, call, routeScope(call))))
}

/** What Quay throws at a call whose token does not do. */
export const quayTokenRefusal =
  (quay: QuayRegistry): TokenRefusal =>
  (call, why) =>
    why === 'expired'
      ? new QuayAbort(abortReply(401, expired, challenge(quay, call, routeScope(call))))
      : unauthorized(quay, call, routeScope(call))

// Quay asks for the right to pull where it says how far an upload is, and then for more.
function routeScope(call: Call): string | undefined {
  const { route, method } = call
  if (!('repository' in route)) return undefined
  const reads = method === 'GET' || method === 'HEAD'
  return scopeOf(route.repository, reads ? 'pull' : 'push')
}

/** What a token is to be good for (quay/quay auth/registry_jwt_auth.py): whatever writes asks to read as well. */
const scopeOf = (repository: string, action: Action): string =>
  `repository:${repository}:${action === 'pull' ? 'pull' : 'pull,push'}`

// Whoever has a token is told the same as whoever has none, with another status.
function baseReply(call: Call, quay: QuayRegistry, bearer: Bearer | undefined): Reply {
  if (!isRead(call)) throw new QuayAbort(htmlError(405, quay.version))
  return textReply(bearer ? 200 : 401, 'true', challenge(quay, call))
}

const isRead = ({ method }: Call): boolean => method === 'GET' || method === 'HEAD'

/** The repositories of a catalog: those that somebody has a role on, and public ones where that is switched on. */
function catalogFor(bearer: Bearer | undefined, { directory, config }: QuayRegistry): readonly string[] {
  const visible = visibleRepositories(directory, bearer?.identity ?? anonymous, {
    everybodys: config.FEATURE_PUBLIC_CATALOG,
  })
  return Array.from(visible, ({ namespace, name }) => `${namespace}/${name}`)
}

// The one error with a member of its own.
const readOnlyMessage =
  'System is currently read-only. Pulls will succeed but all write operations are currently suspended.'
const readOnly = jsonPage(405, {
  errors: [{ code: 'DENIED', detail: {}, message: readOnlyMessage, is_readonly: true }],
})

function admit(
  call: Call,
  repository: string,
  action: 'pull' | 'push',
  bearer: Bearer | undefined,
  quay: QuayRegistry,
): void {
  const { directory, config } = quay
  const { namespace, name } = splitRepository(repository, config.LIBRARY_NAMESPACE)
  const granted = bearer !== undefined && isGranted(bearer.grants, repository, action, quay, call)
  // Anybody may read what is public, whatever the token is for.
  const open = action === 'pull' && may(directory, anonymous, namespace, name, 'pull')
  if (!granted && !open) {
    throw unauthorized(quay, call, scopeOf(repository, action))
  }
  if (action === 'push' && config.REGISTRY_STATE === 'readonly') {
    throw new QuayAbort(readOnly)
  }
  if (!findRepository(directory, namespace, name)) throw new QuayError(404, 'NAME_UNKNOWN', 'repository not found')
}

/** Whether grants include an action on a repository: pushing includes pulling, and `*` all. */
function isGranted(
  grants: readonly Grant[],
  repository: string,
  action: 'pull' | 'push',
  quay: QuayRegistry,
  call: Call,
): boolean {
  const enough = action === 'pull' ? ['pull', 'push', '*'] : ['push', '*']
  const prefix = `${quay.origin(call).host}/`
  return grants.some(({ name, actions }) => {
    const bare = name.startsWith(prefix) ? name.slice(prefix.length) : name
    const { namespace, name: rest } = splitRepository(bare, quay.config.LIBRARY_NAMESPACE)
    return `${namespace}/${rest}` === repository && actions.some((one) => enough.includes(one))
  })
}

// A blob is mounted from what the same token may read, or everybody.
const sources = (bearer: Bearer | undefined, quay: QuayRegistry): CallerPermissions => ({
  may(repository) {
    const { namespace, name } = splitRepository(repository, quay.config.LIBRARY_NAMESPACE)
    const granted = bearer?.grants.some((grant) => grant.name === repository && grant.actions.length > 0) ?? false
    return granted || may(quay.directory, anonymous, namespace, name, 'pull')
  },
  nextReadable: (name) => name,
})
