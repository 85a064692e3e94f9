import type { Call, Stage } from '../protocol/call.js'
import { whenReady, type Awaitable } from '../protocol/awaitable.js'
import { RegistryError } from '../protocol/errors.js'
import { isChartRoute } from '../route/chart-route.js'
import { formatRoute } from '../route/route.js'
import type { Accounts, Anonymous } from './accounts.js'
import { admit, issuedForLess, type Challenge, type Identity } from './admission.js'
import { basicChallenge, basicLogin, unauthorized } from './basic.js'
import { needOf } from './needs.js'
import { actions } from './permissions.js'
import { catalogScope, formatScope, type Scope } from './scope.js'
import { service, TokenSigner } from './token.js'
import { tokenService } from './token-service.js'

export interface AccessOptions {
  readonly accounts: Accounts
  readonly anonymous: Anonymous
}

const nobody: Identity = { account: undefined, scopes: undefined }

/** Login with a name and a password on every request (RFC 7617). */
export function basicAccess({ accounts, anonymous }: AccessOptions): Stage {
  const challenge: Challenge = () => basicChallenge
  const admission = { accounts, anonymous, openBase: anonymous === 'push', challenge }
  return (call, next) => {
    const header = call.headers.authorization
    const account = header === undefined ? undefined : basicLogin(header, accounts.check, basicChallenge)
    return whenReady(account, (name) => {
      admit(call, name === undefined ? nobody : { account: name, scopes: undefined }, admission)
      return next()
    })
  }
}

/**
 * Login with a token (distribution's "Token Authentication Specification"): a challenge names the service that issues
 * them, which is this registry too, and the scope that a token must have. A name and a password are taken in place of a
 * token, as several registries do, but never asked for.
 * @param lifetime How long tokens are good, in seconds.
 */
export function tokenAccess({ accounts, anonymous, lifetime }: AccessOptions & { readonly lifetime: number }): Stage {
  const signer = new TokenSigner()
  const answerTokens = tokenService({ accounts, anonymous, lifetime, signer })
  const admission = { accounts, anonymous, openBase: false, challenge: tokenChallenge }
  return (call, next) => {
    if (call.route.kind === 'token') return answerTokens(call)
    return whenReady(identityOf(call, accounts, signer), (identity) => {
      admit(call, identity, admission)
      return next()
    })
  }
}

function identityOf(call: Call, accounts: Accounts, signer: TokenSigner): Awaitable<Identity> {
  const header = call.headers.authorization
  if (header === undefined) return nobody
  const token = /^bearer +([\w.-]+) *$/i.exec(header)?.[1]
  if (token !== undefined) return bearerOf(call, token, signer)
  return whenReady(basicLogin(header, accounts.check, tokenChallenge(call)), (account) =>
    account === undefined ? nobody : { account, scopes: undefined },
  )
}

/** What is thrown at a call whose token does not do: it has expired, or was issued for less than the call needs. */
export type TokenRefusal = (call: Call, why: 'expired' | 'insufficient') => unknown

export const tokenRefusal: TokenRefusal = (call, why) =>
  why === 'expired'
    ? unauthorized('this token has expired: get a new one', tokenChallenge(call, needOf(call), 'invalid_token'))
    : issuedForLess(tokenChallenge(call, needOf(call), 'insufficient_scope'))

function bearerOf(call: Call, token: string, signer: TokenSigner): Identity {
  const claims = signer.read(token)
  if (claims?.use !== 'access') {
    throw unauthorized(
      'this token is none that this registry has issued',
      tokenChallenge(call, needOf(call), 'invalid_token'),
    )
  }
  if (claims.expires !== undefined && call.at >= claims.expires * 1000) {
    throw tokenRefusal(call, 'expired')
  }
  call.scopes = claims.scopes
  return claims
}

/**
 * The challenge of a token registry. The realm is where the client has reached us: one of another scheme or name could
 * be out of its reach (nerdctl#3044).
 */
function tokenChallenge(
  { origin, route }: Call,
  need?: Parameters<Challenge>[1],
  error?: Parameters<Challenge>[2],
): string {
  // Helm knows no tokens for classic repositories.
  if (isChartRoute(route)) return basicChallenge
  // What stands in a header between quotation marks must not hold any.
  if (!/^[\w.:[\]-]+$/.test(origin.host)) throw new RegistryError('BAD_REQUEST', 'send a Host header that names a host')
  const scope = need && scopeOf(need)
  return [
    `Bearer realm="${origin.scheme}://${origin.host}${formatRoute({ kind: 'token' })}"`,
    `service="${service}"`,
    ...(scope ? [`scope="${formatScope(scope)}"`] : []),
    ...(error ? [`error="${error}"`] : []),
  ].join(',')
}

// Who is to push is told to ask for pull as well: clients look whether a blob is there before they send it.
function scopeOf(need: Parameters<Challenge>[1]): Scope | undefined {
  if (need.kind === 'catalog') return catalogScope
  if (need.kind !== 'repository') return undefined
  const { repository, action } = need
  return {
    type: 'repository',
    name: repository,
    actions: action === 'push' ? actions.filter((one) => one !== 'delete') : [action],
  }
}
