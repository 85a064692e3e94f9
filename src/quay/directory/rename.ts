import type { Directory } from './directory.js'
import { checkNewNamespace } from './namespaces.js'
import { organization } from './organizations.js'
import { repositoriesOf } from './repositories.js'
import { robotsOf } from './robots.js'

/**
 * Gives an organization another name, and all that bears it: repositories, robots, tokens and policies.
 * @returns Names of its repositories, whose content is the caller's to move.
 * @throws DirectoryRefusal of kind `name` for one that is none or is taken.
 */
export function renameOrganization(directory: Directory, from: string, to: string): readonly string[] {
  const before = organization(directory, from)
  checkNewNamespace(directory, to)
  const renamed = (name: string): string => (name.startsWith(`${from}+`) ? `${to}${name.slice(from.length)}` : name)
  directory.put('organizations', to, {
    ...before,
    name: to,
    teams: before.teams.map((team) => ({ ...team, members: team.members.map(renamed) })),
    prototypes: before.prototypes.map((one) => ({
      ...one,
      activatingUser: one.activatingUser === null ? null : renamed(one.activatingUser),
      delegate: { ...one.delegate, name: renamed(one.delegate.name) },
    })),
  })
  directory.drop('organizations', from)
  for (const robot of robotsOf(directory, from)) {
    directory.drop('robots', robot.name)
    directory.put('robots', renamed(robot.name), { ...robot, name: renamed(robot.name) })
  }
  for (const [digest, token] of directory.table('oauthTokens').entries()) {
    if (token.organization === from) directory.put('oauthTokens', digest, { ...token, organization: to })
  }
  for (const [key, policy] of directory.table('policies').startingWith(`${from}/`)) {
    directory.drop('policies', key)
    directory.put('policies', `${to}${key.slice(from.length)}`, { ...policy, namespace: to })
  }
  return repositoriesOf(directory, from).map((repository) => {
    const permissions = repository.permissions.map((one) => ({ ...one, name: renamed(one.name) }))
    directory.drop('repositories', `${from}/${repository.name}`)
    directory.put('repositories', `${to}/${repository.name}`, { ...repository, namespace: to, permissions })
    return repository.name
  })
}
