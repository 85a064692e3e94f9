import { isRobotName } from '../../directory/names.js'
import { team as findOrRefuseTeam } from '../../directory/organizations.js'
import { addPrototype, deletePrototype, setPrototypeRole } from '../../directory/prototypes.js'
import type { Organization, Prototype, RepositoryRole } from '../../directory/state.js'
import { answer, noContent } from '../answers.js'
import type { PageName } from '../paths.js'
import {
  administeredOrganization,
  invalidRequest,
  notFound,
  parameter,
  readBody,
  type ApiRequest,
  type Page,
} from '../request.js'
import { oneOf, text, type Field, type Schema } from '../schema.js'
import { personAvatar, teamAvatar } from '../views.js'

const role: Field = { ...text, ...oneOf('read', 'write', 'admin') }

const newPrototype: Schema = {
  required: ['role', 'delegate'],
  properties: {
    role,
    activating_user: { type: 'object', fields: { required: ['name'], properties: { name: text } } },
    delegate: {
      type: 'object',
      fields: { required: ['name', 'kind'], properties: { name: text, kind: { ...text, ...oneOf('user', 'team') } } },
    },
  },
}

interface NewPrototype {
  readonly role: RepositoryRole
  readonly activating_user?: { readonly name: string }
  readonly delegate: { readonly kind: 'user' | 'team'; readonly name: string }
}

/** Default permissions of an organization. */
export const prototypePages: Readonly<Partial<Record<PageName, Page>>> = {
  prototypes: {
    GET(request) {
      const organization = administeredOrganization(request)
      const prototypes = organization.prototypes.map((one) => prototypeView(request, organization, one))
      return answer(200, { prototypes })
    },
    async POST(request) {
      const { directory } = request
      const organization = administeredOrganization(request)
      const body = await readBody<NewPrototype>(request, newPrototype)
      const activatingUser = body.activating_user?.name ?? null
      const { kind, name } = body.delegate
      if (activatingUser !== null && !isKnown(request, activatingUser)) {
        throw invalidRequest(request, 'Unknown activating user')
      }
      if (kind === 'team') findOrRefuseTeam(directory, organization.name, name)
      else if (!isKnown(request, name)) throw invalidRequest(request, 'Missing delegate user or team')
      const added = addPrototype(directory, organization.name, {
        activatingUser,
        delegate: { kind, name },
        role: body.role,
      })
      return answer(200, prototypeView(request, organization, added))
    },
  },
  prototype: {
    async PUT(request) {
      const organization = administeredOrganization(request)
      const body = await readBody<{ role: RepositoryRole }>(request, { required: ['role'], properties: { role } })
      const changed = setPrototypeRole(request.directory, organization.name, parameter(request, 'id'), body.role)
      if (!changed) throw notFound(request)
      return answer(200, prototypeView(request, organization, changed))
    },
    DELETE(request) {
      const { name } = administeredOrganization(request)
      if (!deletePrototype(request.directory, name, parameter(request, 'id'))) throw notFound(request)
      return noContent
    },
  },
}

const isKnown = ({ directory }: ApiRequest, name: string): boolean =>
  directory.table(isRobotName(name) ? 'robots' : 'users').has(name)

function prototypeView(request: ApiRequest, organization: Organization, one: Prototype): object {
  const { directory } = request
  const person = (name: string): object => ({
    name,
    is_robot: isRobotName(name),
    kind: 'user',
    is_org_member: isRobotName(name) || organization.teams.some(({ members }) => members.includes(name)),
    avatar: personAvatar(directory, name),
  })
  const { kind, name } = one.delegate
  return {
    activating_user: one.activatingUser === null ? null : person(one.activatingUser),
    delegate:
      kind === 'user'
        ? person(name)
        : { name, kind: 'team', avatar: teamAvatar({ name, role: 'member', description: '', members: [] }) },
    role: one.role,
    id: one.id,
  }
}
