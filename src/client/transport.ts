import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { rootCertificates } from 'node:tls'
import { ClientError } from './errors.js'

export interface TransportOptions {
  /** PEM text of certificates to trust beside the ones that node trusts. */
  readonly ca?: string | undefined
  /** Milliseconds that an exchange may take, from connecting to the last byte. @default 60 000 */
  readonly timeout?: number | undefined
}

/** A request of this client. */
export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** The most bytes that the body of a 200 may have; 'stream' for any number, which are then read one after another. */
  readonly limit: number | 'stream'
}

/** A reply. */
export interface Response {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The whole body of a 200; of another status, as much as somebody may want to read. */
  readonly body: Buffer
  /**
   * The body of a 200 that was to be streamed; it must be read, or its connection stays open. It fails with a ClientError
   * UNREACHABLE when the connection does, or when no byte comes for as long as an exchange may take.
   */
  readonly stream?: AsyncIterable<Buffer> | undefined
}

/** Sends requests, over connections that are kept for the next one. Connections that are idle keep no process alive. */
export class Transport {
  readonly #http: HttpAgent
  readonly #https: HttpsAgent
  readonly #timeout: number

  constructor({ ca, timeout = 60_000 }: TransportOptions = {}) {
    this.#http = new HttpAgent({ keepAlive: true })
    // Setting `ca` takes the place of what node trusts by itself, so that is named as well.
    this.#https = new HttpsAgent({ keepAlive: true, ...(ca !== undefined && { ca: [...rootCertificates, ca] }) })
    this.#timeout = timeout
  }

  /**
   * Sends a request and reads its reply.
   * @throws ClientError UNREACHABLE, UNTRUSTED, or TOO_LARGE when the body has more bytes than may come.
   */
  async send(request: Request): Promise<Response> {
    try {
      return await this.#exchange(request)
    } catch (error) {
      // The server ended the connection while it was idle, and we have used it in the same moment.
      if (error instanceof StaleConnection) return this.#exchange(request)
      throw error
    }
  }

  /** Ends the connections that are kept. */
  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }

  #exchange({ method, url, headers, body, limit }: Request): Promise<Response> {
    const timeout = this.#timeout
    const secure = url.protocol === 'https:'
    const send = secure ? httpsRequest : httpRequest
    return new Promise((resolve, reject) => {
      const request = send(url, {
        method,
        headers: { ...common, ...headers },
        agent: secure ? this.#https : this.#http,
      })
      const fail = (error: Error): void => {
        clearTimeout(timer)
        reject(error)
        request.destroy()
      }
      const timer = setTimeout(() => fail(noAnswer(url, timeout)), timeout)
      request.on('error', (error: NodeJS.ErrnoException) => {
        fail(request.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection() : explain(url, error))
      })
      request.on('response', (response) => {
        const { statusCode: status = 0, headers } = response
        if (status === 200 && limit === 'stream') {
          clearTimeout(timer)
          resolve({ status, headers, body: Buffer.alloc(0), stream: streamOf(response, url, timeout) })
          return
        }
        read(response, method === 'HEAD' || limit === 'stream' ? Infinity : limit)
          .then((bytes) => resolve({ status, headers, body: bytes }))
          .catch((error: Error) => fail(error instanceof ClientError ? error : explain(url, error)))
          .finally(() => clearTimeout(timer))
      })
      request.end(body)
    })
  }
}

class StaleConnection extends Error {}

const common = { 'User-Agent': 'start-registry', Connection: 'keep-alive' }

const refusalLimit = 64 << 10

async function read(response: IncomingMessage, limit: number): Promise<Buffer> {
  if (response.statusCode !== 200) return readStart(response, refusalLimit)
  const announced = Number(response.headers['content-length'] ?? 0)
  if (announced > limit) throw tooLarge(announced, limit)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw tooLarge(size, limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

async function readStart(response: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= limit) break
  }
  return Buffer.concat(chunks, Math.min(size, limit))
}

async function* streamOf(
  response: IncomingMessage,
  url: URL,
  timeout: number,
): AsyncGenerator<Buffer, void, undefined> {
  response.setTimeout(timeout, () => response.destroy(noAnswer(url, timeout)))
  try {
    yield* response as AsyncIterable<Buffer>
  } catch (error) {
    throw error instanceof ClientError ? error : explain(url, error as NodeJS.ErrnoException)
  }
}

const tooLarge = (size: number, limit: number): ClientError =>
  new ClientError('TOO_LARGE', `the reply has ${size} bytes or more, and at most ${limit} are read`)

const noAnswer = (url: URL, timeout: number): ClientError =>
  new ClientError('UNREACHABLE', `${url.origin} has not answered within ${timeout} ms`)

function explain(url: URL, error: NodeJS.ErrnoException): ClientError {
  const { code = '' } = error
  if (/^(?:EPROTO|ERR_SSL_)/.test(code)) {
    return new ClientError('UNREACHABLE', `${url.host} does not speak https (${code})`, { cause: error })
  }
  if (/CERT|SELF_SIGNED|^UNABLE_TO_/.test(code)) {
    return new ClientError(
      'UNTRUSTED',
      `the certificate of ${url.host} is not trusted (${code}): name its CA with --ca-file, or in NODE_EXTRA_CA_CERTS`,
      { cause: error },
    )
  }
  // An attempt at several addresses has no message of its own.
  const said = error.message || code
  const reason = reasons[code] ?? said
  return new ClientError('UNREACHABLE', `cannot reach ${url.origin}: ${reason}`, { cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOTFOUND: 'there is no such host (ENOTFOUND)',
  EAI_AGAIN: 'the name cannot be looked up now (EAI_AGAIN)',
  ECONNRESET: 'the connection was closed before the reply was whole (ECONNRESET)',
}
