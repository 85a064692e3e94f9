import type { Directory } from './directory.js'
import { nameIssue } from './names.js'
import { checkNewNamespace, newNamespace } from './namespaces.js'
import { DirectoryRefusal } from './refusal.js'
import type { Organization, Team, TeamRole } from './state.js'

/**
 * Adds an organization, with a team `owners` of whoever creates it.
 * @param creator A user or a robot; undefined for nobody: then `owners` is empty.
 * @throws DirectoryRefusal of kind `organization`.
 */
export function createOrganization(
  directory: Directory,
  { name, email, creator, at }: { name: string; email?: string | null | undefined; creator?: string; at: number },
): Organization {
  try {
    checkNewNamespace(directory, name)
  } catch (error) {
    throw error instanceof DirectoryRefusal ? new DirectoryRefusal(error.message, 'organization') : error
  }
  const organization: Organization = {
    ...newNamespace(directory, email ?? null, at),
    name,
    teams: [{ name: 'owners', role: 'admin', description: '', members: creator === undefined ? [] : [creator] }],
    prototypes: [],
    applications: [],
  }
  directory.put('organizations', name, organization)
  return organization
}

/** An organization. @throws DirectoryRefusal of kind `organization` when there is none of this name. */
export function organization(directory: Directory, name: string): Organization {
  const found = directory.table('organizations').get(name)
  if (!found) throw new DirectoryRefusal(`Organization does not exist: ${name}`, 'organization')
  return found
}

/** Organizations in which somebody is a member of a team. */
export const organizationsOf = (directory: Directory, member: string): readonly Organization[] =>
  Array.from(directory.table('organizations').entries(), ([, one]) => one).filter(({ teams }) =>
    teams.some(({ members }) => members.includes(member)),
  )

/** A team of an organization, if there is one. */
export const findTeam = ({ teams }: Organization, name: string): Team | undefined =>
  teams.find((team) => team.name === name)

/** A team. @throws DirectoryRefusal of kind `team` when there is none. */
export function team(directory: Directory, organizationName: string, name: string): Team {
  const found = directory.table('organizations').get(organizationName)
  const one = found && findTeam(found, name)
  if (!one) throw new DirectoryRefusal(`Team does not exist: ${organizationName}/${name}`, 'team')
  return one
}

/** Adds a team. @throws DirectoryRefusal of kind `team` for a name that is none. */
export function createTeam(
  directory: Directory,
  organizationName: string,
  { name, role, description = '' }: { name: string; role: TeamRole; description?: string | undefined },
): Team {
  const issue = nameIssue(name, 'Team')
  if (issue !== undefined) throw new DirectoryRefusal(`Invalid team name ${name}: ${issue}`, 'team')
  const added: Team = { name, role, description, members: [] }
  const before = organization(directory, organizationName)
  directory.put('organizations', organizationName, { ...before, teams: [...before.teams, added] })
  return added
}

/** Puts a team in place of the one of its name. */
export function putTeam(directory: Directory, organizationName: string, changed: Team): void {
  const before = organization(directory, organizationName)
  const teams = before.teams.map((one) => (one.name === changed.name ? changed : one))
  directory.put('organizations', organizationName, { ...before, teams })
}

/**
 * Gives a team another role.
 * @param by Who does so, and must stay an administrator.
 */
export function setTeamRole(
  directory: Directory,
  organizationName: string,
  name: string,
  role: TeamRole,
  by: string,
): void {
  const changed = team(directory, organizationName, name)
  if (changed.role === 'admin' && role !== 'admin' && isOnlyAdminTeam(directory, organizationName, name, by)) {
    throw new DirectoryRefusal(
      `Cannot remove admin from team '${name}' because calling user would no longer have admin on org '${organizationName}'`,
    )
  }
  putTeam(directory, organizationName, { ...changed, role })
}

function isOnlyAdminTeam(directory: Directory, organizationName: string, name: string, member: string): boolean {
  const admin = organization(directory, organizationName).teams.filter(
    ({ role, members }) => role === 'admin' && members.includes(member),
  )
  return admin.length === 1 && admin[0]?.name === name
}

/**
 * Takes a team away, with what it was permitted and what was to be permitted to it.
 * @throws DirectoryRefusal of kind `team` when there is none; of kind `data` when `by` would be no administrator any more.
 */
export function deleteTeam(directory: Directory, organizationName: string, name: string, by: string): void {
  const before = directory.table('organizations').get(organizationName)
  if (!before || !findTeam(before, name)) {
    throw new DirectoryRefusal(`Team '${name}' is not a team in org '${organizationName}'`, 'team')
  }
  if (isOnlyAdminTeam(directory, organizationName, name, by)) {
    throw new DirectoryRefusal(
      `Deleting team '${name}' would remove admin ability for user '${by}' in organization '${organizationName}'`,
    )
  }
  directory.put('organizations', organizationName, {
    ...before,
    teams: before.teams.filter((one) => one.name !== name),
    prototypes: before.prototypes.filter(({ delegate }) => delegate.kind !== 'team' || delegate.name !== name),
  })
  for (const [key, repository] of directory.table('repositories').startingWith(`${organizationName}/`)) {
    const permissions = repository.permissions.filter((one) => one.kind !== 'team' || one.name !== name)
    if (permissions.length !== repository.permissions.length) {
      directory.put('repositories', key, { ...repository, permissions })
    }
  }
}

/**
 * Makes a user or a robot a member of a team.
 * @throws DirectoryRefusal of kind `member`: a robot of somebody else, or one that is a member already.
 */
export function addMember(directory: Directory, organizationName: string, name: string, member: string): void {
  const changed = team(directory, organizationName, name)
  if (member.includes('+') && !member.startsWith(`${organizationName}+`)) {
    throw new DirectoryRefusal(
      'Cannot add the specified robot to this team, as it is not a member of the organization',
      'member',
    )
  }
  if (changed.members.includes(member)) {
    throw new DirectoryRefusal(`User ${member} is already a member of team ${name}`, 'member')
  }
  putTeam(directory, organizationName, { ...changed, members: [...changed.members, member] })
}

/** Takes a member out of a team. @throws DirectoryRefusal when it is none, or takes itself out of its only admin team. */
export function removeMember(
  directory: Directory,
  organizationName: string,
  name: string,
  member: string,
  by: string | undefined,
): void {
  const changed = team(directory, organizationName, name)
  if (!changed.members.includes(member)) {
    throw new DirectoryRefusal(`User ${member} does not belong to team ${name}`)
  }
  if (member === by && isOnlyAdminTeam(directory, organizationName, name, member)) {
    throw new DirectoryRefusal('User cannot remove themselves from their only admin team.')
  }
  putTeam(directory, organizationName, { ...changed, members: changed.members.filter((one) => one !== member) })
}

/** Takes a user or robot out of every team, and out of every default permission. */
export function removeMemberEverywhere(directory: Directory, member: string): void {
  for (const [key, one] of directory.table('organizations').entries()) {
    const teams = one.teams.map((each) =>
      each.members.includes(member) ? { ...each, members: each.members.filter((name) => name !== member) } : each,
    )
    const prototypes = one.prototypes.filter(
      ({ delegate, activatingUser }) =>
        activatingUser !== member && (delegate.kind !== 'user' || delegate.name !== member),
    )
    if (prototypes.length < one.prototypes.length || teams.some((each, index) => each !== one.teams[index])) {
      directory.put('organizations', key, { ...one, teams, prototypes })
    }
  }
}
