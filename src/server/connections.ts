import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The open connections of a server, and which of them are in the middle of a request. */
export class Connections {
  /** As they were accepted; under TLS each carries a socket of the next set. */
  readonly #accepted = new Set<Socket>()
  /** As HTTP sees them. */
  readonly #speaking = new Set<Socket>()
  readonly #running = new Set<ServerResponse>()
  #whenIdle: (() => void) | undefined
  #watch: NodeJS.Timeout | undefined

  /** Counts an accepted connection until it closes. */
  accept(socket: Socket): void {
    count(this.#accepted, socket)
  }

  /** Counts a connection that HTTP is spoken on until it closes. */
  speak(socket: Socket): void {
    count(this.#speaking, socket)
  }

  /** Counts a request until its reply is sent or its connection is gone. */
  begin(response: ServerResponse): void {
    this.#running.add(response)
    response.on('close', () => this.#ended(response))
  }

  /** Whether a reply is on its way over a connection: nothing else may be written to it then. */
  isReplying(socket: Socket): boolean {
    for (const { req, headersSent } of this.#running) if (req.socket === socket && headersSent) return true
    return false
  }

  #ended(response: ServerResponse): void {
    this.#running.delete(response)
    if (!this.#whenIdle) return
    response.req.socket.destroySoon()
    if (this.#running.size === 0) this.#whenIdle()
  }

  /**
   * Breaks connections on which nothing moved in either direction for `time` milliseconds, or somewhat longer.
   * node's own limits do not fit: one on a whole request would cut slow uploads off (nodejs/node#46574), one on silence
   * sets a timer for each request.
   */
  breakStalled(time: number): void {
    let moved = new Map<Socket, number>()
    const look = (): void => {
      const now = new Map<Socket, number>()
      for (const socket of this.#speaking) {
        const bytes = socket.bytesRead + socket.bytesWritten
        if (moved.get(socket) === bytes) socket.destroy()
        else now.set(socket, bytes)
      }
      moved = now
    }
    this.#watch = setInterval(look, time).unref()
  }

  /** Ends idle connections at once, and the others when their request is done, or after `grace` milliseconds. */
  async end(grace: number): Promise<void> {
    clearInterval(this.#watch)
    const busy = new Set(Array.from(this.#running, ({ req }) => req.socket))
    for (const socket of this.#speaking) if (!busy.has(socket)) socket.destroy()
    if (busy.size > 0) await this.#idle(grace)
    await Promise.all(
      Array.from(this.#accepted, (socket) => {
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.destroy()
        return closed
      }),
    )
  }

  async #idle(grace: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve
      timer = setTimeout(resolve, grace)
    })
    clearTimeout(timer)
  }
}

function count(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
}
