import { isRobotName } from '../../directory/names.js'
import {
  addMember,
  createTeam,
  deleteTeam,
  findTeam,
  putTeam,
  removeMember,
  setTeamRole,
} from '../../directory/organizations.js'
import type { Organization, Team, TeamRole } from '../../directory/state.js'
import { answer, noContent } from '../answers.js'
import type { PageName } from '../paths.js'
import {
  administeredOrganization,
  administers,
  invalidRequest,
  isSuper,
  notFound,
  parameter,
  pathOrganization,
  readBody,
  unauthorized,
  type ApiRequest,
  type Page,
} from '../request.js'
import { oneOf, text, type Schema } from '../schema.js'
import { personAvatar, teamAvatar } from '../views.js'
import { mayViewTeam } from './organizations.js'

const teamDescription: Schema = {
  required: ['role'],
  properties: { role: { ...text, ...oneOf('member', 'creator', 'admin') }, description: text },
}

/** Teams of an organization and who is in them. */
export const teamPages: Readonly<Partial<Record<PageName, Page>>> = {
  team: {
    async PUT(request) {
      const { directory, identity } = request
      const organization = managedOrganization(request)
      const name = parameter(request, 'team')
      const body = await readBody<{ role: TeamRole; description?: string }>(request, teamDescription)
      const known = findTeam(organization, name)
      if (!known) createTeam(directory, organization.name, { name, ...body })
      else {
        if (body.description !== undefined) {
          putTeam(directory, organization.name, { ...known, description: body.description })
        }
        if (body.role !== known.role) {
          setTeamRole(directory, organization.name, name, body.role, identity.username as string)
        }
      }
      const [after, team] = pathTeam(request)
      return answer(200, {
        name,
        description: team.description,
        can_view: mayViewTeam(request, after, name),
        role: team.role,
        avatar: teamAvatar(team),
        new_team: !known,
      })
    },
    DELETE(request) {
      const { name } = managedOrganization(request)
      deleteTeam(request.directory, name, parameter(request, 'team'), request.identity.username as string)
      return noContent
    },
  },
  teamMembers: {
    GET(request) {
      const organization = request.directory.table('organizations').get(parameter(request, 'organization'))
      const mayView = organization && mayViewTeam(request, organization, parameter(request, 'team'))
      if (!mayView && !isSuper(request)) throw unauthorized(request)
      const [, { name, members }] = pathTeam(request)
      return answer(200, {
        name,
        members: members.map((member) => memberView(request, member)),
        can_edit: administers(request, parameter(request, 'organization')),
      })
    },
  },
  teamMember: {
    PUT(request) {
      const { name } = managedOrganization(request)
      const [, team] = pathTeam(request)
      const member = parameter(request, 'member')
      if (!exists(request, member)) throw invalidRequest(request, 'Unknown user')
      // Quay invites by mail whoever is in no team yet; no mail is sent here, so that they are members at once.
      addMember(request.directory, name, team.name, member)
      return answer(200, memberView(request, member))
    },
    DELETE(request) {
      const { name } = managedOrganization(request)
      const [, team] = pathTeam(request)
      const member = parameter(request, 'member')
      if (!exists(request, member)) throw notFound(request)
      removeMember(request.directory, name, team.name, member, request.identity.username)
      return noContent
    },
  },
  teamPermissions: {
    GET(request) {
      const { name } = administeredOrganization(request)
      const [, team] = pathTeam(request)
      const repositories = Array.from(
        request.directory.table('repositories').startingWith(`${name}/`),
        ([, one]) => one,
      )
      const permissions = repositories.flatMap((repository) =>
        repository.permissions
          .filter((one) => one.kind === 'team' && one.name === team.name)
          .map(({ role }) => ({
            repository: { name: repository.name, is_public: repository.visibility === 'public' },
            role,
          })),
      )
      return answer(200, { permissions })
    },
  },
}

// Superusers manage the teams of all.
function managedOrganization(request: ApiRequest): Organization {
  if (!administers(request, parameter(request, 'organization')) && !isSuper(request)) throw unauthorized(request)
  return pathOrganization(request)
}

function pathTeam(request: ApiRequest): [Organization, Team] {
  const organization = pathOrganization(request)
  const team = findTeam(organization, parameter(request, 'team'))
  if (!team) throw notFound(request)
  return [organization, team]
}

const exists = ({ directory }: ApiRequest, name: string): boolean =>
  directory.table(isRobotName(name) ? 'robots' : 'users').has(name)

const memberView = ({ directory }: ApiRequest, name: string): object => ({
  name,
  kind: 'user',
  is_robot: isRobotName(name),
  avatar: personAvatar(directory, name),
  invited: false,
})
