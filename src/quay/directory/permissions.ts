import type { Directory } from './directory.js'
import { splitRobot } from './names.js'
import { findTeam } from './organizations.js'
import { DirectoryRefusal } from './refusal.js'
import type { Delegate, Permission, Prototype, Repository, RepositoryRole } from './state.js'

/**
 * Permits a user, robot or team something on a repository, in place of what it was permitted before.
 * @throws DirectoryRefusal for the namespace's owner, for a name that nobody has, and for robots and teams of others.
 */
export function setPermission(directory: Directory, repository: Repository, permission: Permission): Repository {
  const { namespace, name } = repository
  if (permission.kind === 'user') checkDelegateUser(directory, namespace, permission.name)
  else {
    const owner = directory.table('organizations').get(namespace)
    if (!owner || !findTeam(owner, permission.name)) {
      throw new DirectoryRefusal(`No team ${permission.name} in organization ${namespace}`)
    }
  }
  const others = repository.permissions.filter((one) => !isSame(one, permission))
  const changed = { ...repository, permissions: [...others, permission] }
  directory.put('repositories', `${namespace}/${name}`, changed)
  return changed
}

function checkDelegateUser(directory: Directory, namespace: string, name: string): void {
  if (name === namespace) throw new DirectoryRefusal('Namespace owner must always be admin.')
  const robot = splitRobot(name)
  const known = robot ? directory.table('robots').has(name) : directory.table('users').has(name)
  if (!known) throw new DirectoryRefusal(`Invalid username: ${name}`)
  if (robot && robot.owner !== namespace) {
    throw new DirectoryRefusal(`Cannot add robot ${name} under namespace ${namespace}`)
  }
}

const isSame = (a: Delegate, b: Delegate): boolean => a.kind === b.kind && a.name === b.name

/** What a user, robot or team is permitted by name. @throws DirectoryRefusal when it is nothing. */
export function permissionOf(repository: Repository, delegate: Delegate): Permission {
  const found = repository.permissions.find((one) => isSame(one, delegate))
  if (found) return found
  const kind = delegate.kind === 'user' ? 'User' : 'Team'
  throw new DirectoryRefusal(`${kind} does not have permission for repo.`)
}

/** Takes back what a user, robot or team was permitted. @throws DirectoryRefusal when it was nothing. */
export function removePermission(directory: Directory, repository: Repository, delegate: Delegate): void {
  const { namespace, name } = repository
  if (delegate.kind === 'user' && delegate.name === namespace) {
    throw new DirectoryRefusal('Namespace owner must always be admin.')
  }
  const taken = permissionOf(repository, delegate)
  const permissions = repository.permissions.filter((one) => one !== taken)
  directory.put('repositories', `${namespace}/${name}`, { ...repository, permissions })
}

/** Takes back all that a user or robot was permitted on any repository. */
export function dropPermissionsOf(directory: Directory, username: string): void {
  for (const [key, repository] of directory.table('repositories').entries()) {
    const permissions = repository.permissions.filter(({ kind, name }) => kind !== 'user' || name !== username)
    const stars = repository.stars.filter((name) => name !== username)
    if (permissions.length < repository.permissions.length || stars.length < repository.stars.length) {
      directory.put('repositories', key, { ...repository, permissions, stars })
    }
  }
}

/** What the default permissions of an organization give on a repository that `creator` makes. */
export function defaultPermissions(prototypes: readonly Prototype[], creator: string): readonly Permission[] {
  const chosen = new Map<string, { delegate: Delegate; role: RepositoryRole }>()
  for (const { activatingUser, delegate, role } of prototypes) {
    const key = `${delegate.kind} ${delegate.name}`
    // One that is made for this creator goes before one that is made for everybody.
    const applies = activatingUser === creator || (activatingUser === null && !chosen.has(key))
    if (applies) chosen.set(key, { delegate, role })
  }
  return Array.from(chosen.values(), ({ delegate, role }) => ({ ...delegate, role })).filter(
    ({ kind, name }) => kind !== 'user' || name !== creator,
  )
}
