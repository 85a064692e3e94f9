import type { Action, Call } from '../protocol/call.js'
import { RegistryError } from '../protocol/errors.js'
import type { Accounts, Anonymous } from './accounts.js'
import { basicChallenge, unauthorized } from './basic.js'
import { needOf, type Need } from './needs.js'
import { grants, type Scope } from './scope.js'

/** Who makes a call, as its credentials show it. */
export interface Identity {
  readonly account: string | undefined
  /** What its token was issued for; undefined for somebody without one, who may do all that the account may. */
  readonly scopes: readonly Scope[] | undefined
}

/** How a call is told what to bring. */
export type Challenge = (call: Call, need: Need, error?: 'insufficient_scope' | 'invalid_token') => string

export interface AdmissionOptions {
  readonly accounts: Accounts
  readonly anonymous: Anonymous
  /** Whether somebody without credentials may see `/v2/`. */
  readonly openBase: boolean
  readonly challenge: Challenge
}

/**
 * Lets a call pass, and writes down whose it is and what it may do.
 * @throws RegistryError UNAUTHORIZED when other credentials might do: none were sent, or a token that was issued for
 *   less than the account may do. DENIED when none of this account's would.
 */
export function admit(call: Call, { account, scopes }: Identity, options: AdmissionOptions): void {
  const { accounts, challenge } = options
  const permissions = accounts.permissions(account)
  call.account = account
  call.permissions = permissions
  const need = needOf(call)
  if (!allows(need, account, scopes, options)) {
    if (account !== undefined) throw denied(account, need)
    throw unauthorized(
      'log in first: this registry asks for a username and a password',
      challenge(call, need, scopes && 'insufficient_scope'),
    )
  }
  if (scopes && !covers(scopes, need)) {
    throw issuedForLess(challenge(call, need, 'insufficient_scope'))
  }
}

/** The refusal of a token that was issued for less than a call needs. */
export const issuedForLess = (challenge: string): RegistryError =>
  unauthorized('this token was issued for less: get one for the scope in WWW-Authenticate', challenge)

// Whether the account, whatever it has sent, may have what the call needs.
function allows(
  need: Need,
  account: string | undefined,
  scopes: readonly Scope[] | undefined,
  { accounts, anonymous, openBase }: AdmissionOptions,
): boolean {
  switch (need.kind) {
    case 'login':
      // containers/image learns how to log in nowhere else, and would never send what it has when it pushes: so
      // somebody without credentials is challenged here even where pulling needs no login.
      return account !== undefined || openBase || (scopes !== undefined && anonymous !== 'none')
    case 'entrance':
    case 'catalog':
      return account !== undefined || anonymous !== 'none'
    case 'repository':
      return accounts.permissions(account).may(need.repository, need.action)
  }
}

const covers = (scopes: readonly Scope[], need: Need): boolean =>
  need.kind === 'repository'
    ? grants(scopes, 'repository', need.repository, need.action)
    : need.kind !== 'catalog' || grants(scopes, 'registry', 'catalog', '*')

// Only actions on a repository are denied to an account: all else is open to every one.
function denied(account: string, need: Need): RegistryError {
  if (need.kind !== 'repository') return new RegistryError('DENIED')
  return deniedAction(account, need.repository, need.action)
}

const deniedAction = (account: string, repository: string, action: Action): RegistryError =>
  new RegistryError('DENIED', `${account} may not ${action} ${action === 'push' ? 'to' : 'from'} ${repository}`)

/**
 * Whether whoever makes a call, which has been let in, may also do something to a repository that only its handler
 * knows: by what they may do, and by what their token was issued for.
 */
export const callerMay = ({ permissions, scopes }: Call, repository: string, action: Action): boolean =>
  (permissions?.may(repository, action) ?? true) &&
  (scopes === undefined || grants(scopes, 'repository', repository, action))

/** The refusal of what `callerMay` denies: another login might do it where there was none. */
export const callerRefusal = ({ account }: Call, repository: string, action: Action): RegistryError =>
  account === undefined
    ? unauthorized('log in first: this registry asks for a username and a password', basicChallenge)
    : deniedAction(account, repository, action)
