import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { lengthOf } from './connection.js'
import { processorSeconds } from './proc.js'
import { mean, median } from './spread.js'

/** What is asked for, again and again. */
export interface Target {
  readonly url: URL
  readonly path: string
  readonly pid: number
  /** The certificate to trust, for https. */
  readonly ca?: string | undefined
}

/** What a slice of load came to. */
export interface Load {
  readonly perSecond: number
  /** Processor time of the server for each request, in microseconds; undefined where it cannot be told. */
  readonly processor: number | undefined
  /** How much of one core the server was busy: well below 1, and the load was too light to measure it. */
  readonly busy: number | undefined
}

const connections = 16

/**
 * Sends GET after GET on each of 16 keep-alive connections for some time, none before the last reply is whole.
 * Replies of one target have one length, so that counting bytes is all the reading they need: a generator that parsed
 * more would be slower than the server that it is to measure.
 * @throws Error when a reply is not a 200.
 */
export async function load(target: Target, milliseconds: number): Promise<Load> {
  const clients = Array.from({ length: connections }, () => new Client(target))
  await Promise.all(clients.map((client) => client.ask(0)))
  const busyBefore = processorSeconds(target.pid)
  const began = performance.now()
  const counts = await Promise.all(clients.map((client) => client.ask(began + milliseconds)))
  const seconds = (performance.now() - began) / 1000
  const busyAfter = processorSeconds(target.pid)
  for (const client of clients) client.close()
  const requests = counts.reduce((sum, count) => sum + count, 0)
  const used = busyAfter === undefined || busyBefore === undefined ? undefined : busyAfter - busyBefore
  return {
    perSecond: requests / seconds,
    processor: used && (used * 1e6) / requests,
    busy: used && used / seconds,
  }
}

/** Some slices of load in words: requests per second, the server's time for one, and how busy it was. */
export function describe(loads: readonly Load[]): string {
  const rate = `${Math.round(median(loads.map(({ perSecond }) => perSecond))).toLocaleString('en-US')}/s`
  const processor = loads.flatMap((load) => load.processor ?? [])
  const busy = loads.flatMap((load) => load.busy ?? [])
  if (processor.length === 0 || busy.length === 0) return rate
  return `${rate} (${mean(processor).toFixed(1)} µs, ${(mean(busy) * 100).toFixed(0)} % busy)`
}

class Client {
  readonly #socket: Socket
  readonly #request: Buffer
  #replyLength = 0
  #received = 0
  #head = ''
  #count = 0
  #until = 0
  #done: (count: number) => void = () => {}
  #fail: (error: Error) => void = () => {}

  constructor({ url, path, ca }: Target) {
    this.#request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nAccept: */*\r\n\r\n`)
    const address = { host: url.hostname, port: Number(url.port), noDelay: true }
    if (url.protocol === 'https:') {
      this.#socket = connectTls({ ...address, ca })
      this.#socket.on('data', (bytes: Buffer) => this.#take(bytes, bytes.length))
    } else {
      const callback = (length: number, buffer: Uint8Array): boolean => this.#take(buffer as Buffer, length)
      this.#socket = connect({ ...address, onread: { buffer: Buffer.alloc(64 << 10), callback } })
    }
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error(`${url.host} closed the connection`)))
  }

  /** Asks once, and again until a moment has come; answers how often. */
  ask(until: number): Promise<number> {
    this.#count = 0
    this.#until = until
    this.#socket.write(this.#request)
    return new Promise((resolve, reject) => {
      this.#done = resolve
      this.#fail = reject
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(bytes: Buffer, length: number): boolean {
    // The first digit of the status: "HTTP/1.1 2".
    if (this.#received === 0 && bytes[9] !== 0x32) {
      this.#fail(new Error(`not a 200: ${bytes.toString('latin1', 0, length)}`))
      return true
    }
    this.#received += length
    if (this.#replyLength === 0) this.#learn(bytes.toString('latin1', 0, length))
    if (this.#received !== this.#replyLength) return true
    this.#received = 0
    this.#count++
    if (performance.now() < this.#until) this.#socket.write(this.#request)
    else this.#done(this.#count)
    return true
  }

  #learn(text: string): void {
    this.#head += text
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = lengthOf(this.#head.slice(0, end + 2))
    if (length === undefined) this.#fail(new Error(`a reply without Content-Length: ${this.#head}`))
    else this.#replyLength = end + 4 + length
  }
}
