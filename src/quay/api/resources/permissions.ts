import { permissionOf, removePermission, setPermission } from '../../directory/permissions.js'
import { isRobotName } from '../../directory/names.js'
import { DirectoryRefusal } from '../../directory/refusal.js'
import type { Delegate, Permission, Repository, RepositoryRole } from '../../directory/state.js'
import { answer, noContent } from '../answers.js'
import type { PageName } from '../paths.js'
import { administeredRepository } from '../repository.js'
import { invalidRequest, notFound, parameter, readBody, type ApiRequest, type Page } from '../request.js'
import { oneOf, text, type Schema } from '../schema.js'
import { avatar, personAvatar } from '../views.js'

const newPermission: Schema = {
  required: ['role'],
  properties: { role: { ...text, ...oneOf('read', 'write', 'admin') } },
}

type Of = (request: ApiRequest) => Delegate

const listPage = (kind: Delegate['kind']): Page => ({
  GET(request) {
    const repository = administeredRepository(request)
    const permissions = repository.permissions.filter((one) => one.kind === kind)
    return answer(200, {
      permissions: Object.fromEntries(permissions.map((one) => [one.name, view(request, repository, one)])),
    })
  },
})

const permissionPage = (of: Of): Page => ({
  GET(request) {
    const repository = administeredRepository(request)
    const found = permissionOf(repository, of(request))
    // Of a team Quay tells the role alone.
    return answer(200, found.kind === 'team' ? { role: found.role } : view(request, repository, found))
  },
  async PUT(request) {
    const repository = administeredRepository(request)
    const { role } = await readBody<{ role: RepositoryRole }>(request, newPermission)
    const permission = { ...of(request), role }
    refusing(request, () => setPermission(request.directory, repository, permission))
    return answer(200, view(request, repository, permission))
  },
  DELETE(request) {
    const repository = administeredRepository(request)
    refusing(request, () => removePermission(request.directory, repository, of(request)))
    return noContent
  },
})

// What the data model refuses here is shown as what the handler refuses.
function refusing(request: ApiRequest, act: () => unknown): void {
  try {
    act()
  } catch (error) {
    throw error instanceof DirectoryRefusal ? invalidRequest(request, error.message) : error
  }
}

/** Who may do what to a repository. */
export const permissionPages: Readonly<Partial<Record<PageName, Page>>> = {
  permissionsOfUsers: listPage('user'),
  permissionsOfTeams: listPage('team'),
  permissionOfUser: permissionPage((request) => ({ kind: 'user', name: parameter(request, 'username') })),
  permissionOfTeam: permissionPage((request) => ({ kind: 'team', name: parameter(request, 'team') })),
  permissionTransitive: {
    GET(request) {
      const repository = administeredRepository(request)
      const username = parameter(request, 'username')
      const teams = request.directory.table('organizations').get(repository.namespace)?.teams ?? []
      const own = teams.filter(({ members }) => members.includes(username)).map(({ name }) => name)
      const roles = repository.permissions
        .filter(({ kind, name }) => (kind === 'user' ? name === username : own.includes(name)))
        .map(({ role }) => ({ role }))
      if (roles.length === 0) throw notFound(request)
      return answer(200, { permissions: roles })
    },
  },
}

function view({ directory }: ApiRequest, { namespace }: Repository, { kind, name, role }: Permission): object {
  if (kind === 'team') return { role, name, avatar: avatar(name, name, 'team') }
  const organization = directory.table('organizations').get(namespace)
  const isRobot = isRobotName(name)
  return {
    role,
    name,
    is_robot: isRobot,
    avatar: personAvatar(directory, name),
    ...(organization && {
      is_org_member: isRobot || organization.teams.some(({ members }) => members.includes(name)),
    }),
  }
}
