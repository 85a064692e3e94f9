import { timingSafeEqual } from 'node:crypto'
import { passwordDigest } from '../../access/accounts.js'
import type { Directory } from './directory.js'
import { decryptPassword } from './encrypted-password.js'
import { robotIdentity, userIdentity, type Identity } from './identity.js'
import { splitRobot } from './names.js'
import { findNamespace } from './namespaces.js'
import { secretDigest, secretLengths } from './secrets.js'
import type { User } from './state.js'
import { findByEmail, updateUser } from './users.js'

/** Who has shown credentials, or why they are refused, in Quay's words. */
export type Authentication =
  | { readonly identity: Identity; readonly refusal?: never; readonly retryAfter?: never }
  | {
      readonly identity?: never
      readonly refusal: string
      /** Seconds until another attempt is looked at; given when there were too many (then the status is 429). */
      readonly retryAfter?: number | undefined
    }

const refused = (refusal: string): Authentication => ({ refusal })

/** Usernames that say what kind of credential the password is. */
export const specialUsernames = { appToken: '$app', oauth: '$oauthtoken', accessToken: '$token' } as const

const invalidLogin = 'Invalid Username or Password'
const disabledUser = 'This user has been disabled. Please contact your administrator.'

/**
 * Reads Basic credentials of every kind that Quay knows (quay.md §3.4): a user's name or email address with a password
 * or an encrypted one, a robot's token, `$app`, `$oauthtoken`, `$token`.
 * @param at When, in milliseconds since 1970.
 */
export function authenticate(directory: Directory, username: string, password: string, at: number): Authentication {
  const { config } = directory
  // Quay's access tokens of repositories are of a time before robots; none can be made any more.
  if (username === specialUsernames.accessToken) return refused('Invalid access token')
  if (username === specialUsernames.appToken && config.FEATURE_APP_SPECIFIC_TOKENS) {
    return authenticateAppToken(directory, password, at)
  }
  if (username === specialUsernames.oauth) return authenticateOAuth(directory, password, at)
  if (splitRobot(username)) return authenticateRobot(directory, username, password, at)
  const decrypted = decryptPassword(directory, password)
  if (decrypted === undefined && config.FEATURE_REQUIRE_ENCRYPTED_BASIC_AUTH) {
    return refused(
      'Client login with unencrypted passwords is disabled. Please generate an encrypted password in the user admin panel for use here.',
    )
  }
  return authenticateUser(directory, username, decrypted ?? password, at)
}

/** Reads a user's name or email address and its password in the clear, as the page and the API do. */
export function authenticateUser(directory: Directory, username: string, password: string, at: number): Authentication {
  const user =
    directory.table('users').get(username) ?? (username === '' ? undefined : findByEmail(directory, username))
  if (!user) return refused(invalidLogin)
  const retryAfter = directory.lockout ? secondsLocked(user, at) : 0
  if (retryAfter > 0) return { refusal: 'Too many login attempts.', retryAfter }
  if (user.password === null || !sameText(secretDigest(password), user.password)) {
    if (directory.lockout) {
      updateUser(directory, user, { wrongPasswords: user.wrongPasswords + 1, lastWrongPassword: at })
    }
    return refused(invalidLogin)
  }
  if (!user.enabled) return refused(disabledUser)
  updateUserAccess(directory, user, at)
  return { identity: userIdentity(user.username, user.uuid) }
}

// Quay waits half a second after the first wrong password, 1.5 after the second, 3.5 after the third, and so on.
function secondsLocked({ wrongPasswords, lastWrongPassword }: User, at: number): number {
  if (wrongPasswords === 0) return 0
  return (lastWrongPassword - at) / 1000 + (2 ** wrongPasswords - 1) / 2
}

function authenticateAppToken(directory: Directory, code: string, at: number): Authentication {
  const token = directory.table('appTokens').get(code.slice(0, secretLengths.appTokenName))
  const owner = token && directory.table('users').get(token.username)
  if (!token || !owner || !sameText(token.code, code) || isOver(token.expires, at)) return refused('Invalid token')
  if (!owner.enabled) return refused(disabledUser)
  if (isStale(token.lastAccessed, at)) {
    directory.put('appTokens', code.slice(0, secretLengths.appTokenName), { ...token, lastAccessed: at })
  }
  return {
    identity: { kind: 'appspecifictoken', username: token.username, reference: token.uuid, scopes: undefined },
  }
}

/** Reads an OAuth token, as `$oauthtoken`'s password and as the API's bearer. */
export function authenticateOAuth(directory: Directory, token: string, at: number): Authentication {
  const record = directory.table('oauthTokens').get(secretDigest(token))
  const owner = record && directory.table('users').get(record.username)
  if (!record || !owner) return refused('OAuth access token could not be validated')
  if (isOver(record.expires, at)) return refused('OAuth access token has expired')
  if (!owner.enabled) return refused('Granter of the oauth access token is disabled')
  return {
    identity: { kind: 'oauthtoken', username: record.username, reference: record.uuid, scopes: record.scopes },
  }
}

function authenticateRobot(directory: Directory, name: string, token: string, at: number): Authentication {
  const { ROBOTS_DISALLOW, ROBOTS_WHITELIST } = directory.config
  if (ROBOTS_DISALLOW && !ROBOTS_WHITELIST.includes(name)) {
    return refused('Robot account have been disabled. Please contact your administrator.')
  }
  const robot = directory.table('robots').get(name)
  if (!robot) return refused('Could not find robot with specified username')
  const owner = splitRobot(name)?.owner as string
  if (!findNamespace(directory, owner)?.enabled) return refused(`Robot ${name} owner ${owner} is disabled`)
  if (!sameText(robot.token, token)) {
    return refused(`Could not find robot with username: ${name} and supplied password.`)
  }
  if (isStale(robot.lastAccessed, at)) directory.put('robots', name, { ...robot, lastAccessed: at })
  return { identity: robotIdentity(name) }
}

function updateUserAccess(directory: Directory, user: User, at: number): void {
  if (user.wrongPasswords > 0 || isStale(user.lastAccessed, at)) {
    updateUser(directory, user, { wrongPasswords: 0, lastAccessed: at })
  }
}

// Quay writes down when somebody was there once a minute at most.
const isStale = (lastAccessed: number | null, at: number): boolean =>
  lastAccessed === null || at - lastAccessed >= 60_000

const isOver = (expires: number | null, at: number): boolean => expires !== null && at >= expires

// Digests have one length, so the comparison tells nothing of the secret's.
const sameText = (a: string, b: string): boolean => timingSafeEqual(passwordDigest(a), passwordDigest(b))
