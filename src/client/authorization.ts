import { parseChallenges, type Challenge } from './challenge.js'
import { ClientError, refusalText } from './errors.js'
import { isLoopback } from './reference.js'
import type { Response, Transport } from './transport.js'

/**
 * How somebody logs in to a registry: with a name and a password, with a token that others are got with, or with one
 * that the registry takes itself.
 */
export type Login =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string }
  | { readonly registryToken: string }

/** Finds the login of a registry, by its host and port as references have them; undefined for none. */
export type Credentials = (registry: string) => Promise<Login | undefined>

const replyLimit = 256 << 10

/**
 * Answers a registry's challenges (distribution's "Token Authentication Specification", RFC 7617): with a name and a
 * password, or with a token that is got from where the challenge says, for somebody who is logged in or for nobody.
 */
export class Authorization {
  readonly #registry: string
  readonly #credentials: Credentials
  readonly #transport: Transport
  #login: Login | undefined

  constructor(registry: string, credentials: Credentials, transport: Transport) {
    this.#registry = registry
    this.#credentials = credentials
    this.#transport = transport
  }

  /**
   * The header that a challenge asks for.
   * @param header WWW-Authenticate, as it came.
   * @param url What was asked for; over plain http only loopback is told a password.
   * @param scope What the token is for, unless the challenge says.
   * @throws ClientError UNAUTHORIZED with what to do; DENIED, REFUSED or BAD_REPLY from the service that issues tokens.
   */
  async answer(header: string | undefined, url: URL, scope: string): Promise<string> {
    const challenges = parseChallenges(header ?? '')
    const find = (scheme: string): Challenge | undefined => challenges.find((one) => one.scheme === scheme)
    const [bearer, basic] = [find('bearer'), find('basic')]
    const login = await this.#credentials(this.#registry)
    this.#login = login
    if (login) requireSafe(url, this.#registry)
    if (bearer && login && 'registryToken' in login) return `Bearer ${login.registryToken}`
    if (bearer) return `Bearer ${await this.#token(bearer, login, scope)}`
    if (!basic) {
      const offered = challenges.map((one) => one.scheme).join(', ') || 'none'
      throw new ClientError(
        'UNAUTHORIZED',
        `${this.#registry} asks for a login of a kind that is not known: ${offered}`,
      )
    }
    if (!login) throw this.#logInFirst()
    if (!('username' in login)) {
      throw new ClientError(
        'UNAUTHORIZED',
        `${this.#registry} asks for a name and a password, and its login is a token`,
      )
    }
    return basicHeader(login)
  }

  /** The error for a reply that refuses what was answered to its challenge. */
  refused(reply: Response): ClientError {
    if (!this.#login) return this.#logInFirst()
    const { status } = reply
    return new ClientError('UNAUTHORIZED', `${this.#registry} does not take the login: ${told(reply)}`, { status })
  }

  async #token({ parameters }: Challenge, login: Login | undefined, wanted: string): Promise<string> {
    const realm = URL.canParse(parameters.get('realm') ?? '') ? new URL(parameters.get('realm') as string) : undefined
    if (realm?.protocol !== 'https:' && realm?.protocol !== 'http:') {
      throw new ClientError('BAD_REPLY', `${this.#registry} does not say where its tokens are issued`)
    }
    if (login) requireSafe(realm, this.#registry)
    const service = parameters.get('service')
    const scope = parameters.get('scope') ?? wanted
    const query = { ...(service !== undefined && { service }), scope }
    const reply = await (login && 'identityToken' in login
      ? this.#refresh(realm, query, login.identityToken)
      : this.#ask(realm, query, login))
    if (reply.status === 401 || reply.status === 403) throw this.refused(reply)
    if (reply.status !== 200) {
      throw new ClientError('REFUSED', `${realm.origin} issued no token for ${this.#registry}: ${told(reply)}`, {
        status: reply.status,
      })
    }
    return tokenOf(reply, realm)
  }

  #ask(realm: URL, query: Readonly<Record<string, string>>, login: Login | undefined): Promise<Response> {
    const url = new URL(realm)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const headers = login && 'username' in login ? { Authorization: basicHeader(login) } : {}
    return this.#transport.send({ method: 'GET', url, headers, limit: replyLimit })
  }

  // OAuth 2 (RFC 6749 §6), which alone takes an identity token.
  #refresh(url: URL, query: Readonly<Record<string, string>>, identityToken: string): Promise<Response> {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'start-registry',
      ...query,
      refresh_token: identityToken,
    }).toString()
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(Buffer.byteLength(body)),
    }
    return this.#transport.send({ method: 'POST', url, headers, body, limit: replyLimit })
  }

  #logInFirst(): ClientError {
    return new ClientError(
      'UNAUTHORIZED',
      `${this.#registry} asks for a login: docker login ${this.#registry}, or podman login --authfile ~/.docker/config.json ${this.#registry}`,
    )
  }
}

const basicHeader = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

function requireSafe({ protocol, hostname, origin }: URL, registry: string): void {
  if (protocol === 'https:' || isLoopback(hostname)) return
  throw new ClientError('PLAIN_HTTP', `the login of ${registry} would be sent to ${origin} unencrypted, and is not`)
}

function tokenOf({ body }: Response, realm: URL): string {
  let json: { token?: unknown; access_token?: unknown } | null
  try {
    json = JSON.parse(body.toString()) as typeof json
  } catch (error) {
    throw new ClientError('BAD_REPLY', `${realm.origin} issued something that is no token`, { cause: error })
  }
  const token = json?.token || json?.access_token
  // It goes into a header.
  if (typeof token === 'string' && /^[\u0021-\u007e]+$/.test(token)) return token
  throw new ClientError('BAD_REPLY', `${realm.origin} issued something that is no token`)
}

/** A refusal in words: the status, and what the registry says of it. */
export const told = ({ status, body }: Pick<Response, 'status' | 'body'>): string =>
  [`status ${status}`, refusalText(body)].filter((text) => text !== '').join(', ')
