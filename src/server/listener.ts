import { createServer as createHttpServer, type IncomingMessage, type ServerResponse, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { bind } from './bind.js'
import { speaksOver } from './break.js'
import { Connections } from './connections.js'
import type { RequestHandler } from './handle.js'

export interface ListenOptions {
  readonly host: string | undefined
  readonly port: number
  /** Certificate and key; without them the port speaks plain http. */
  readonly tls: Pick<SecureContextOptions, 'cert' | 'key'> | undefined
  readonly handle: RequestHandler
  /** Whether the process may end while this listens. */
  readonly unref: boolean
}

export interface Listener {
  readonly port: number
  /** Stops accepting, lets running requests end for up to `grace` milliseconds, and leaves no handle open. */
  readonly close: (grace: number) => Promise<void>
}

// A pooled client may send its next request just when a shorter keep-alive ends (nodejs/node#52649).
const keepAlive = 120_000
// Without a byte in either direction.
const stall = 300_000
const handshakeTimeout = 10_000
const tlsRecord = 0x16

/** Listens for http, or for http and https on one port, told apart by the first byte that a client sends. */
export async function listen({ host, port, tls, handle, unref }: ListenOptions): Promise<Listener> {
  const connections = new Connections()
  const http = prepare(createHttpServer({ requireHostHeader: false }), connections, handle)
  http.on('connection', (socket: Socket) => connections.speak(socket))
  const speak = tls
    ? await speakBoth(http, tls, connections, handle)
    : (socket: Socket) => void http.emit('connection', socket)
  const bound = await bind(host, port, (socket) => {
    connections.accept(socket)
    if (unref) socket.unref()
    speak(socket)
  })
  connections.breakStalled(stall)
  if (unref) for (const server of bound.servers) server.unref()
  return {
    port: bound.port,
    async close(grace) {
      const closed = bound.servers.map((server) => new Promise((resolve) => server.close(resolve)))
      await connections.end(grace)
      await Promise.all(closed)
      // A client in this process hears of its closed connections in the next turns; one that pools them would
      // otherwise send its first request to a registry that is started on the same port into a dead one.
      for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate)
    },
  }
}

async function speakBoth(
  http: Server,
  { cert, key }: Pick<SecureContextOptions, 'cert' | 'key'>,
  connections: Connections,
  handle: RequestHandler,
): Promise<(socket: Socket) => void> {
  // Loaded here, because a registry without TLS should not wait for it.
  const { createServer } = await import('node:https')
  const https = prepare(createServer({ cert, key, handshakeTimeout, requireHostHeader: false }), connections, handle)
  // By where it comes from, which is all that a TLS socket says of the one below it.
  const shaking = new Map<string, Socket>()
  const peer = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
  https.on('secureConnection', (socket: Socket) => {
    const accepted = shaking.get(peer(socket))
    if (accepted) speaksOver(socket, accepted)
    connections.speak(socket)
  })
  // A client that does not trust our CA ends the handshake: it knows why, and nobody here has to.
  https.on('tlsClientError', (_error, socket) => socket.destroy())
  return (socket) => {
    socket.on('error', () => socket.destroy())
    const giveUp = (): void => void socket.destroy()
    socket.setTimeout(stall, giveUp)
    // A probe that only wanted to know whether somebody listens.
    socket.once('end', giveUp)
    socket.once('data', (bytes: Buffer) => {
      // From here on the servers watch over it; this stream would not see what passes below it under TLS.
      socket.setTimeout(0, giveUp)
      socket.off('end', giveUp)
      socket.pause()
      socket.unshift(bytes)
      if (bytes[0] === tlsRecord) {
        const key = peer(socket)
        shaking.set(key, socket)
        socket.once('close', () => shaking.delete(key))
        // TLS takes what was put back by itself, and reads below the stream from then on.
        https.emit('connection', socket)
      } else {
        http.emit('connection', socket)
        socket.resume()
      }
    })
  }
}

function prepare<S extends Server>(server: S, connections: Connections, handle: RequestHandler): S {
  server.keepAliveTimeout = keepAlive
  server.requestTimeout = 0
  // A client may end its side and still read the reply, as `nc -N` does. node's types do not know the property.
  Object.assign(server, { httpAllowHalfOpen: true })
  const on = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    connections.begin(response)
    handle(request, response, expectsContinue)
  }
  server.on('request', on(false))
  server.on('checkContinue', on(true))
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const body = errorBody('this registry knows no other Expect than 100-continue')
    response.writeHead(417, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body)
  })
  server.on('clientError', (error: Error, socket: Socket) => {
    refuseMalformed(error, socket, connections.isReplying(socket))
  })
  return server
}

// What node cannot parse never becomes a request. A TLS handshake gets node's own bare 400: it is no HTTP at all.
function refuseMalformed(
  error: Error & { code?: string; rawPacket?: Buffer },
  socket: Socket,
  replying: boolean,
): void {
  if (!socket.writable || replying) {
    socket.destroy(error)
    return
  }
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'the request headers are larger than 16 KiB']
      : ['400 Bad Request', 'this is not an HTTP/1.1 request']
  const body = error.rawPacket?.[0] === tlsRecord ? '' : errorBody(message)
  const type = body && 'Content-Type: application/json\r\n'
  socket.end(`HTTP/1.1 ${status}\r\n${type}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
}

const errorBody = (message: string): string => JSON.stringify({ errors: [{ code: 'BAD_REQUEST', message }] })
