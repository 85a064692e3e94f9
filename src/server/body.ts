import type { IncomingMessage } from 'node:http'

/** Whether a request comes with a body of at least one byte. */
export const announcesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/**
 * A request's body. Whoever stops reading half-way (a manifest that is too large, a disk that is full) leaves the
 * request as it is: node would destroy it, and the reply with it.
 */
export class RequestBody implements AsyncIterable<Buffer> {
  readonly #request: IncomingMessage
  readonly #begin: (() => void) | undefined
  #received = 0

  /** @param begin What to do before the first byte is read: telling a client that waits to go on. */
  constructor(request: IncomingMessage, begin: (() => void) | undefined) {
    this.#request = request
    this.#begin = begin
  }

  /** Bytes that were read. */
  get received(): number {
    return this.#received
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    this.#begin?.()
    for await (const chunk of this.#request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      this.#received += chunk.length
      yield chunk
    }
  }
}
