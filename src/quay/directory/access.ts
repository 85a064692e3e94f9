import type { Directory } from './directory.js'
import type { Identity } from './identity.js'
import { nameIssue } from './names.js'
import { findNamespace } from './namespaces.js'
import { createOrganization } from './organizations.js'
import { createRepository, findRepository } from './repositories.js'
import {
  atLeast,
  boundRepositoryRole,
  boundTeamRole,
  boundUserRole,
  includesScope,
  largerRole,
  largerTeamRole,
  type UserRole,
} from './scopes.js'
import type { Organization, Repository, RepositoryRole, TeamRole } from './state.js'
import { isSuperuser } from './users.js'

/** What can be asked for on a repository, as scopes of /v2/auth name it; `admin` is their `*`. */
export type RepositoryAction = 'pull' | 'push' | 'admin'

/**
 * Whether somebody may do something to a repository, as the token service and the registry decide it (quay.md §3.3).
 * A repository that does not exist can be pulled by whoever reads all of its namespace: they are told that it is not
 * there, and others that they may not know.
 */
export function may(
  directory: Directory,
  identity: Identity,
  namespace: string,
  name: string,
  action: RepositoryAction,
): boolean {
  const repository = findRepository(directory, namespace, name)
  const role = repositoryRole(directory, identity, namespace, name)
  switch (action) {
    case 'pull':
      return atLeast(role, 'read') || (repository?.visibility === 'public' && maySeePublic(directory, identity))
    case 'push':
      return repository?.state === 'NORMAL' && atLeast(role, 'write')
    case 'admin':
      return repository?.state === 'NORMAL' && atLeast(role, 'admin')
  }
}

const maySeePublic = ({ config }: Directory, { username }: Identity): boolean =>
  username !== undefined || config.FEATURE_ANONYMOUS_ACCESS

/** The role that somebody has on a repository, whether it exists or not; a token's scopes bound it. */
export function repositoryRole(
  directory: Directory,
  identity: Identity,
  namespace: string,
  name: string,
): RepositoryRole | undefined {
  const { username, scopes } = identity
  if (username === undefined) return undefined
  if (username === namespace || hasFullAccess(directory, identity)) return boundRepositoryRole('admin', scopes)
  const organization = directory.table('organizations').get(namespace)
  if (organization && teamRole(organization, username) === 'admin') return boundRepositoryRole('admin', scopes)
  let role: RepositoryRole | undefined
  for (const permission of findRepository(directory, namespace, name)?.permissions ?? []) {
    const isTheirs =
      permission.kind === 'user'
        ? permission.name === username
        : organization?.teams.some((team) => team.name === permission.name && team.members.includes(username))
    if (isTheirs) role = largerRole(role, permission.role)
  }
  return boundRepositoryRole(role, scopes)
}

/**
 * Repositories that somebody may pull from, in the order of their names: for the catalog and the API's listing.
 * @param options.everybodys Also those that are public, and are not theirs.
 * @param options.after The name, `namespace/name`, behind which to begin.
 * @param options.namespace Only those of one namespace.
 */
export function* visibleRepositories(
  directory: Directory,
  identity: Identity,
  { everybodys, after, namespace }: { everybodys: boolean; after?: string | undefined; namespace?: string | undefined },
): Generator<Repository, void, undefined> {
  const table = directory.table('repositories')
  const entries = namespace === undefined ? table.entries(after) : table.startingWith(`${namespace}/`)
  for (const [, repository] of entries) {
    const open = everybodys && repository.visibility === 'public' && maySeePublic(directory, identity)
    const role = open ? undefined : repositoryRole(directory, identity, repository.namespace, repository.name)
    if (open || atLeast(role, 'read')) yield repository
  }
}

/** The largest role of the teams that somebody is in. */
const teamRole = ({ teams }: Organization, username: string): TeamRole | undefined =>
  teams.reduce<TeamRole | undefined>(
    (role, team) => (team.members.includes(username) ? largerTeamRole(role, team.role) : role),
    undefined,
  )

/** The role that somebody has in a namespace: their own, or an organization's; a token's scopes bound it. */
export function namespaceRole(directory: Directory, identity: Identity, namespace: string): TeamRole | undefined {
  const { username, scopes } = identity
  if (username === undefined) return undefined
  if (username === namespace || hasFullAccess(directory, identity)) return boundTeamRole('admin', scopes)
  const organization = directory.table('organizations').get(namespace)
  return organization && boundTeamRole(teamRole(organization, username), scopes)
}

/** The role that somebody has on their own account. */
export const accountRole = ({ username, scopes }: Identity): UserRole | undefined =>
  username === undefined ? undefined : boundUserRole('admin', scopes)

/** Whether somebody may create repositories in a namespace. */
export function canCreate(directory: Directory, identity: Identity, namespace: string): boolean {
  const role = namespaceRole(directory, identity, namespace)
  return (role === 'admin' || role === 'creator') && findNamespace(directory, namespace) !== undefined
}

/** Whether somebody may administer the installation. */
export const maySuperuse = (directory: Directory, { username, scopes }: Identity): boolean =>
  isSuperuser(directory, username) && (scopes === undefined || includesScope(scopes, 'super:user'))

// FEATURE_SUPERUSERS_FULL_ACCESS, since 3.8.
const hasFullAccess = (directory: Directory, identity: Identity): boolean =>
  directory.config.FEATURE_SUPERUSERS_FULL_ACCESS && maySuperuse(directory, identity)

/** How asking to push to a repository that does not exist ended. */
export type CreateOnPush = 'created' | 'denied' | 'no-organization'

/**
 * Makes a repository because somebody wants to push to it: the token service does so when a token is asked for, before
 * anything is pushed. Where CREATE_NAMESPACE_ON_PUSH is set, an organization is made of a namespace that nobody has.
 * @param at When, in milliseconds since 1970.
 * @returns 'no-organization' when the namespace cannot be one's name: Quay answers UNSUPPORTED, `Cannot create organization`.
 */
export function createOnPush(
  directory: Directory,
  identity: Identity,
  namespace: string,
  name: string,
  at: number,
): CreateOnPush {
  const { username } = identity
  if (username === undefined || findRepository(directory, namespace, name)) return 'denied'
  const { CREATE_NAMESPACE_ON_PUSH, CREATE_PRIVATE_REPO_ON_PUSH } = directory.config
  if (CREATE_NAMESPACE_ON_PUSH && !findNamespace(directory, namespace)) {
    if (nameIssue(namespace) !== undefined) return 'no-organization'
    createOrganization(directory, {
      name: namespace,
      email: namespaceEmail(directory, username, namespace),
      creator: username,
      at,
    })
  }
  if (!canCreate(directory, identity, namespace)) return 'denied'
  const visibility = CREATE_PRIVATE_REPO_ON_PUSH ? 'private' : 'public'
  createRepository(directory, { namespace, name, creator: username, visibility, at })
  return 'created'
}

// `alice@example.com` for the namespace `team` is `alice+team@example.com`.
function namespaceEmail(directory: Directory, username: string, namespace: string): string | null {
  const email = directory.table('users').get(username)?.email
  return email ? email.split('@').join(`+${namespace}@`) : null
}
