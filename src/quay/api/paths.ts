export type PageName =
  | 'discovery'
  | 'error'
  | 'messages'
  | 'message'
  | 'signin'
  | 'signinVerify'
  | 'signout'
  | 'userInitialize'
  | 'user'
  | 'userClientKey'
  | 'userAppTokens'
  | 'userAppToken'
  | 'userAuthorizations'
  | 'userAuthorization'
  | 'userNotifications'
  | 'userRobots'
  | 'userRobot'
  | 'userRobotPermissions'
  | 'userRobotRegenerate'
  | 'userStarred'
  | 'userStar'
  | 'userQuotas'
  | 'userQuota'
  | 'userAutoPrunePolicies'
  | 'userAutoPrunePolicy'
  | 'users'
  | 'organizations'
  | 'organization'
  | 'members'
  | 'member'
  | 'collaborators'
  | 'team'
  | 'teamMembers'
  | 'teamMember'
  | 'teamPermissions'
  | 'robots'
  | 'robot'
  | 'robotPermissions'
  | 'robotRegenerate'
  | 'prototypes'
  | 'prototype'
  | 'applications'
  | 'application'
  | 'applicationSecret'
  | 'appInformation'
  | 'quotas'
  | 'quota'
  | 'quotaLimits'
  | 'quotaLimit'
  | 'autoPrunePolicies'
  | 'autoPrunePolicy'
  | 'immutabilityPolicies'
  | 'immutabilityPolicy'
  | 'superuserUsers'
  | 'superuserUser'
  | 'superuserOrganizations'
  | 'superuserOrganization'
  | 'takeOwnership'
  | 'repositories'
  | 'tags'
  | 'tagRestore'
  | 'tag'
  | 'label'
  | 'labels'
  | 'manifest'
  | 'permissionsOfTeams'
  | 'permissionOfTeam'
  | 'permissionsOfUsers'
  | 'permissionTransitive'
  | 'permissionOfUser'
  | 'repositoryAutoPrunePolicies'
  | 'repositoryAutoPrunePolicy'
  | 'repositoryImmutabilityPolicies'
  | 'repositoryImmutabilityPolicy'
  | 'repositoryVisibility'
  | 'repositoryState'
  | 'repository'

/**
 * Every page of the management API, by its path below `/api/v1/`. `{repository}` is a namespace, a slash and a name that
 * may have slashes; the other parameters are one segment each. The order decides: the first that fits is taken.
 */
export const paths: Readonly<Record<PageName, string>> = {
  discovery: 'discovery',
  error: 'error/{type}',
  messages: 'messages',
  message: 'message/{uuid}',
  signin: 'signin',
  signinVerify: 'signin/verify',
  signout: 'signout',
  userInitialize: 'user/initialize',
  user: 'user/',
  userClientKey: 'user/clientkey',
  userAppTokens: 'user/apptoken',
  userAppToken: 'user/apptoken/{uuid}',
  userAuthorizations: 'user/authorizations',
  userAuthorization: 'user/authorizations/{uuid}',
  userNotifications: 'user/notifications',
  userRobots: 'user/robots',
  userRobot: 'user/robots/{robot}',
  userRobotPermissions: 'user/robots/{robot}/permissions',
  userRobotRegenerate: 'user/robots/{robot}/regenerate',
  userStarred: 'user/starred',
  userStar: 'user/starred/{repository}',
  userQuotas: 'user/quota',
  userQuota: 'user/quota/{quota}',
  userAutoPrunePolicies: 'user/autoprunepolicy/',
  userAutoPrunePolicy: 'user/autoprunepolicy/{uuid}',
  users: 'users/{username}',
  organizations: 'organization/',
  organization: 'organization/{organization}',
  members: 'organization/{organization}/members',
  member: 'organization/{organization}/members/{member}',
  collaborators: 'organization/{organization}/collaborators',
  team: 'organization/{organization}/team/{team}',
  teamMembers: 'organization/{organization}/team/{team}/members',
  teamMember: 'organization/{organization}/team/{team}/members/{member}',
  teamPermissions: 'organization/{organization}/team/{team}/permissions',
  robots: 'organization/{organization}/robots',
  robot: 'organization/{organization}/robots/{robot}',
  robotPermissions: 'organization/{organization}/robots/{robot}/permissions',
  robotRegenerate: 'organization/{organization}/robots/{robot}/regenerate',
  prototypes: 'organization/{organization}/prototypes',
  prototype: 'organization/{organization}/prototypes/{id}',
  applications: 'organization/{organization}/applications',
  application: 'organization/{organization}/applications/{client}',
  applicationSecret: 'organization/{organization}/applications/{client}/resetclientsecret',
  appInformation: 'app/{client}',
  quotas: 'organization/{organization}/quota',
  quota: 'organization/{organization}/quota/{quota}',
  quotaLimits: 'organization/{organization}/quota/{quota}/limit',
  quotaLimit: 'organization/{organization}/quota/{quota}/limit/{limit}',
  autoPrunePolicies: 'organization/{organization}/autoprunepolicy/',
  autoPrunePolicy: 'organization/{organization}/autoprunepolicy/{uuid}',
  immutabilityPolicies: 'organization/{organization}/immutabilitypolicy/',
  immutabilityPolicy: 'organization/{organization}/immutabilitypolicy/{uuid}',
  superuserUsers: 'superuser/users/',
  superuserUser: 'superuser/users/{username}',
  superuserOrganizations: 'superuser/organizations/',
  superuserOrganization: 'superuser/organizations/{organization}',
  takeOwnership: 'superuser/takeownership/{namespace}',
  repositories: 'repository',
  tags: 'repository/{repository}/tag/',
  tagRestore: 'repository/{repository}/tag/{tag}/restore',
  tag: 'repository/{repository}/tag/{tag}',
  label: 'repository/{repository}/manifest/{digest}/labels/{label}',
  labels: 'repository/{repository}/manifest/{digest}/labels',
  manifest: 'repository/{repository}/manifest/{digest}',
  permissionsOfTeams: 'repository/{repository}/permissions/team/',
  permissionOfTeam: 'repository/{repository}/permissions/team/{team}',
  permissionsOfUsers: 'repository/{repository}/permissions/user/',
  permissionTransitive: 'repository/{repository}/permissions/user/{username}/transitive',
  permissionOfUser: 'repository/{repository}/permissions/user/{username}',
  repositoryAutoPrunePolicies: 'repository/{repository}/autoprunepolicy/',
  repositoryAutoPrunePolicy: 'repository/{repository}/autoprunepolicy/{uuid}',
  repositoryImmutabilityPolicies: 'repository/{repository}/immutabilitypolicy/',
  repositoryImmutabilityPolicy: 'repository/{repository}/immutabilitypolicy/{uuid}',
  repositoryVisibility: 'repository/{repository}/changevisibility',
  repositoryState: 'repository/{repository}/changestate',
  repository: 'repository/{repository}',
}

/** What a path's parameters stand for in one request. */
export type Parameters = Readonly<Record<string, string>>

/** A page of the API, found by its path. */
export interface Found {
  readonly page: PageName
  readonly parameters: Parameters
  /** Whether the path lacks the slash that its page ends in: then the client is sent on. */
  readonly slashMissing: boolean
}

const prefix = '/api/v1/'

const patterns = (Object.entries(paths) as [PageName, string][]).map(([page, template]) => ({
  page,
  ...compile(template),
}))

function compile(template: string): { pattern: RegExp; names: readonly string[]; slash: boolean } {
  const names: string[] = []
  const source = template
    .replace(/\/$/, '')
    .split('/')
    .map((segment) => {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1]
      if (name === undefined) return segment
      names.push(name)
      if (name === 'repository') return '([^/]+(?:/[^/]+)*?)'
      // A digest where Quay's router wants one; all else is no page.
      return name === 'digest' ? '([A-Za-z0-9_+.-]+:[a-fA-F0-9]+)' : '([^/]+)'
    })
    .join('/')
  return { pattern: new RegExp(`^${source}(/?)$`), names, slash: template.endsWith('/') }
}

/**
 * Finds the page of a path, as it was sent: percent-encoded slashes count as slashes, as they do for Quay's router
 * (clients send `ns%2Frepo` as one segment). Undefined for what is no page of the API.
 */
export function findPage(path: string): Found | undefined {
  const text = decode(path)
  if (!text?.startsWith(prefix)) return undefined
  const rest = text.slice(prefix.length)
  for (const { page, pattern, names, slash } of patterns) {
    const found = pattern.exec(rest)
    if (!found) continue
    const ends = found.at(-1) === '/'
    // A slash too many is another page, one too few the same.
    if (ends && !slash) continue
    const parameters = Object.fromEntries(names.map((name, index) => [name, found[index + 1] as string]))
    return { page, parameters, slashMissing: slash && !ends }
  }
  return undefined
}

/** Whether a path is below the API's root. */
export const isApiPath = (path: string): boolean => path === '/api' || path.startsWith('/api/')

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

/** The path of a page: the inverse of `findPage`. */
export function formatPage(page: PageName, parameters: Parameters = {}): string {
  const text = paths[page].replace(/\{(\w+)\}/g, (_, name: string) =>
    (parameters[name] ?? '').split('/').map(encodeURIComponent).join('/'),
  )
  return prefix + text
}
