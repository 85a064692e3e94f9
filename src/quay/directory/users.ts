import type { Directory } from './directory.js'
import { checkNewNamespace, newNamespace } from './namespaces.js'
import { DirectoryRefusal } from './refusal.js'
import { secretDigest } from './secrets.js'
import type { User } from './state.js'

export interface NewUser {
  readonly username: string
  /** @default none: nobody can log in with one */
  readonly password?: string | undefined
  readonly email?: string | null | undefined
  readonly verified?: boolean | undefined
  /** When, in milliseconds since 1970. */
  readonly at: number
}

/**
 * Adds a user, and with it a namespace. Any password is taken: whoever lets people choose one asks `isPassword` first.
 * @throws DirectoryRefusal of kind `name` or `email`.
 */
export function createUser(directory: Directory, { username, password, email, verified, at }: NewUser): User {
  checkNewNamespace(directory, username)
  if (email && findByEmail(directory, email)) {
    throw new DirectoryRefusal(`Email has already been used: ${email}`, 'email')
  }
  const user: User = {
    ...newNamespace(directory, email ?? null, at),
    username,
    password: password === undefined ? null : secretDigest(password),
    verified: verified ?? true,
    lastAccessed: null,
    profile: {},
    wrongPasswords: 0,
    lastWrongPassword: 0,
  }
  directory.put('users', username, user)
  return user
}

/** A user by name, with what is given changed. */
export function updateUser(directory: Directory, user: User, changes: Partial<User>): User {
  const changed = { ...user, ...changes }
  directory.put('users', user.username, changed)
  return changed
}

/** Gives a user another password, which ends all of its sessions. */
export const changePassword = (directory: Directory, user: User, password: string): User =>
  updateUser(directory, user, { password: secretDigest(password), wrongPasswords: 0, uuid: directory.uuid() })

/** A user by its email address. */
export function findByEmail(directory: Directory, email: string): User | undefined {
  for (const [, user] of directory.table('users').entries()) if (user.email === email) return user
  return undefined
}

/** Whether somebody administers the installation: SUPER_USERS names them. */
export const isSuperuser = ({ config }: Directory, username: string | undefined): boolean =>
  config.FEATURE_SUPER_USERS && username !== undefined && config.SUPER_USERS.includes(username)
