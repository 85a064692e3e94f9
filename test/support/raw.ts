import { connect } from 'node:net'

/** A reply as it came over the wire. */
export interface RawReply {
  readonly status: number
  /** Names in lower case; values of a repeated header joined by a newline. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly text: string
}

/** A request whose target, headers and body reach the server exactly as they are given. */
export interface RawRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

/**
 * Sends one request over a connection of its own, byte for byte as given: no client library may mend what a test
 * breaks. Content-Length is added for a body unless the headers say how long it is.
 */
export async function raw(port: number, target: string, request: RawRequest = {}): Promise<RawReply> {
  const { method = 'GET', headers = {}, body = '' } = request
  const bytes = Buffer.from(body)
  const named = Object.keys(headers).map((name) => name.toLowerCase())
  const sized = named.includes('content-length') || named.includes('transfer-encoding')
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(named.includes('host') ? [] : [`Host: 127.0.0.1:${port}`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(sized || (bytes.length === 0 && (method === 'GET' || method === 'HEAD'))
      ? []
      : [`Content-Length: ${bytes.length}`]),
    'Connection: close',
  ]
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]))
  return parseReply(Buffer.concat(await socket.toArray()), method)
}

/** Reads the bytes of one reply. */
export function parseReply(bytes: Buffer, method: string): RawReply {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) throw new Error(`no reply: ${JSON.stringify(bytes.toString('latin1').slice(0, 200))}`)
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = name in headers ? `${headers[name]}\n${value}` : value
  }
  const rest = bytes.subarray(end + 4)
  const body = headers['transfer-encoding'] === 'chunked' && method !== 'HEAD' ? dechunk(rest) : rest
  return { status: Number(first.split(' ')[1]), headers, body, text: body.toString() }
}

function dechunk(bytes: Buffer): Buffer {
  const chunks: Buffer[] = []
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString(), 16)
    if (!(size > 0)) return Buffer.concat(chunks)
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}
