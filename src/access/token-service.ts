import { whenReady, type Awaitable } from '../protocol/awaitable.js'
import { jsonReply, type Call, type Reply } from '../protocol/call.js'
import { RegistryError } from '../protocol/errors.js'
import { first } from '../route/query.js'
import type { Accounts, Anonymous } from './accounts.js'
import { basicChallenge, basicLogin, unauthorized } from './basic.js'
import { grantedScopes, parseScopes, formatScope, type Scope } from './scope.js'
import type { TokenSigner } from './token.js'

export interface TokenServiceOptions {
  readonly accounts: Accounts
  readonly anonymous: Anonymous
  /** Seconds that an access token is good for. */
  readonly lifetime: number
  readonly signer: TokenSigner
}

// A form of a few words; scopes of many repositories make it long.
const largestForm = 64 << 10

/**
 * The service that issues tokens: GET with a name and a password in the Authorization header (distribution's "Token
 * Authentication Specification"), and POST of a form (RFC 6749 §4.3 and §6, distribution's "OAuth2 Token
 * Authentication"), with grant_type password or refresh_token.
 */
export function tokenService(options: TokenServiceOptions): (call: Call) => Awaitable<Reply> {
  return (call) => {
    switch (call.method) {
      case 'GET':
      case 'HEAD':
        return answerGet(call, options)
      case 'POST':
        return answerPost(call, options)
      default:
        throw new RegistryError('UNSUPPORTED', 'get a token with GET or POST', {
          headers: { Allow: 'GET, HEAD, POST' },
        })
    }
  }
}

function answerGet(call: Call, options: TokenServiceOptions): Awaitable<Reply> {
  const { query, headers } = call
  const header = headers.authorization
  const scopes = readScopes(query.get('scope') ?? [])
  const account = header === undefined ? undefined : basicLogin(header, options.accounts.check, basicChallenge)
  return whenReady(account, (name) => {
    // Somebody who wants a token for nothing in particular wants to know whether the password is right.
    if (name === undefined && scopes.length === 0 && options.anonymous === 'none') throw logIn()
    return tokenReply(call, options, { account: name, scopes, refresh: first(query, 'offline_token') === 'true' })
  })
}

async function answerPost(call: Call, options: TokenServiceOptions): Promise<Reply> {
  const form = await readForm(call)
  const scopes = readScopes(form.getAll('scope'))
  const refresh = form.get('access_type') === 'offline'
  switch (form.get('grant_type')) {
    case 'password': {
      const [username, password] = [form.get('username') ?? '', form.get('password') ?? '']
      if (username === '') throw logIn()
      if (!(await options.accounts.check(username, password))) {
        throw unauthorized('wrong username or password', basicChallenge)
      }
      return tokenReply(call, options, { account: username, scopes, refresh })
    }
    case 'refresh_token': {
      const claims = options.signer.read(form.get('refresh_token') ?? '')
      if (claims?.use !== 'refresh' || claims.account === undefined || !options.accounts.has(claims.account)) {
        throw unauthorized('this refresh token is none that this registry has issued: log in again', basicChallenge)
      }
      return tokenReply(call, options, { account: claims.account, scopes, refresh })
    }
    default:
      throw new RegistryError('BAD_REQUEST', 'grant_type must be password or refresh_token')
  }
}

const logIn = (): RegistryError =>
  unauthorized('log in first: this registry asks for a username and a password', basicChallenge)

function readScopes(texts: readonly string[]): readonly Scope[] {
  const scopes = parseScopes(texts)
  if (typeof scopes !== 'string') return scopes
  throw new RegistryError('BAD_REQUEST', 'a scope is <type>:<name>:<actions>, such as repository:team/app:pull,push', {
    detail: { scope: scopes.slice(0, 256) },
  })
}

async function readForm({ headers, body }: Call): Promise<URLSearchParams> {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new RegistryError('BAD_REQUEST', 'POST a form: application/x-www-form-urlencoded', { status: 415 })
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > largestForm) throw new RegistryError('SIZE_INVALID', 'the form is larger than 64 KiB', { status: 413 })
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString())
}

interface Wanted {
  readonly account: string | undefined
  readonly scopes: readonly Scope[]
  /** Whether a refresh token is asked for, which lasts as long as the registry. */
  readonly refresh: boolean
}

// Both names of the token: clients of the older specification read `token`, those of OAuth2 `access_token`.
function tokenReply(call: Call, options: TokenServiceOptions, { account, scopes, refresh }: Wanted): Reply {
  const { accounts, anonymous, lifetime, signer } = options
  call.account = account
  const issued = call.at / 1000
  const granted = grantedScopes(scopes, accounts.permissions(account), account !== undefined || anonymous !== 'none')
  call.scopes = granted
  const token = signer.sign({ use: 'access', account, scopes: granted, issued, expires: issued + lifetime })
  return jsonReply(
    200,
    {
      token,
      access_token: token,
      token_type: 'Bearer',
      expires_in: lifetime,
      issued_at: new Date(call.at).toISOString(),
      scope: granted.map(formatScope).join(' '),
      ...(refresh &&
        account !== undefined && {
          refresh_token: signer.sign({ use: 'refresh', account, scopes: [], issued, expires: undefined }),
        }),
    },
    { 'Cache-Control': 'no-store' },
  )
}
