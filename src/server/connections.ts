import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The open connections of a server, and which of them are in the middle of a request. */
export class Connections {
  /** As they were accepted; under TLS each carries a socket of the next map. */
  readonly #accepted = new Set<Socket>()
  /**
   * As HTTP sees them, each with the reply to its latest request. Replies end in the order of their requests, so the
   * latest tells of all; and whether it has ended is asked when somebody wants to know, because listening for its end
   * would cost every request.
   */
  readonly #speaking = new Map<Socket, ServerResponse | undefined>()
  #watch: NodeJS.Timeout | undefined

  /** Counts an accepted connection until it closes. */
  accept(socket: Socket): void {
    this.#accepted.add(socket)
    socket.once('close', () => this.#accepted.delete(socket))
  }

  /** Counts a connection that HTTP is spoken on until it closes. */
  speak(socket: Socket): void {
    this.#speaking.set(socket, undefined)
    socket.once('close', () => this.#speaking.delete(socket))
  }

  /** Counts a request until its reply is sent or its connection is gone. */
  begin(response: ServerResponse): void {
    const { socket } = response.req
    if (this.#speaking.has(socket)) this.#speaking.set(socket, response)
  }

  /** Whether a reply is on its way over a connection: nothing else may be written to it then. */
  isReplying(socket: Socket): boolean {
    const latest = this.#speaking.get(socket)
    // A reply without a socket waits for one that is on its way.
    return latest !== undefined && !latest.writableFinished && (latest.headersSent || latest.socket === null)
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
      for (const socket of this.#speaking.keys()) {
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
    const running: ServerResponse[] = []
    for (const [socket, latest] of this.#speaking) {
      if (latest && !latest.writableFinished && !latest.destroyed) running.push(latest)
      else socket.destroy()
    }
    if (running.length > 0) await endAll(running, grace)
    await Promise.all(
      Array.from(this.#accepted, (socket) => {
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.destroy()
        return closed
      }),
    )
  }
}

async function endAll(running: readonly ServerResponse[], grace: number): Promise<void> {
  const ended = running.map(
    (response) =>
      new Promise<void>((resolve) => {
        response.once('close', () => {
          response.req.socket.destroySoon()
          resolve()
        })
      }),
  )
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, grace)))
  await Promise.race([Promise.all(ended), late])
  clearTimeout(timer)
}
