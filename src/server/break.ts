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
  if (how === 'end') socket.destroy()
  else (below.get(socket) ?? socket).resetAndDestroy()
}
