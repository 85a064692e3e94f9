import { createHash, timingSafeEqual } from 'node:crypto'
import type { Awaitable } from '../protocol/awaitable.js'
import { everything, nothing, parsePermissions, type Permissions } from './permissions.js'

/** Somebody who may log in. */
export interface Account {
  readonly username: string
  readonly password: string
  /**
   * What they may do, such as `team/*:pull,push`: `*` in a name stands for any text, in place of the actions pull, push
   * and delete for all of them. @default everything
   */
  readonly permissions?: readonly string[] | undefined
}

/** What somebody who is not logged in may do. */
export type Anonymous = 'none' | 'pull' | 'push'

/** Tells whether a password is that of a username, and in the same time when there is no such name. */
export type PasswordCheck = (username: string, password: string) => Awaitable<boolean>

/** Everybody who is known, and what they may do. */
export interface Accounts {
  readonly check: PasswordCheck
  /** Whether there is an account of this name. */
  readonly has: (username: string) => boolean
  /** What an account may do, and undefined for nobody: what may be done without login may also be done with it. */
  readonly permissions: (username: string | undefined) => Permissions
}

/** Accounts that are known by something else than a password in the clear: those of an htpasswd file. */
export interface HashedAccounts {
  readonly has: (username: string) => boolean
  readonly check: (username: string, password: string) => Promise<boolean>
}

/** The digest that a password is remembered and compared by. */
export const passwordDigest = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * The accounts of a registry. A name that stands in `accounts` is taken from there, whatever the hashed ones say.
 * @throws TypeError for a permission that is none.
 */
export function accountsOf(
  accounts: readonly Account[],
  anonymous: Anonymous,
  hashed: HashedAccounts | undefined,
): Accounts {
  const open = anonymousPermissions[anonymous]
  const known = new Map(
    accounts.map(({ username, password, permissions }) => [
      username,
      {
        digest: passwordDigest(password),
        permissions: (permissions ? parsePermissions(permissions) : everything).with(open),
      },
    ]),
  )
  const nobody = passwordDigest('')
  return {
    check(username, password) {
      const account = known.get(username)
      if (!account && hashed) return hashed.check(username, password)
      // Digests have one length, so the comparison tells nothing of the password's.
      return timingSafeEqual(passwordDigest(password), account?.digest ?? nobody) && account !== undefined
    },
    has: (username) => known.has(username) || (hashed?.has(username) ?? false),
    permissions(username) {
      if (username === undefined) return open
      return known.get(username)?.permissions ?? (hashed?.has(username) ? everything : open)
    },
  }
}

const anonymousPermissions: Readonly<Record<Anonymous, Permissions>> = {
  none: nothing,
  pull: parsePermissions(['*:pull']),
  push: everything,
}
