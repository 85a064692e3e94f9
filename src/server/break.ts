import type { Socket } from 'node:net'
import type { BrokenConnection } from '../protocol/broken-connection.js'

// What TLS is spoken over: node resets the sockets below it only.
const below = new WeakMap<Socket, Socket>()

/** Notes which accepted socket a TLS socket speaks over. */
export function speaksOver(tls: Socket, accepted: Socket): void {
  below.set(tls, accepted)
}

/** Breaks a connection as it is told to. What was written before is on its way by then, when it was waited for. */
export function breakConnection(socket: Socket, how: BrokenConnection['how']): void {
  const reset = how === 'reset' ? (below.get(socket) ?? socket) : undefined
  // resetAndDestroy() would end the connection in order first, and a client that reads that sees no reset.
  if (reset) Object.assign(reset, { resetAndClosing: true }).destroy()
  else socket.destroy()
}
