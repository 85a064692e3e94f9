import { basicChallenge, parseBasic, unauthorized } from '../../access/basic.js'
import { whenReady } from '../../protocol/awaitable.js'
import type { Action, Call, CallerPermissions, Reply } from '../../protocol/call.js'
import { RegistryError } from '../../protocol/errors.js'
import { createOnPush, may } from '../directory/access.js'
import { authenticate } from '../directory/credentials.js'
import { anonymous, type Identity } from '../directory/identity.js'
import { isQuayRepositoryName, splitRepository } from '../directory/names.js'
import { findRepository } from '../directory/repositories.js'
import { sweep } from '../history/retag.js'
import type { QuayRegistry } from '../quay.js'

/**
 * Lets calls of classic Helm repositories pass, which no Quay has: with a name and a password of any kind that its token
 * service takes, since Helm has nothing else there, and with the rights that a token would have.
 * @throws RegistryError UNAUTHORIZED for wrong credentials, and for none where nobody is let in without.
 */
export function chartAccess(
  call: Call,
  next: () => Reply | Promise<Reply>,
  quay: QuayRegistry,
): Reply | Promise<Reply> {
  const identity = identify(call, quay)
  if (identity === anonymous && !quay.config.FEATURE_ANONYMOUS_ACCESS) {
    throw unauthorized('log in first: this registry lets nobody in without', basicChallenge)
  }
  call.account = identity.username
  call.permissions = permissionsOf(identity, quay, call.at)
  const isDue = quay.history.due(call.at).next().done === false
  return whenReady(isDue ? sweep(quay.store, quay.history, call.at) : undefined, () => next())
}

function identify({ headers, at }: Call, { directory }: QuayRegistry): Identity {
  const { authorization } = headers
  if (authorization === undefined) return anonymous
  const credentials = parseBasic(authorization)
  if (!credentials) throw unauthorized('send a name and a password: there are no tokens for charts', basicChallenge)
  const { identity, refusal, retryAfter } = authenticate(directory, credentials.username, credentials.password, at)
  if (identity) return identity
  if (retryAfter !== undefined) {
    throw new RegistryError('TOOMANYREQUESTS', refusal, { headers: { 'Retry-After': String(Math.ceil(retryAfter)) } })
  }
  throw unauthorized(refusal, basicChallenge)
}

const permissionsOf = (identity: Identity, quay: QuayRegistry, at: number): CallerPermissions => ({
  may: (repository, action) => isAllowed(identity, repository, action, quay, at),
  nextReadable: (name) => name,
})

// As the token service decides it: asking to push to a repository that does not exist makes it.
function isAllowed(
  identity: Identity,
  repository: string,
  action: Action,
  { directory, config }: QuayRegistry,
  at: number,
): boolean {
  const { namespace, name } = splitRepository(repository, config.LIBRARY_NAMESPACE)
  if (action === 'pull') return may(directory, identity, namespace, name, 'pull')
  if (config.REGISTRY_STATE === 'readonly') return false
  if (findRepository(directory, namespace, name)) return may(directory, identity, namespace, name, 'push')
  return (
    action === 'push' &&
    isQuayRepositoryName(name, config.FEATURE_EXTENDED_REPOSITORY_NAMES) &&
    createOnPush(directory, identity, namespace, name, at) === 'created'
  )
}
