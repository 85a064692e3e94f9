import { Authorization, told, type Credentials } from './authorization.js'
import { ClientError } from './errors.js'
import { isLoopback, type RepositoryReference } from './reference.js'
import { Transport, type Response, type TransportOptions } from './transport.js'

export interface ClientOptions extends TransportOptions {
  /** Finds the login of a registry. @default nobody's */
  readonly credentials?: Credentials | undefined
  /** Where the registry is, such as `http://registry:5000`. @default https, and http where that is not spoken on this machine */
  readonly origin?: string | undefined
  /** What requests go over, when several connections share it: then `close` leaves it open. @default one of its own */
  readonly transport?: Transport | undefined
}

/** What is asked for besides a path. */
export interface Asked {
  readonly accept: string
  /** The most bytes that the reply may have; 'stream' for one that is read one piece after another. */
  readonly limit: number | 'stream'
  /** @default 'GET' */
  readonly method?: 'GET' | 'HEAD' | undefined
}

const mostRedirects = 5

/**
 * What GETs of one repository go over: https, and on this machine http where https is not spoken. It logs in when it
 * is told to, and follows redirects, without the login to where it is not for.
 */
export class Connection {
  readonly #reference: RepositoryReference
  readonly #transport: Transport
  readonly #isShared: boolean
  readonly #authorization: Authorization
  /** Where the registry was reached. */
  #origin: string | undefined
  #header: string | undefined

  constructor(
    reference: RepositoryReference,
    { credentials = nobody, origin, transport, ...options }: ClientOptions = {},
  ) {
    this.#reference = reference
    this.#origin = origin
    this.#transport = transport ?? new Transport(options)
    this.#isShared = transport !== undefined
    this.#authorization = new Authorization(reference.registry, credentials, this.#transport)
  }

  /** Where the registry was reached, scheme and host; undefined before it has answered. */
  get origin(): string | undefined {
    return this.#origin
  }

  /**
   * One reply of the registry, of any status but 401.
   * @param path A path with its query.
   * @throws ClientError
   */
  async get(path: string, asked: Asked): Promise<Response> {
    const first = await this.#attempt(path, asked)
    if (first.reply.status !== 401) return first.reply
    const scope = `repository:${this.#reference.repository}:pull`
    this.#header = await this.#authorization.answer(first.reply.headers['www-authenticate'], first.url, scope)
    const { reply } = await this.#attempt(path, asked)
    if (reply.status === 401) throw this.#authorization.refused(reply)
    return reply
  }

  /** Ends the connections that are kept. */
  close(): void {
    if (!this.#isShared) this.#transport.close()
  }

  async #attempt(path: string, asked: Asked): Promise<Answer> {
    let answer = await (this.#origin === undefined
      ? this.#reach(path, asked)
      : this.#send(new URL(path, this.#origin), asked))
    for (let count = 0; isRedirect(answer.reply); count++) {
      if (count === mostRedirects) throw this.#badRedirect('too many times')
      answer = await this.#send(this.#redirected(answer), asked)
    }
    return answer
  }

  // As cosign does: https first, also on this machine, so that what speaks both is spoken to safely.
  async #reach(path: string, asked: Asked): Promise<Answer> {
    const { registry } = this.#reference
    try {
      return await this.#reachBy('https', path, asked)
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'UNREACHABLE' || isFinal(error)) throw error
      if (isLoopback(registry)) return this.#reachBy('http', path, asked)
      const only = 'plain http is only spoken with this machine (localhost, 127.0.0.1, [::1])'
      throw new ClientError('UNREACHABLE', `${error.message}; ${only}`, { cause: error })
    }
  }

  async #reachBy(scheme: string, path: string, asked: Asked): Promise<Answer> {
    const url = new URL(path, `${scheme}://${this.#reference.registry}`)
    const answer = await this.#send(url, asked)
    this.#origin = url.origin
    return answer
  }

  async #send(url: URL, { accept, limit, method = 'GET' }: Asked): Promise<Answer> {
    const own = this.#header !== undefined && url.origin === this.#origin
    const headers = { Accept: accept, ...(own && { Authorization: this.#header as string }) }
    return { url, reply: await this.#transport.send({ method, url, headers, limit }) }
  }

  #redirected({ reply, url: from }: Answer): URL {
    const location = reply.headers.location ?? ''
    if (!URL.canParse(location, from.href)) throw this.#badRedirect('to nowhere')
    const url = new URL(location, from)
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw this.#badRedirect(`to ${url.protocol}`)
    if (url.protocol === 'http:' && url.origin !== from.origin && !isLoopback(url.hostname))
      throw this.#badRedirect(`to plain http, at ${url.host}`)
    // A name and a password that a URL holds would be sent as a login.
    url.username = ''
    url.password = ''
    return url
  }

  #badRedirect(how: string): ClientError {
    return new ClientError('BAD_REPLY', `${this.#reference.registry} redirects ${how}`)
  }
}

interface Answer {
  readonly reply: Response
  /** What gave it, behind all redirects. */
  readonly url: URL
}

const nobody: Credentials = () => Promise.resolve(undefined)

const isRedirect = ({ status, headers }: Response): boolean =>
  [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined

// http would fail in the same way.
const isFinal = ({ cause }: ClientError): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '')

/** @throws ClientError DENIED or REFUSED for another status than 200. */
export function expectStatus(reply: Response, { registry, repository }: RepositoryReference, what: string): void {
  const { status, headers } = reply
  if (status === 200) return
  const code = status === 403 ? 'DENIED' : 'REFUSED'
  throw new ClientError(code, `${registry} does not give ${what} of ${repository}: ${told(reply)}`, {
    status,
    retryAfter: headers['retry-after'],
  })
}
