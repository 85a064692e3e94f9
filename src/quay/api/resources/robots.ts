import type { Directory } from '../../directory/directory.js'
import { DirectoryRefusal } from '../../directory/refusal.js'
import { deleteRobot } from '../../directory/removal.js'
import { createRobot, regenerateRobot, robot, robotsOf } from '../../directory/robots.js'
import type { Robot } from '../../directory/state.js'
import { answer, noContent, restRefusal } from '../answers.js'
import type { PageName } from '../paths.js'
import {
  accountAdmin,
  administers,
  flag,
  integer,
  invalidRequest,
  isMember,
  parameter,
  pathOrganization,
  readOptionalBody,
  unauthorized,
  type ApiRequest,
  type Page,
} from '../request.js'
import type { Schema } from '../schema.js'
import { robotView, teamAvatar } from '../views.js'

const newRobot: Schema = {
  properties: { description: { type: 'string', maxLength: 255 }, unstructured_metadata: { type: 'object' } },
}

/** Whose robots a call is about. @throws ApiRefusal for somebody who may not manage them. */
type Owner = (request: ApiRequest) => string

const ownAccount: Owner = (request) => accountAdmin(request).username

const organization: Owner = (request) => {
  const name = parameter(request, 'organization')
  if (!administers(request, name)) throw unauthorized(request)
  return name
}

// Quay tells only here that it is a 403 in the words of its framework.
const organizationOfAccount: Owner = (request) => {
  accountAdmin(request)
  const name = parameter(request, 'organization')
  if (administers(request, name)) return name
  throw restRefusal(
    403,
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by the server.",
  )
}

const nameOf = (request: ApiRequest, owner: string): string => `${owner}+${parameter(request, 'robot')}`

const robotPage = (owner: Owner): Page => ({
  GET: (request) => answer(200, fullView(robot(request.directory, nameOf(request, owner(request))))),
  async PUT(request) {
    const name = owner(request)
    const body = await readOptionalBody<{ description?: string; unstructured_metadata?: object }>(request, newRobot)
    if ('organization' in request.parameters) pathOrganization(request)
    try {
      const made = createRobot(request.directory, {
        owner: name,
        short: parameter(request, 'robot'),
        description: body?.description,
        metadata: body?.unstructured_metadata,
        at: request.call.at,
      })
      return answer(201, { ...robotView(made), unstructured_metadata: body?.unstructured_metadata ?? null })
    } catch (error) {
      if (error instanceof DirectoryRefusal && error.kind === 'robot') throw invalidRequest(request, error.message)
      throw error
    }
  },
  DELETE(request) {
    deleteRobot(request.directory, nameOf(request, owner(request)))
    return noContent
  },
})

const regeneratePage = (owner: Owner): Page => ({
  POST: (request) => answer(200, robotView(regenerateRobot(request.directory, nameOf(request, owner(request))))),
})

const permissionsPage = (owner: Owner): Page => ({
  GET(request) {
    const { directory } = request
    const { name } = robot(directory, nameOf(request, owner(request)))
    return answer(200, {
      permissions: permitted(directory, name).map(({ repository, role }) => ({
        repository: { name: repository.name, is_public: repository.visibility === 'public' },
        role,
      })),
    })
  },
})

/** Robots of users and of organizations. */
export const robotPages: Readonly<Partial<Record<PageName, Page>>> = {
  userRobots: {
    GET: (request) => listRobots(request, ownAccount(request), { token: true, permissions: true }),
  },
  userRobot: robotPage(ownAccount),
  userRobotPermissions: permissionsPage(ownAccount),
  userRobotRegenerate: regeneratePage(ownAccount),
  robots: {
    GET(request) {
      const name = parameter(request, 'organization')
      if (!isMember(request, name)) throw unauthorized(request)
      const admin = administers(request, name)
      return listRobots(request, name, { token: admin, permissions: admin })
    },
  },
  robot: robotPage(organization),
  robotPermissions: permissionsPage(organizationOfAccount),
  robotRegenerate: regeneratePage(organization),
}

function listRobots(
  request: ApiRequest,
  owner: string,
  allowed: { readonly token: boolean; readonly permissions: boolean },
): ReturnType<typeof answer> {
  const token = allowed.token && flag(request, 'token', true)
  const limit = integer(request, 'limit', Number.MAX_SAFE_INTEGER)
  // Those that were used last come first.
  const robots = robotsOf(request.directory, owner)
    .toSorted((a, b) => (b.lastAccessed ?? 0) - (a.lastAccessed ?? 0))
    .slice(0, limit)
  const show = allowed.permissions && flag(request, 'permissions') ? listedView : robotView
  return answer(200, { robots: robots.map((one) => show(one, { token, directory: request.directory })) })
}

function listedView(one: Robot, { token, directory }: { token: boolean; directory: Directory }): object {
  const { name, created, last_accessed, description, ...rest } = robotView(one, { token })
  const organizations = Array.from(directory.table('organizations').entries(), ([, each]) => each)
  const teams = organizations.flatMap((each) => each.teams).filter(({ members }) => members.includes(one.name))
  return {
    name,
    created,
    last_accessed,
    teams: teams.map((team) => ({ name: team.name, avatar: teamAvatar(team) })),
    repositories: permitted(directory, one.name).map(({ repository }) => repository.name),
    description,
    ...rest,
  }
}

// A robot is permitted something in its own namespace only.
const permitted = (directory: Directory, name: string) =>
  Array.from(directory.table('repositories').startingWith(`${name.slice(0, name.indexOf('+'))}/`)).flatMap(
    ([, repository]) =>
      repository.permissions
        .filter((one) => one.kind === 'user' && one.name === name)
        .map(({ role }) => ({ repository, role })),
  )

const fullView = (one: Robot): object => ({ ...robotView(one), unstructured_metadata: one.metadata })
