import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Teardown } from './registries.js'

/** A server for one test that answers as it is told, and remembers what it was asked. */
export interface RawServer {
  readonly host: string
  readonly url: string
  /** Method and target of each request, in the order they came. */
  readonly asked: string[]
  /** Those requests' Authorization headers. */
  readonly authorizations: (string | undefined)[]
}

/** Starts a plain http server on 127.0.0.1; it is closed when the test ends. */
export async function rawServer(
  t: Teardown,
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<RawServer> {
  const asked: string[] = []
  const authorizations: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    authorizations.push(request.headers.authorization)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host, url: `http://${host}`, asked, authorizations }
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString()
}
