import { accountRole, canCreate, namespaceRole } from '../../directory/access.js'
import { authenticateUser } from '../../directory/credentials.js'
import { encryptPassword } from '../../directory/encrypted-password.js'
import { invalidPassword, isEmail, isPassword } from '../../directory/names.js'
import { updateNamespace } from '../../directory/namespaces.js'
import { organizationsOf } from '../../directory/organizations.js'
import { DirectoryRefusal } from '../../directory/refusal.js'
import { deleteUser } from '../../directory/removal.js'
import type { ProfileField, User } from '../../directory/state.js'
import { changePassword, createUser, findByEmail, updateUser } from '../../directory/users.js'
import { answer, noContent, problem, restRefusal } from '../answers.js'
import { deleteContents } from '../content.js'
import type { PageName } from '../paths.js'
import {
  accountAdmin,
  invalidRequest,
  isSuper,
  parameter,
  readBody,
  requireFreshLogin,
  type ApiRequest,
  type Page,
} from '../request.js'
import { optionalText, text, type Schema } from '../schema.js'
import { organizationAvatar, userAvatar } from '../views.js'
import { changeTagExpiration } from './organizations.js'
import { quotaView } from './quotas.js'
import { signIn } from './signin.js'

const newUser: Schema = {
  required: ['username', 'password'],
  properties: { username: text, password: text, email: text, invite_code: text },
}

const userUpdate: Schema = {
  properties: {
    password: text,
    email: text,
    invoice_email: { type: 'boolean' },
    invoice_email_address: optionalText,
    tag_expiration_s: { type: 'integer', minimum: 0 },
    username: text,
    given_name: optionalText,
    family_name: optionalText,
    company: optionalText,
    location: optionalText,
  },
}

type UserUpdate = {
  readonly password?: string
  readonly email?: string
  readonly invoice_email?: boolean
  readonly invoice_email_address?: string | null
  readonly tag_expiration_s?: number
} & { readonly [field in ProfileField]?: string | null }

const profileFields: readonly ProfileField[] = ['given_name', 'family_name', 'company', 'location']

/** The account that calls, and what others may see of one. */
export const userPages: Readonly<Partial<Record<PageName, Page>>> = {
  user: {
    open: true,
    GET(request) {
      const user = request.directory.table('users').get(request.identity.username ?? '')
      if (!user || accountRole(request.identity) === undefined) {
        throw problem(request.call, 'invalid_token', 'Requires authentication', { session_required: false })
      }
      return answer(200, userView(request, user))
    },
    POST: register,
    async PUT(request) {
      requireFreshLogin(request)
      const before = accountAdmin(request)
      const body = await readBody<UserUpdate>(request, userUpdate)
      const user = change(request, before, body)
      const view = userView(request, user)
      return body.password === undefined ? answer(200, view) : answer(200, view, signIn(request, user).headers)
    },
    async DELETE(request) {
      requireFreshLogin(request)
      const { username } = accountAdmin(request)
      await deleteContents(request, username, deleteUser(request.directory, username))
      return noContent
    },
  },
  users: {
    GET(request) {
      const user = request.directory.table('users').get(parameter(request, 'username'))
      if (!user) {
        throw restRefusal(
          404,
          'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
        )
      }
      return answer(200, userView(request, user))
    },
  },
  userClientKey: {
    async POST(request) {
      const { directory, call } = request
      const { username } = accountAdmin(request)
      const schema: Schema = { required: ['password'], properties: { password: text } }
      const { password } = await readBody<{ password: string }>(request, schema)
      const { refusal } = authenticateUser(directory, username, password, call.at)
      if (refusal !== undefined) throw invalidRequest(request, refusal)
      return answer(200, { key: encryptPassword(directory, password) })
    },
  },
}

async function register(request: ApiRequest): Promise<ReturnType<typeof answer>> {
  const { directory, config, call } = request
  if (!config.FEATURE_USER_CREATION || !config.FEATURE_DIRECT_LOGIN) {
    throw restRefusal(405, 'The method is not allowed for the requested URL.')
  }
  const body = await readBody<{ username: string; password: string; email?: string }>(request, newUser)
  if (directory.table('users').has(body.username)) throw invalidRequest(request, 'The username already exists')
  if (config.FEATURE_MAILING && !body.email) throw invalidRequest(request, 'Email address is required')
  try {
    const user = createUser(directory, { ...checkedUser(body, config.FEATURE_MAILING), at: call.at })
    // No mail is sent, so whoever would have to wait for one may sign in as well.
    if (config.FEATURE_MAILING) return answer(200, { awaiting_verification: true })
    const { headers, identity } = signIn(request, user)
    return answer(200, userView({ ...request, identity }, user), headers)
  } catch (error) {
    if (error instanceof DirectoryRefusal) throw invalidRequest(request, error.message)
    throw error
  }
}

/**
 * What somebody wants to be called, and a password that they may have.
 * @throws DirectoryRefusal for a password or an address that Quay does not take.
 */
export function checkedUser<T extends { readonly password: string; readonly email?: string | undefined }>(
  wanted: T,
  emailRequired: boolean,
): T {
  if (!isPassword(wanted.password)) throw new DirectoryRefusal(invalidPassword, 'password')
  if (emailRequired && !isEmail(wanted.email ?? '')) {
    throw new DirectoryRefusal(`Invalid email address: ${wanted.email ?? 'None'}`, 'email')
  }
  return wanted
}

function change(request: ApiRequest, before: User, body: UserUpdate): User {
  const { directory, config } = request
  const { username } = before
  if (body.password !== undefined) {
    if (!isPassword(body.password)) throw invalidRequest(request, invalidPassword)
    changePassword(directory, before, body.password)
  }
  if (body.invoice_email !== undefined) updateNamespace(directory, username, { invoiceEmail: body.invoice_email })
  if (config.FEATURE_CHANGE_TAG_EXPIRATION && body.tag_expiration_s !== undefined) {
    changeTagExpiration(request, username, body.tag_expiration_s)
  }
  if (body.invoice_email_address !== undefined) {
    updateNamespace(directory, username, { invoiceEmailAddress: body.invoice_email_address || null })
  }
  if (body.email !== undefined && body.email !== before.email) {
    if (findByEmail(directory, body.email)) throw invalidRequest(request, 'E-mail address already used')
    updateNamespace(directory, username, { email: body.email })
  }
  const user = directory.table('users').get(username) as User
  if (!config.FEATURE_USER_METADATA) return user
  const given = profileFields.filter((field) => body[field] !== undefined)
  const profile = { ...user.profile, ...Object.fromEntries(given.map((field) => [field, body[field] ?? null])) }
  return updateUser(directory, user, { profile })
}

/** A user, as whoever asks may see it. */
export function userView(request: ApiRequest, user: User): object {
  const { directory, identity, config } = request
  const { username } = user
  const isSelf = identity.username === username
  const role = isSelf ? accountRole(identity) : undefined
  const admin = role === 'admin'
  return {
    anonymous: false,
    username,
    avatar: userAvatar(user),
    ...(admin && {
      can_create_repo: true,
      is_me: true,
      verified: user.verified,
      email: user.email ?? '',
      logins: [],
      invoice_email: user.invoiceEmail,
      invoice_email_address: user.invoiceEmailAddress,
      preferred_namespace: false,
      tag_expiration_s: user.tagExpiration,
      prompts: [],
      company: user.profile.company ?? null,
      family_name: user.profile.family_name ?? null,
      given_name: user.profile.given_name ?? null,
      location: user.profile.location ?? null,
      is_free_account: true,
      has_password_set: user.password !== null,
      ...(config.FEATURE_QUOTA_MANAGEMENT && config.FEATURE_EDIT_QUOTA && { quotas: user.quotas.map(quotaView) }),
    }),
    ...(role !== undefined && {
      organizations: organizationsOf(directory, username).map((organization) => ({
        name: organization.name,
        avatar: organizationAvatar(organization),
        can_create_repo: canCreate(directory, identity, organization.name),
        public: false,
        ...(admin && {
          is_org_admin: namespaceRole(directory, identity, organization.name) === 'admin',
          preferred_namespace: false,
        }),
      })),
    }),
    ...(isSuper(request) && { super_user: isSelf }),
  }
}
