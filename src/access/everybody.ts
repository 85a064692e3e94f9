import { accountsOf, type Account, type Accounts, type Anonymous } from './accounts.js'
import { readHtpasswd } from './htpasswd.js'

/** Who may come to a registry, as somebody who starts one says it. */
export interface EverybodyOptions {
  /** @default nobody */
  readonly accounts?: readonly Account[] | undefined
  /** The text of an htpasswd file with more of them. @default nobody */
  readonly htpasswd?: string | undefined
  /** @default 'push' without accounts, 'none' with */
  readonly anonymous?: Anonymous | undefined
}

/** Everybody who may come. */
export interface Everybody {
  readonly accounts: Accounts
  readonly anonymous: Anonymous
}

/**
 * Reads who may come; undefined for a registry that is open to all: where nobody has a password, nobody's is wrong, and
 * curl -u and many tools send one unasked.
 * @throws TypeError for a permission that is none; Error for a line of `htpasswd` that is none.
 */
export function everybodyOf({ accounts = [], htpasswd, ...options }: EverybodyOptions): Everybody | undefined {
  const known = accounts.length > 0 || htpasswd !== undefined
  const anonymous = options.anonymous ?? (known ? 'none' : 'push')
  if (!known && anonymous === 'push') return undefined
  const hashed = htpasswd === undefined ? undefined : readHtpasswd(htpasswd)
  return { accounts: accountsOf(accounts, anonymous, hashed), anonymous }
}
