import { parseSpan } from '../../directory/config.js'
import { findTeam } from '../../directory/organizations.js'
import { createOrganization } from '../../directory/organizations.js'
import { DirectoryRefusal } from '../../directory/refusal.js'
import { deleteOrganization } from '../../directory/removal.js'
import type { Organization } from '../../directory/state.js'
import { findByEmail } from '../../directory/users.js'
import { updateNamespace } from '../../directory/namespaces.js'
import { answer, noContent } from '../answers.js'
import { deleteContents } from '../content.js'
import type { PageName } from '../paths.js'
import {
  accountAdmin,
  administeredOrganization,
  administers,
  invalidRequest,
  isMember,
  pathOrganization,
  readBody,
  requireFreshLogin,
  type ApiRequest,
  type Page,
} from '../request.js'
import { optionalText, text, type Schema } from '../schema.js'
import { avatar, teamAvatar } from '../views.js'
import { quotaView } from './quotas.js'

const newOrganization: Schema = { required: ['name'], properties: { name: text, email: text } }

const organizationUpdate: Schema = {
  properties: {
    email: text,
    invoice_email: { type: 'boolean' },
    invoice_email_address: optionalText,
    tag_expiration_s: { type: 'integer', minimum: 0 },
  },
}

interface OrganizationUpdate {
  readonly email?: string
  readonly invoice_email?: boolean
  readonly invoice_email_address?: string | null
  readonly tag_expiration_s?: number
}

/** Organizations: made, shown, changed and deleted. */
export const organizationPages: Readonly<Partial<Record<PageName, Page>>> = {
  organizations: {
    async POST(request) {
      const { directory, config, call } = request
      const creator = accountAdmin(request)
      const { name, email } = await readBody<{ name: string; email?: string }>(request, newOrganization)
      if (directory.table('organizations').has(name) || directory.table('users').has(name)) {
        throw invalidRequest(request, 'A user or organization with this name already exists')
      }
      if (config.FEATURE_MAILING && !email) throw invalidRequest(request, 'Email address is required')
      try {
        createOrganization(directory, { name, email: email || null, creator: creator.username, at: call.at })
      } catch (error) {
        if (error instanceof DirectoryRefusal) throw invalidRequest(request, error.message)
        throw error
      }
      return answer(201, 'Created')
    },
  },
  organization: {
    GET: (request) => answer(200, organizationView(request, pathOrganization(request))),
    async PUT(request) {
      const { name } = administeredOrganization(request)
      updateOrganization(request, name, await readBody<OrganizationUpdate>(request, organizationUpdate))
      return answer(200, organizationView(request, pathOrganization(request)))
    },
    async DELETE(request) {
      requireFreshLogin(request)
      const { name } = administeredOrganization(request)
      await deleteContents(request, name, deleteOrganization(request.directory, name))
      return noContent
    },
  },
}

function updateOrganization(request: ApiRequest, name: string, update: OrganizationUpdate): void {
  const { directory, config } = request
  const before = pathOrganization(request)
  if (update.email !== undefined && update.email !== before.email) {
    if (findByEmail(directory, update.email)) throw invalidRequest(request, 'E-mail address already used')
    updateNamespace(directory, name, { email: update.email })
  }
  if (update.invoice_email !== undefined) updateNamespace(directory, name, { invoiceEmail: update.invoice_email })
  if (update.invoice_email_address !== undefined) {
    updateNamespace(directory, name, { invoiceEmailAddress: update.invoice_email_address || null })
  }
  if (config.FEATURE_CHANGE_TAG_EXPIRATION && update.tag_expiration_s !== undefined) {
    changeTagExpiration(request, name, update.tag_expiration_s)
  }
}

/** Says how long tags of a namespace can be brought back. @throws DirectoryRefusal for what is none of the options. */
export function changeTagExpiration({ directory, config }: ApiRequest, namespace: string, seconds: number): void {
  if (!config.TAG_EXPIRATION_OPTIONS.some((option) => parseSpan(option) === seconds)) {
    throw new DirectoryRefusal('Invalid tag expiration option')
  }
  updateNamespace(directory, namespace, { tagExpiration: seconds })
}

/** An organization, as whoever asks may see it. */
export function organizationView(request: ApiRequest, organization: Organization): object {
  const { directory, identity, config } = request
  const { name, email, teams } = organization
  const [admin, member] = [administers(request, name), isMember(request, name)]
  const counts = member ? repositoryCounts(request, name) : new Map<string, number>()
  return {
    name,
    email: admin ? (email ?? '') : '',
    // Quay shows an organization's own avatar as a user's.
    avatar: avatar(name, email, 'user'),
    is_admin: admin,
    is_member: member,
    ...(member && {
      teams: Object.fromEntries(
        teams.map((team) => [
          team.name,
          {
            name: team.name,
            description: team.description,
            role: team.role,
            avatar: teamAvatar(team),
            can_view: admin || team.members.includes(identity.username ?? ''),
            repo_count: counts.get(team.name) ?? 0,
            member_count: team.members.length,
            is_synced: false,
          },
        ]),
      ),
      ordered_teams: teams.map((team) => team.name),
    }),
    ...(admin && {
      invoice_email: organization.invoiceEmail,
      invoice_email_address: organization.invoiceEmailAddress,
      tag_expiration_s: organization.tagExpiration,
      is_free_account: true,
    }),
    ...(member &&
      config.FEATURE_QUOTA_MANAGEMENT &&
      config.FEATURE_EDIT_QUOTA && {
        quotas: (directory.table('organizations').get(name)?.quotas ?? []).map(quotaView),
        quota_report: { quota_bytes: 0, configured_quota: organization.quotas[0]?.limitBytes ?? null },
      }),
  }
}

function repositoryCounts({ directory }: ApiRequest, name: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [, { permissions }] of directory.table('repositories').startingWith(`${name}/`)) {
    for (const one of permissions) if (one.kind === 'team') counts.set(one.name, (counts.get(one.name) ?? 0) + 1)
  }
  return counts
}

/** Whether somebody may see who is in a team: its members and those who administer the organization. */
export function mayViewTeam(request: ApiRequest, organization: Organization, team: string): boolean {
  if (administers(request, organization.name)) return true
  const { username } = request.identity
  return (
    username !== undefined &&
    isMember(request, organization.name) &&
    findTeam(organization, team)?.members.includes(username) === true
  )
}
