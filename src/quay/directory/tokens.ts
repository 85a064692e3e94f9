import type { Directory } from './directory.js'
import { organization } from './organizations.js'
import type { Scope } from './scopes.js'
import { secretDigest, secretLengths } from './secrets.js'
import type { Application, AppToken, OAuthToken } from './state.js'

/** Makes a password for one client of a user (`$app`). */
export function createAppToken(
  directory: Directory,
  {
    username,
    title,
    code,
    expires,
    at,
  }: { username: string; title: string; code?: string | undefined; expires?: number | null; at: number },
): AppToken {
  const token: AppToken = {
    uuid: directory.uuid(),
    username,
    title,
    code: code ?? directory.secret(secretLengths.appToken),
    created: at,
    lastAccessed: null,
    expires: expires ?? null,
  }
  directory.put('appTokens', token.code.slice(0, secretLengths.appTokenName), token)
  return token
}

/** Application tokens of a user, the oldest first. */
export const appTokensOf = (directory: Directory, username: string): readonly AppToken[] =>
  Array.from(directory.table('appTokens').entries(), ([, token]) => token)
    .filter((token) => token.username === username)
    .toSorted((a, b) => a.created - b.created)

/** Takes an application token away. */
export const deleteAppToken = (directory: Directory, { code }: AppToken): void =>
  directory.drop('appTokens', code.slice(0, secretLengths.appTokenName))

/** Adds an OAuth application to an organization. */
export function createApplication(
  directory: Directory,
  organizationName: string,
  wanted: { readonly name: string } & Partial<Application>,
): Application {
  const added: Application = {
    clientId: directory.secret(secretLengths.clientId),
    clientSecret: directory.secret(secretLengths.clientSecret),
    description: '',
    applicationUri: '',
    redirectUri: '',
    avatarEmail: null,
    ...wanted,
  }
  const before = organization(directory, organizationName)
  directory.put('organizations', organizationName, { ...before, applications: [...before.applications, added] })
  return added
}

/** Puts an application in place of the one of its client id. */
export function putApplication(directory: Directory, organizationName: string, changed: Application): void {
  const before = organization(directory, organizationName)
  const applications = before.applications.map((one) => (one.clientId === changed.clientId ? changed : one))
  directory.put('organizations', organizationName, { ...before, applications })
}

/** Takes an application away, and its tokens with it. */
export function deleteApplication(directory: Directory, organizationName: string, clientId: string): void {
  const before = organization(directory, organizationName)
  const applications = before.applications.filter((one) => one.clientId !== clientId)
  directory.put('organizations', organizationName, { ...before, applications })
  dropOAuthTokens(directory, (token) => token.organization === organizationName && token.clientId === clientId)
}

export interface NewOAuthToken {
  readonly organization: string
  readonly clientId: string
  /** In whose name the token acts. */
  readonly username: string
  readonly scopes: readonly Scope[]
  /** @default a new one of 40 characters */
  readonly token?: string | undefined
  /** How long it is good, in seconds. @default ten years, as Quay's pages make them */
  readonly lifetime?: number | undefined
  readonly at: number
}

/** Issues an OAuth token. It is told here, and never again. */
export function createOAuthToken(directory: Directory, wanted: NewOAuthToken): { token: string; record: OAuthToken } {
  const { organization, clientId, username, scopes, lifetime = 315_569_520, at } = wanted
  const token = wanted.token ?? directory.secret(secretLengths.oauth)
  const record: OAuthToken = {
    uuid: directory.uuid(),
    digest: secretDigest(token),
    organization,
    clientId,
    username,
    scopes,
    created: at,
    expires: at + lifetime * 1000,
  }
  directory.put('oauthTokens', record.digest, record)
  return { token, record }
}

/** OAuth tokens that act in somebody's name, the oldest first. */
export const oauthTokensOf = (directory: Directory, username: string): readonly OAuthToken[] =>
  Array.from(directory.table('oauthTokens').entries(), ([, token]) => token)
    .filter((token) => token.username === username)
    .toSorted((a, b) => a.created - b.created)

/** Takes an OAuth token away. */
export const deleteOAuthToken = (directory: Directory, { digest }: OAuthToken): void =>
  directory.drop('oauthTokens', digest)

/** Takes away the tokens of a user and those of an organization's applications. */
export function deleteTokensOf(directory: Directory, name: string): void {
  for (const token of appTokensOf(directory, name)) deleteAppToken(directory, token)
  dropOAuthTokens(directory, (token) => token.username === name || token.organization === name)
}

function dropOAuthTokens(directory: Directory, matches: (token: OAuthToken) => boolean): void {
  for (const [, token] of directory.table('oauthTokens').entries()) {
    if (matches(token)) deleteOAuthToken(directory, token)
  }
}
