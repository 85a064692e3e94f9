import { createHmac, randomBytes } from 'node:crypto'
import type { Call, Stage } from '../../src/protocol/call.js'
import { RegistryError } from '../../src/protocol/errors.js'
import { first } from '../../src/route/query.js'
import { formatRoute, type Addressable } from '../../src/route/route.js'
import { listen, type Listener, type ListenOptions } from '../../src/server/listener.js'
import type { RequestHandler } from '../../src/server/handle.js'

export interface RedirectPortOptions extends Omit<ListenOptions, 'port' | 'handle'> {
  /** Makes what answers requests, behind the stages that it is given. */
  readonly serve: (stages: readonly Stage[]) => RequestHandler
}

/**
 * A second port that serves the same content by signed URLs and without login, as the storage behind large registries
 * does. It is opened when a URL is first asked for.
 */
export class RedirectPort {
  readonly #options: RedirectPortOptions
  readonly #key = randomBytes(32)
  #listener: Promise<Listener> | undefined
  #closed = false

  constructor(options: RedirectPortOptions) {
    this.#options = options
  }

  /** The URL of what a call asks for, by the name under which the client has reached the registry. */
  async url({ route, origin }: Call): Promise<string> {
    if (this.#closed) throw new RegistryError('UNAVAILABLE')
    const { serve, ...options } = this.#options
    this.#listener ??= listen({ ...options, port: 0, handle: serve([this.#signedOnly]) })
    const { port } = await this.#listener
    const path = formatRoute(route as Addressable)
    const name = origin.host.replace(/:\d+$/, '') || '127.0.0.1'
    return `${origin.scheme}://${name}:${port}${path}?signature=${this.#sign(path)}`
  }

  async close(grace: number): Promise<void> {
    this.#closed = true
    await (await this.#listener)?.close(grace)
  }

  readonly #signedOnly: Stage = (call, next) => {
    const { route, query, method } = call
    const isSigned =
      (route.kind === 'blob' || route.kind === 'manifest') &&
      (method === 'GET' || method === 'HEAD') &&
      first(query, 'signature') === this.#sign(formatRoute(route))
    if (!isSigned) throw new RegistryError('DENIED', 'this URL is not signed: ask the registry for it')
    return next()
  }

  #sign(path: string): string {
    return createHmac('sha256', this.#key).update(path).digest('hex')
  }
}
