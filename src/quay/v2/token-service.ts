import { parseBasic } from '../../access/basic.js'
import type { Call, Reply } from '../../protocol/call.js'
import { first } from '../../route/query.js'
import { createOnPush, may } from '../directory/access.js'
import { authenticate } from '../directory/credentials.js'
import { anonymous, type Identity } from '../directory/identity.js'
import { isQuayRepositoryName, splitRepository } from '../directory/names.js'
import { findNamespace } from '../directory/namespaces.js'
import { findRepository } from '../directory/repositories.js'
import { htmlError } from '../html.js'
import type { QuayRegistry } from '../quay.js'
import { challenge, unauthorized } from './challenge.js'
import { QuayAbort, QuayError } from './errors.js'
import { abortReply, jsonPage, textReply } from './pages.js'
import type { Grant, QuayTokens } from './token.js'

const noStore = { 'Cache-Control': 'no-cache, no-store, must-revalidate' }

/**
 * Issues tokens (endpoints/v2/v2auth.py): GET alone, for Basic credentials of any kind or for nobody. What may not be
 * done is left out without a word; asking to push to a repository that does not exist makes it.
 */
export function issueToken(call: Call, quay: QuayRegistry, tokens: QuayTokens): Reply {
  if (call.method !== 'GET' && call.method !== 'HEAD') {
    throw new QuayAbort(htmlError(405, quay.version))
  }
  const identity = identify(call, quay)
  call.account = identity.username
  const asked = call.query.get('scope') ?? []
  if (identity === anonymous && asked.length === 0) throw unauthorized(quay, call)
  const access: Grant[] = []
  const repositories: string[] = []
  for (const scope of asked) {
    if (scope === '') {
      if (identity === anonymous) throw unauthorized(quay, call)
      continue
    }
    const { grant, repository } = grantOf(scope, identity, call, quay)
    access.push(grant)
    repositories.push(repository)
  }
  call.scopes = access
  const service = first(call.query, 'service')
  return jsonPage(200, { token: tokens.issue(identity, { access, repositories }, service, call.at) }, noStore)
}

function identify(call: Call, quay: QuayRegistry): Identity {
  const identity = authenticated(call, quay)
  if (!(identity instanceof Error) && identity !== anonymous) return identity
  // Nobody is let in before anybody says what was wrong with their password.
  if (!quay.config.FEATURE_ANONYMOUS_ACCESS) {
    throw new QuayAbort(abortReply(401, 'Anonymous access is not allowed'))
  }
  if (identity instanceof Error) throw identity
  return identity
}

function authenticated(call: Call, quay: QuayRegistry): Identity | Error {
  const header = call.headers.authorization
  // podman 4.3.1 sends an empty name and password when it has none.
  if (header === undefined || header === 'Basic Og==') return anonymous
  const credentials = parseBasic(header)
  const { identity, refusal, ...limit } = credentials
    ? authenticate(quay.directory, credentials.username, credentials.password, call.at)
    : { refusal: 'Specified credentials are invalid', identity: undefined }
  if (identity) return identity
  if ('retryAfter' in limit && limit.retryAfter !== undefined) {
    return new QuayAbort(textReply(429, refusal, { 'Retry-After': Math.ceil(limit.retryAfter) }))
  }
  return new QuayError(401, 'UNAUTHORIZED', refusal, { headers: challenge(quay, call) })
}

const actionsInOrder = ['push', 'pull', '*'] as const

/** One scope, with those of its actions that are granted. @throws QuayError for what is no scope, or no name. */
function grantOf(
  scope: string,
  identity: Identity,
  call: Call,
  quay: QuayRegistry,
): { readonly grant: Grant; readonly repository: string } {
  const { config } = quay
  const { name, host, actions } = parseScope(scope, quay.origin(call).host)
  const place = splitRepository(name, config.LIBRARY_NAMESPACE)
  if (!isQuayRepositoryName(place.name, config.FEATURE_EXTENDED_REPOSITORY_NAMES)) {
    const nested = name.includes('/') && !config.FEATURE_EXTENDED_REPOSITORY_NAMES
    const said = nested ? 'Nested repositories are not supported. Found: ' : 'Invalid repository name: '
    throw new QuayError(400, 'NAME_INVALID', said + name)
  }
  if (findNamespace(quay.directory, place.namespace)?.enabled === false) {
    const message = `Namespace ${place.namespace} has been disabled. Please contact a system administrator.`
    throw new QuayError(405, 'DENIED', message)
  }
  const granted = actionsInOrder.filter(
    (action) => actions.includes(action) && isGranted(action, place, identity, call, quay),
  )
  return {
    grant: { type: 'repository', name: `${host}${name}`, actions: granted },
    repository: `${place.namespace}/${place.name}`,
  }
}

function isGranted(
  action: (typeof actionsInOrder)[number],
  { namespace, name }: { readonly namespace: string; readonly name: string },
  identity: Identity,
  call: Call,
  { directory }: QuayRegistry,
): boolean {
  switch (action) {
    case 'pull':
      return may(directory, identity, namespace, name, 'pull')
    case '*':
      return may(directory, identity, namespace, name, 'admin')
    case 'push': {
      if (findRepository(directory, namespace, name)) return may(directory, identity, namespace, name, 'push')
      const made = createOnPush(directory, identity, namespace, name, call.at)
      if (made === 'no-organization') throw new QuayError(405, 'UNSUPPORTED', 'Cannot create organization')
      return made === 'created'
    }
  }
}

interface ParsedScope {
  readonly name: string
  /** `HOST/`, when the scope names it. */
  readonly host: string
  readonly actions: readonly string[]
}

function parseScope(scope: string, host: string): ParsedScope {
  const [, path = '', list = ''] =
    /^repository:((?:[.a-zA-Z0-9_:-]+\/)*[.a-zA-Z0-9_-]+):((?:push|pull|\*)(?:,(?:push|pull|\*))*)$/.exec(scope) ?? []
  const named = path.startsWith(`${host}/`) ? `${host}/` : ''
  const name = path.slice(named.length)
  if (name === '' || name.includes(':')) {
    throw new QuayError(400, 'INVALID_REQUEST', `Unable to decode repository and actions: ${scope}`)
  }
  return { name, host: named, actions: list.split(',') }
}
