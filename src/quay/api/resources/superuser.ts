import { encryptPassword } from '../../directory/encrypted-password.js'
import { invalidPassword, isPassword } from '../../directory/names.js'
import { updateNamespace } from '../../directory/namespaces.js'
import { addMember, organization as findOrRefuse } from '../../directory/organizations.js'
import { DirectoryRefusal } from '../../directory/refusal.js'
import { deleteOrganization, deleteUser } from '../../directory/removal.js'
import { renameOrganization } from '../../directory/rename.js'
import type { Organization, User } from '../../directory/state.js'
import { changePassword, createUser, findByEmail, isSuperuser, updateUser } from '../../directory/users.js'
import { answer, flaskAnswer, noContent } from '../answers.js'
import { deleteContents, moveTaggedContent } from '../content.js'
import type { PageName } from '../paths.js'
import {
  flag,
  invalidRequest,
  isSuper,
  notFound,
  parameter,
  readBody,
  requireFreshLogin,
  unauthorized,
  type ApiRequest,
  type ApiState,
  type Page,
} from '../request.js'
import { text, type Schema } from '../schema.js'
import { organizationAvatar, userAvatar } from '../views.js'
import { checkedUser } from './users.js'

const newUser: Schema = { required: ['username'], properties: { username: text, email: text } }
const userUpdate: Schema = { properties: { password: text, email: text, enabled: { type: 'boolean' } } }

const hidden = ({ directory }: ApiState): boolean => !directory.config.FEATURE_SUPER_USERS

/** What those may do whom SUPER_USERS names: manage all users and organizations. */
export const superuserPages: Readonly<Partial<Record<PageName, Page>>> = {
  superuserUsers: {
    hidden,
    GET(request) {
      superuser(request)
      const users = Array.from(request.directory.table('users').entries(), ([, user]) => user)
      const shown = flag(request, 'disabled', true) ? users : users.filter(({ enabled }) => enabled)
      return answer(200, { users: shown.map((user) => userView(request, user)) })
    },
    async POST(request) {
      superuser(request)
      const { directory, config, call } = request
      const { username, email } = await readBody<{ username: string; email?: string }>(request, newUser)
      const password = directory.secret(32)
      createUser(directory, { ...checkedUser({ username, email, password }, config.FEATURE_MAILING), at: call.at })
      const encrypted = encryptPassword(directory, password)
      return answer(200, { username, email: email ?? null, password, encrypted_password: encrypted })
    },
  },
  superuserUser: {
    hidden,
    GET: (request) => answer(200, userView(request, pathUser(request))),
    async PUT(request) {
      const user = pathUser(request)
      if (isSuperuser(request.directory, user.username)) throw invalidRequest(request, 'Cannot update a superuser')
      const body = await readBody<{ password?: string; email?: string; enabled?: boolean }>(request, userUpdate)
      change(request, user, body)
      // Quay shows the user as it was, but for the email address.
      return answer(200, {
        ...userView(request, user),
        ...(body.password !== undefined && {
          encrypted_password: encryptPassword(request.directory, body.password),
        }),
        ...(body.email !== undefined && { email: body.email }),
      })
    },
    async DELETE(request) {
      const { username } = pathUser(request)
      if (isSuperuser(request.directory, username)) throw invalidRequest(request, 'Cannot delete a superuser')
      await deleteContents(request, username, deleteUser(request.directory, username, { force: true }))
      return noContent
    },
  },
  superuserOrganizations: {
    hidden,
    GET(request) {
      superuser(request)
      const organizations = Array.from(request.directory.table('organizations').entries(), ([, one]) => one)
      return answer(200, { organizations: organizations.map(organizationView) })
    },
  },
  superuserOrganization: {
    hidden,
    async PUT(request) {
      superuser(request)
      const name = parameter(request, 'organization')
      const body = await readBody<{ name?: string }>(request, { properties: { name: text } })
      findOrRefuse(request.directory, name)
      if (body.name !== undefined && body.name !== name) await rename(request, name, body.name)
      return answer(200, organizationView(findOrRefuse(request.directory, body.name ?? name)))
    },
    async DELETE(request) {
      superuser(request)
      const { name } = findOrRefuse(request.directory, parameter(request, 'organization'))
      await deleteContents(request, name, deleteOrganization(request.directory, name))
      return noContent
    },
  },
  takeOwnership: {
    hidden,
    POST(request) {
      const { username } = superuser(request)
      const { directory } = request
      const namespace = parameter(request, 'namespace')
      const organization = directory.table('organizations').get(namespace)
      if (!organization) throw notFound(request)
      const team = organization.teams.find(({ role }) => role === 'admin')
      if (team && !team.members.includes(username)) addMember(directory, namespace, team.name, username)
      return flaskAnswer(200, { namespace })
    },
  },
}

function superuser(request: ApiRequest): User {
  const user = requireFreshLogin(request)
  if (!isSuper(request)) throw unauthorized(request)
  return user
}

function pathUser(request: ApiRequest): User {
  superuser(request)
  const user = request.directory.table('users').get(parameter(request, 'username'))
  if (!user) throw notFound(request)
  return user
}

function change(
  { directory }: ApiRequest,
  user: User,
  body: { password?: string; email?: string; enabled?: boolean },
): void {
  let changed = user
  if (body.password !== undefined) {
    if (!isPassword(body.password)) throw new DirectoryRefusal(invalidPassword, 'password')
    changed = changePassword(directory, changed, body.password)
  }
  if (body.email !== undefined) {
    const owner = findByEmail(directory, body.email)
    if (owner && owner.username !== user.username) throw new DirectoryRefusal('E-mail address already used', 'email')
    changed = updateUser(directory, changed, { verified: true })
    updateNamespace(directory, user.username, { email: body.email })
  }
  if (body.enabled !== undefined) updateNamespace(directory, user.username, { enabled: body.enabled })
}

async function rename({ directory, store, history, call }: ApiRequest, from: string, to: string): Promise<void> {
  for (const name of renameOrganization(directory, from, to)) {
    await moveTaggedContent(store, history, { from: `${from}/${name}`, to: `${to}/${name}`, at: call.at })
  }
}

const organizationView = (organization: Organization): object => ({
  name: organization.name,
  email: organization.email ?? '',
  avatar: organizationAvatar(organization),
})

const userView = ({ directory }: ApiRequest, user: User): object => ({
  kind: 'user',
  name: user.username,
  username: user.username,
  email: user.email,
  verified: user.verified,
  avatar: userAvatar(user),
  super_user: isSuperuser(directory, user.username),
  enabled: user.enabled,
})
