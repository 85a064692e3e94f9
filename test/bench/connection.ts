import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A reply, as far as pushing clients look at it. */
export interface Reply {
  readonly status: number
  readonly location: string | undefined
}

const chunkedBody = 'Transfer-Encoding: chunked\r\n'

/**
 * One keep-alive connection with one request at a time, on a bare socket: node's own client costs several times what a
 * registry does, and would be what is measured.
 */
export class Connection {
  readonly #socket: Socket
  readonly #host: string
  #received = ''
  #answer: { readonly bodyless: boolean; readonly resolve: (reply: Reply) => void } | undefined
  #fail: (error: Error) => void = () => {}

  private constructor(socket: Socket, host: string) {
    this.#socket = socket
    this.#host = host
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#take(text))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  /** Connects to a server. */
  static async open({ hostname, port, host }: URL): Promise<Connection> {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    return new Connection(socket, host)
  }

  /** Sends a request and waits for the whole of its reply. `chunked` sends the body as streaming clients do. */
  request(
    method: string,
    target: string,
    { body, chunked = false, type, accept }: { body?: Buffer; chunked?: boolean; type?: string; accept?: string } = {},
  ): Promise<Reply> {
    const length = chunked ? chunkedBody : `Content-Length: ${body?.length ?? 0}\r\n`
    const typed = type === undefined ? '' : `Content-Type: ${type}\r\n`
    const wanted = accept === undefined ? '' : `Accept: ${accept}\r\n`
    const head = `${method} ${target} HTTP/1.1\r\nHost: ${this.#host}\r\n${typed}${wanted}${length}\r\n`
    this.#socket.cork()
    this.#socket.write(chunked && body ? `${head}${body.length.toString(16)}\r\n` : head, 'latin1')
    if (body) this.#socket.write(body)
    if (chunked) this.#socket.write('\r\n0\r\n\r\n')
    this.#socket.uncork()
    return new Promise((resolve, reject) => {
      this.#answer = { bodyless: method === 'HEAD', resolve }
      this.#fail = reject
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(text: string): void {
    this.#received += text
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0 || !this.#answer) return
    const head = this.#received.slice(0, end + 2)
    const status = Number(head.slice(9, 12))
    const length = this.#answer.bodyless || status === 204 ? 0 : lengthOf(head)
    if (length === undefined) return this.#fail(new Error(`a reply without Content-Length: ${head}`))
    if (this.#received.length < end + 4 + length) return
    this.#received = ''
    this.#answer.resolve({ status, location: /^location: (.*)\r$/im.exec(head)?.[1] })
  }
}

/** The Content-Length of a reply's head; undefined when it has none. */
export function lengthOf(head: string): number | undefined {
  const length = /^content-length: (\d+)\r$/im.exec(head)?.[1]
  return length === undefined ? undefined : Number(length)
}
