import { parseSpan } from './config.js'
import type { Directory } from './directory.js'
import { nameIssue } from './names.js'
import { DirectoryRefusal } from './refusal.js'
import type { Namespace } from './state.js'

/** What a new namespace begins with. */
export function newNamespace(directory: Directory, email: string | null, at: number): Namespace {
  return {
    uuid: directory.uuid(),
    email,
    enabled: true,
    created: at,
    tagExpiration: parseSpan(directory.config.DEFAULT_TAG_EXPIRATION) ?? 1_209_600,
    invoiceEmail: false,
    invoiceEmailAddress: null,
    quotas: [],
  }
}

/**
 * Refuses a name that cannot be a new namespace's.
 * @throws DirectoryRefusal of kind `name`.
 */
export function checkNewNamespace(directory: Directory, name: string): void {
  const issue = nameIssue(name)
  if (issue !== undefined) throw new DirectoryRefusal(`Invalid namespace ${name}: ${issue}`, 'name')
  if (directory.table('organizations').has(name)) {
    throw new DirectoryRefusal(
      `Username has already been taken by an organization and cannot be reused: ${name}`,
      'name',
    )
  }
  if (directory.table('users').has(name)) {
    throw new DirectoryRefusal(`Username has already been taken by user cannot be reused: ${name}`, 'name')
  }
}

/** The namespace of a name: a user's or an organization's. */
export const findNamespace = (directory: Directory, name: string): Namespace | undefined =>
  directory.table('users').get(name) ?? directory.table('organizations').get(name)

/** Changes what users and organizations have in common. */
export function updateNamespace(directory: Directory, name: string, changes: Partial<Namespace>): void {
  const user = directory.table('users').get(name)
  if (user) directory.put('users', name, { ...user, ...changes })
  const organization = directory.table('organizations').get(name)
  if (organization) directory.put('organizations', name, { ...organization, ...changes })
}
