import { createServer, type Server, type Socket } from 'node:net'

/** The sockets that a registry listens on: one address, or both loopback addresses with one port. */
export interface Bound {
  readonly servers: readonly Server[]
  readonly port: number
}

// Each try takes a port that was free for IPv4; eight in a row taken for IPv6 alone mean something else is wrong.
const pairTries = 8

/**
 * Listens on `host`, or, when it is undefined, on 127.0.0.1 and ::1 with the same port (127.0.0.1 alone where there is
 * no IPv6): clients take `localhost` for either. Never on all interfaces unless `host` says so.
 * @param port 0 for one that the system chooses.
 * @throws Error that names the address when it is taken or not ours; nothing is left listening.
 */
export async function bind(host: string | undefined, port: number, accept: (socket: Socket) => void): Promise<Bound> {
  if (host !== undefined) return only(await listen(host, port, accept))
  for (let tries = 1; ; tries++) {
    const ipv4 = await listen('127.0.0.1', port, accept)
    const chosen = portOf(ipv4)
    try {
      return { servers: [ipv4, await listen('::1', chosen, accept)], port: chosen }
    } catch (error) {
      const { code } = (error as Error).cause as NodeJS.ErrnoException
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return only(ipv4)
      await new Promise((resolve) => ipv4.close(resolve))
      if (code !== 'EADDRINUSE' || port !== 0 || tries === pairTries) throw error
    }
  }
}

const only = (server: Server): Bound => ({ servers: [server], port: portOf(server) })

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

function listen(host: string, port: number, accept: (socket: Socket) => void): Promise<Server> {
  // HTTP needs half-open sockets: a client may end its side and still read the reply.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept)
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(explain(error, host, port)))
    server.listen({ host, port, exclusive: true }, () => {
      server.removeAllListeners('error')
      resolve(server)
    })
  })
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there; choose another port, or 0 for a free one',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'this user may not use that port; choose one above 1023',
  ENOTFOUND: 'no such host',
}

function explain(error: Error, host: string, port: number): Error {
  const { code = '' } = error as NodeJS.ErrnoException
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  return new Error(`cannot listen on ${address}: ${reasons[code] ?? error.message}`, { cause: error })
}
