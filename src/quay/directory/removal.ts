import type { Directory } from './directory.js'
import { organizationsOf, removeMemberEverywhere } from './organizations.js'
import { dropPermissionsOf } from './permissions.js'
import { deletePoliciesOf } from './policies.js'
import { DirectoryRefusal } from './refusal.js'
import { deleteRepositoriesOf } from './repositories.js'
import { robotsOf } from './robots.js'
import { deleteTokensOf } from './tokens.js'

/** Takes an organization away with all that is its. Answers the names of the repositories that are gone. */
export function deleteOrganization(directory: Directory, name: string): readonly string[] {
  const repositories = dropNamespaceContents(directory, name)
  directory.drop('organizations', name)
  return repositories
}

/**
 * Takes a user away with all that is theirs. What their repositories hold is the caller's to delete.
 * @returns Names of the repositories that are gone, without their namespace.
 * @throws DirectoryRefusal when an organization would be without an administrator, unless `force` is set.
 */
export function deleteUser(
  directory: Directory,
  username: string,
  { force = false }: { force?: boolean } = {},
): readonly string[] {
  if (!force) {
    const alone = organizationsOf(directory, username).filter(({ teams }) => {
      const admins = new Set(teams.filter(({ role }) => role === 'admin').flatMap(({ members }) => members))
      return admins.has(username) && [...admins].filter((name) => !name.includes('+')).length === 1
    })
    if (alone.length > 0) {
      const list = alone.map(({ name }) => name).join(', ')
      throw new DirectoryRefusal(`Cannot delete ${username} as you are the only admin for organizations: ${list}`)
    }
  }
  const repositories = dropNamespaceContents(directory, username)
  removeMemberEverywhere(directory, username)
  dropPermissionsOf(directory, username)
  directory.drop('users', username)
  return repositories
}

/** Drops all that belongs to a namespace, and answers the names of its repositories. */
function dropNamespaceContents(directory: Directory, name: string): readonly string[] {
  deleteRobotsOf(directory, name)
  deleteTokensOf(directory, name)
  deletePoliciesOf(directory, name)
  return deleteRepositoriesOf(directory, name)
}

/** Takes a robot away, with all that it was permitted. @throws DirectoryRefusal of kind `robot` when there is none. */
export function deleteRobot(directory: Directory, name: string): void {
  if (!directory.table('robots').has(name)) {
    throw new DirectoryRefusal(`Could not find robot with username: ${name}`, 'robot')
  }
  directory.drop('robots', name)
  removeMemberEverywhere(directory, name)
  dropPermissionsOf(directory, name)
}

/** Takes all robots of a user or an organization away. */
function deleteRobotsOf(directory: Directory, owner: string): void {
  for (const { name } of robotsOf(directory, owner)) deleteRobot(directory, name)
}
