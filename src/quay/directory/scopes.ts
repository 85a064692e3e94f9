import type { RepositoryRole, TeamRole } from './state.js'

/** What an OAuth token may be good for. */
export const scopes = [
  'repo:read',
  'repo:write',
  'repo:admin',
  'repo:create',
  'user:read',
  'user:admin',
  'org:admin',
  'super:user',
] as const

export type Scope = (typeof scopes)[number]

/**
 * Reads scopes as OAuth requests write them, between spaces or commas.
 * @returns undefined when one of them is none: then Quay grants nothing.
 */
export function parseScopeList(text: string): readonly Scope[] | undefined {
  const words = text.split(/[ ,]/)
  return words.every(isScope) ? words : undefined
}

const isScope = (word: string): word is Scope => (scopes as readonly string[]).includes(word)

const implied: Readonly<Partial<Record<Scope, readonly Scope[]>>> = {
  'repo:admin': ['repo:admin', 'repo:write', 'repo:read'],
  'repo:write': ['repo:write', 'repo:read'],
}

/** Whether scopes include one, by themselves or because a larger one stands for it. */
export const includesScope = (granted: readonly Scope[], wanted: Scope): boolean =>
  granted.some((scope) => (implied[scope] ?? [scope]).includes(wanted))

const repositoryRoles: readonly (RepositoryRole | undefined)[] = [undefined, 'read', 'write', 'admin']
const teamRoles: readonly (TeamRole | undefined)[] = [undefined, 'member', 'creator', 'admin']
const userRoles: readonly (UserRole | undefined)[] = [undefined, 'read', 'admin']

export type UserRole = 'read' | 'admin'

const repositoryBounds: Readonly<Partial<Record<Scope, RepositoryRole>>> = {
  'repo:read': 'read',
  'repo:write': 'write',
  'repo:admin': 'admin',
}
const teamBounds: Readonly<Partial<Record<Scope, TeamRole>>> = { 'repo:create': 'creator', 'org:admin': 'admin' }
const userBounds: Readonly<Partial<Record<Scope, UserRole>>> = { 'user:read': 'read', 'user:admin': 'admin' }

function bound<R>(
  order: readonly (R | undefined)[],
  bounds: Readonly<Partial<Record<Scope, R>>>,
): (role: R | undefined, scopes: readonly Scope[] | undefined) => R | undefined {
  return (role, scopes) => {
    if (scopes === undefined) return role
    const most = Math.max(0, ...scopes.map((scope) => order.indexOf(bounds[scope])))
    return order[Math.min(most, order.indexOf(role))]
  }
}

/** What is left of a role when a token's scopes bound it; undefined scopes bound nothing. */
export const boundRepositoryRole: (
  role: RepositoryRole | undefined,
  scopes: readonly Scope[] | undefined,
) => RepositoryRole | undefined = bound(repositoryRoles, repositoryBounds)
export const boundTeamRole: (role: TeamRole | undefined, scopes: readonly Scope[] | undefined) => TeamRole | undefined =
  bound(teamRoles, teamBounds)
export const boundUserRole: (role: UserRole | undefined, scopes: readonly Scope[] | undefined) => UserRole | undefined =
  bound(userRoles, userBounds)

/** The larger of two roles. */
export const largerRole = (a: RepositoryRole | undefined, b: RepositoryRole | undefined): RepositoryRole | undefined =>
  repositoryRoles.indexOf(a) < repositoryRoles.indexOf(b) ? b : a
export const largerTeamRole = (a: TeamRole | undefined, b: TeamRole | undefined): TeamRole | undefined =>
  teamRoles.indexOf(a) < teamRoles.indexOf(b) ? b : a

/** Whether a role is as large as another or larger. */
export const atLeast = (role: RepositoryRole | undefined, wanted: RepositoryRole): boolean =>
  repositoryRoles.indexOf(role) >= repositoryRoles.indexOf(wanted)
