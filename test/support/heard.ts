import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { readFileSync } from 'node:fs'
import type { Registry } from 'start-registry'

/** What comes over one connection, and how it ended: in order (FIN), or with the code of an error. */
export interface Heard {
  readonly bytes: Buffer
  readonly ended: string
}

/** A connection to a registry over which bytes go as they are given; http or https, whichever it serves. */
export class RawConnection {
  readonly #socket: Socket
  readonly #ended: Promise<string>
  #chunks: Buffer[] = []
  #waiting: (() => void) | undefined

  constructor({ port, caFile }: Pick<Registry, 'port' | 'caFile'>) {
    this.#socket =
      caFile === undefined
        ? connectTcp({ host: '127.0.0.1', port })
        : connectTls({ host: '127.0.0.1', port, ca: readFileSync(caFile) })
    this.#socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#waiting?.()
    })
    this.#ended = new Promise((resolve) => {
      this.#socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      this.#socket.once('end', () => resolve('end'))
    })
    this.#socket.once('close', () => this.#waiting?.())
  }

  /** Sends bytes. */
  send(bytes: string | Buffer): void {
    this.#socket.write(bytes)
  }

  /** Waits until at least so many bytes have come in all. */
  async until(count: number): Promise<Buffer> {
    while (this.#received.length < count) await new Promise<void>((resolve) => (this.#waiting = resolve))
    return this.#received
  }

  /** Waits until a text has come. */
  async untilText(text: string): Promise<string> {
    while (!this.#received.includes(text)) await new Promise<void>((resolve) => (this.#waiting = resolve))
    return this.#received.toString('latin1')
  }

  /** Waits until the other side ends or breaks the connection. */
  async end(): Promise<Heard> {
    const ended = await this.#ended
    this.#socket.destroy()
    return { bytes: this.#received, ended }
  }

  close(): void {
    this.#socket.destroy()
  }

  get #received(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }
}

/** The head of a request, byte for byte. */
export const head = (method: string, target: string, headers: Readonly<Record<string, string | number>> = {}): string =>
  [
    `${method} ${target} HTTP/1.1`,
    ...Object.entries({ Host: 'registry.test', ...headers }).map(([name, value]) => `${name}: ${value}`),
  ]
    .concat(['', ''])
    .join('\r\n')

/** What one request brings until its connection ends. */
export function hear(registry: Pick<Registry, 'port' | 'caFile'>, request: string | Buffer): Promise<Heard> {
  const connection = new RawConnection(registry)
  connection.send(request)
  return connection.end()
}
