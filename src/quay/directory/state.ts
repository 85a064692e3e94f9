import type { Scope } from './scopes.js'

export type RepositoryRole = 'read' | 'write' | 'admin'
export type TeamRole = 'member' | 'creator' | 'admin'

/** What users and organizations have in common: each is a namespace. Times are milliseconds since 1970. */
export interface Namespace {
  readonly uuid: string
  readonly email: string | null
  readonly enabled: boolean
  readonly created: number
  /** How long a tag that is gone can be brought back, in seconds. */
  readonly tagExpiration: number
  readonly invoiceEmail: boolean
  readonly invoiceEmailAddress: string | null
  readonly quotas: readonly Quota[]
}

export interface User extends Namespace {
  readonly username: string
  /** SHA-256 of the password, in hex; null for somebody who cannot log in with one. */
  readonly password: string | null
  readonly verified: boolean
  readonly lastAccessed: number | null
  readonly profile: { readonly [field in ProfileField]?: string | null }
  /** Wrong passwords since the last right one, and when the last of them was. */
  readonly wrongPasswords: number
  readonly lastWrongPassword: number
}

export type ProfileField = 'given_name' | 'family_name' | 'company' | 'location'

export interface Organization extends Namespace {
  readonly name: string
  readonly teams: readonly Team[]
  readonly prototypes: readonly Prototype[]
  readonly applications: readonly Application[]
}

export interface Team {
  readonly name: string
  readonly role: TeamRole
  readonly description: string
  /** Users and robots, by name. */
  readonly members: readonly string[]
}

/** A user or robot (`user`), or a team of the organization. */
export interface Delegate {
  readonly kind: 'user' | 'team'
  readonly name: string
}

/** A default permission: what each new repository of an organization gets. */
export interface Prototype {
  readonly id: string
  /** Only for repositories that this user or robot creates; null for everybody's. */
  readonly activatingUser: string | null
  readonly delegate: Delegate
  readonly role: RepositoryRole
}

export interface Robot {
  /** `owner+short` */
  readonly name: string
  readonly token: string
  readonly description: string
  readonly metadata: unknown
  readonly created: number
  readonly lastAccessed: number | null
}

export interface Permission extends Delegate {
  readonly role: RepositoryRole
}

export interface Repository {
  readonly namespace: string
  readonly name: string
  readonly visibility: 'public' | 'private'
  readonly description: string | null
  readonly state: 'NORMAL' | 'READ_ONLY' | 'MIRROR'
  readonly created: number
  readonly permissions: readonly Permission[]
  /** Who has starred it. */
  readonly stars: readonly string[]
  /** What was added to manifests by hand. */
  readonly labels: readonly Label[]
  readonly badgeToken: string
}

export interface Label {
  readonly id: string
  readonly manifest: string
  readonly key: string
  readonly value: string
  readonly mediaType: string
}

/** A password that one client has, for one user: `$app`. */
export interface AppToken {
  readonly uuid: string
  readonly username: string
  readonly title: string
  readonly code: string
  readonly created: number
  readonly lastAccessed: number | null
  readonly expires: number | null
}

export interface Application {
  readonly clientId: string
  readonly clientSecret: string
  readonly name: string
  readonly description: string
  readonly applicationUri: string
  readonly redirectUri: string
  readonly avatarEmail: string | null
}

/** What an application may do in somebody's name: `$oauthtoken`, and bearer of the API. */
export interface OAuthToken {
  readonly uuid: string
  /** SHA-256 of the token, in hex. */
  readonly digest: string
  readonly organization: string
  readonly clientId: string
  readonly username: string
  readonly scopes: readonly Scope[]
  readonly created: number
  readonly expires: number
}

export interface Quota {
  readonly id: number
  readonly limitBytes: number
  readonly limits: readonly { readonly id: number; readonly type: string; readonly percent: number }[]
}

/** A rule that workers would carry out: to prune tags, or to keep them from being changed. */
export interface Policy {
  readonly uuid: string
  readonly kind: 'autoprune' | 'immutability'
  readonly namespace: string
  /** The repository that it is for; null for the whole namespace. */
  readonly repository: string | null
  readonly rule: Readonly<Record<string, unknown>>
}

export interface Message {
  readonly uuid: string
  readonly content: string
  readonly mediaType: string
  readonly severity: string
}

/** Every table of the directory, with what its records are. */
export interface Tables {
  /** By username. */
  users: User
  /** By name. */
  organizations: Organization
  /** By `owner+short`. */
  robots: Robot
  /** By `namespace/name`. */
  repositories: Repository
  /** By the first 60 characters of the code. */
  appTokens: AppToken
  /** By digest. */
  oauthTokens: OAuthToken
  /** By `namespace/kind/uuid`. */
  policies: Policy
  /** By uuid. */
  messages: Message
}

export type TableName = keyof Tables

/** All that a directory knows, as plain data for JSON. */
export interface DirectoryState {
  /** What encrypted passwords are made with, in hex. */
  readonly key: string
  readonly tables: { readonly [name in TableName]: readonly (readonly [key: string, record: Tables[name]])[] }
}
