import { isRobotName, splitRobot } from '../../directory/names.js'
import { DirectoryRefusal } from '../../directory/refusal.js'
import type { Organization } from '../../directory/state.js'
import { answer, noContent } from '../answers.js'
import type { PageName } from '../paths.js'
import { administeredOrganization, notFound, parameter, type ApiRequest, type Page } from '../request.js'
import { personAvatar, teamAvatar } from '../views.js'

/** Members of organizations, through whatever team, and those who are none and may do something all the same. */
export const memberPages: Readonly<Partial<Record<PageName, Page>>> = {
  members: {
    GET(request) {
      const organization = administeredOrganization(request)
      const names = new Set(organization.teams.flatMap(({ members }) => members))
      const people = [...names].filter((name) => !isRobotName(name))
      return answer(200, { members: people.map((name) => memberView(request, organization, name, 'user')) })
    },
  },
  member: {
    GET(request) {
      const organization = administeredOrganization(request)
      const name = parameter(request, 'member')
      const inTeam = organization.teams.some(({ members }) => members.includes(name))
      const robot = splitRobot(name)
      const known = request.directory.table(robot ? 'robots' : 'users').has(name)
      if (!known || (!inTeam && robot?.owner !== organization.name)) throw notFound(request)
      return answer(200, memberView(request, organization, name, robot ? 'robot' : 'user'))
    },
    DELETE(request) {
      const organization = administeredOrganization(request)
      const name = parameter(request, 'member')
      if (!request.directory.table('users').has(name)) throw notFound(request)
      removeFromOrganization(request, organization, name)
      return noContent
    },
  },
  collaborators: {
    GET(request) {
      const organization = administeredOrganization(request)
      const members = new Set(organization.teams.flatMap((team) => team.members))
      const found = new Map<string, string[]>()
      for (const [, repository] of request.directory.table('repositories').startingWith(`${organization.name}/`)) {
        for (const { kind, name } of repository.permissions) {
          if (kind !== 'user' || isRobotName(name) || members.has(name)) continue
          found.set(name, [...(found.get(name) ?? []), repository.name])
        }
      }
      const collaborators = Array.from(found, ([name, repositories]) => ({
        kind: 'user',
        name,
        avatar: personAvatar(request.directory, name),
        repositories,
      }))
      return answer(200, { collaborators })
    },
  },
}

function memberView(
  { directory }: ApiRequest,
  { name: owner, teams }: Organization,
  name: string,
  kind: string,
): object {
  const repositories = Array.from(directory.table('repositories').startingWith(`${owner}/`), ([, one]) => one)
  return {
    name,
    kind,
    avatar: personAvatar(directory, name),
    teams: teams
      .filter(({ members }) => members.includes(name))
      .map((team) => ({ name: team.name, avatar: teamAvatar(team) })),
    repositories: repositories
      .filter(({ permissions }) => permissions.some((one) => one.kind === 'user' && one.name === name))
      .map((repository) => repository.name),
  }
}

function removeFromOrganization({ directory }: ApiRequest, organization: Organization, name: string): void {
  const admins = new Set(organization.teams.filter(({ role }) => role === 'admin').flatMap(({ members }) => members))
  if (admins.has(name) && [...admins].filter((one) => !isRobotName(one)).length === 1) {
    throw new DirectoryRefusal('Cannot remove user as they are the only organization admin')
  }
  const teams = organization.teams.map((team) => ({ ...team, members: team.members.filter((one) => one !== name) }))
  directory.put('organizations', organization.name, { ...organization, teams })
  for (const [key, repository] of directory.table('repositories').startingWith(`${organization.name}/`)) {
    const permissions = repository.permissions.filter((one) => one.kind !== 'user' || one.name !== name)
    if (permissions.length < repository.permissions.length) {
      directory.put('repositories', key, { ...repository, permissions })
    }
  }
}
