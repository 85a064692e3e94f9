import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import t from 'tap'
import { createRegistry, type RequestEvent, type Stage } from 'start-registry/core'
import { BrokenConnection } from '../../src/protocol/broken-connection.js'
import { makeCertificates } from '../../src/server/certificates.js'
import { listen } from '../../src/server/listener.js'
import { registryFor, type Teardown } from '../support/registries.js'

// The first target breaks in place of a reply, the second in the middle of one, the third behind its last byte.
const breaking =
  (how: 'reset' | 'end'): Stage =>
  (call, next) => {
    if (call.query.has('before')) throw new BrokenConnection(how)
    if (!call.query.has('during')) return next()
    const body = async function* () {
      yield Buffer.from('half')
      // What was written is on its way when the next turn begins.
      await new Promise(setImmediate)
      throw new BrokenConnection(how)
    }
    return { status: 200, headers: { 'Content-Length': 8 }, body: () => Readable.from(body(), { objectMode: false }) }
  }

const { ca, certificate, key } = makeCertificates({ names: [], now: Date.now() })

async function brokenServer(t: Teardown, how: 'reset' | 'end') {
  const core = createRegistry({ stages: [breaking(how)] })
  const { port, close } = await listen({
    host: undefined,
    port: 0,
    tls: { cert: certificate, key },
    handle: core.handle,
    unref: true,
  })
  t.teardown(() => close(1000))
  const events: RequestEvent[] = []
  core.onRequest((event) => void events.push(event))
  return { port, events }
}

/** What a client hears: its body so far, and how it ended. */
function ask(
  scheme: 'http' | 'https',
  port: number,
  path: string,
): Promise<{ body: string; code: string | undefined }> {
  return new Promise((resolve) => {
    const send = scheme === 'https' ? httpsRequest : httpRequest
    let body = ''
    const failed = (error: NodeJS.ErrnoException): void => resolve({ body, code: error.code })
    send({ host: '127.0.0.1', port, path, agent: false, ca: ca.certificate }, (response) => {
      response.on('data', (chunk: Buffer) => (body += String(chunk)))
      response.once('error', failed)
      response.once('end', () => resolve({ body, code: undefined }))
    })
      .once('error', failed)
      .end()
  })
}

for (const how of ['reset', 'end'] as const) {
  void t.test(`a connection that is to ${how} does, over http and https`, async (t) => {
    const { port, events } = await brokenServer(t, how)
    for (const scheme of ['http', 'https'] as const) {
      t.match(await ask(scheme, port, '/v2/?before'), { body: '', code: 'ECONNRESET' }, scheme)
      t.match(await ask(scheme, port, '/v2/?during'), { body: 'half', code: 'ECONNRESET' }, scheme)
      t.match(await ask(scheme, port, '/v2/'), { body: '{}', code: undefined }, `${scheme} goes on`)
    }
    t.match(events, [
      { status: 0, aborted: true, error: undefined },
      { status: 200, aborted: true },
      { aborted: false },
    ])
  })
}

void t.test('a reset is one for TCP, and an end is none', async (t) => {
  const endings: (string | undefined)[] = []
  for (const how of ['reset', 'end'] as const) {
    const { port } = await brokenServer(t, how)
    const socket = connect({ port, host: '127.0.0.1' })
    socket.write('GET /v2/?before HTTP/1.1\r\nHost: x\r\n\r\n')
    endings.push(
      await socket.toArray().then(
        () => undefined,
        (error: NodeJS.ErrnoException) => error.code,
      ),
    )
  }
  t.same(endings, ['ECONNRESET', undefined])
})

void t.test('an event tells sizes, scopes and the headers of the reply', async (t) => {
  const accounts = [{ username: 'alice', password: 'secret', permissions: ['team/*:pull,push'] }]
  const { registry, wire } = await registryFor(t, { accounts })
  const events: RequestEvent[] = []
  registry.onRequest((event) => void events.push(event))
  const basic = { Authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}` }
  const scope = 'repository:team/app:pull,push,delete'
  const { token } = JSON.parse((await wire.get(`/v2/auth?scope=${scope}`, basic)).text) as { token: string }
  const Authorization = `Bearer ${token}`
  const { status } = await wire.send('POST', '/v2/team/app/blobs/uploads/', { headers: { Authorization } })
  t.equal(status, 202)
  const session = events.at(-1)?.replyHeaders['Location'] as string
  await wire.send('PATCH', session, { headers: { Authorization }, body: 'hello' })
  t.match(events, [
    { account: 'alice', scopes: ['repository:team/app:pull,push'], received: 0, faults: [] },
    { status: 202, account: 'alice', scopes: ['repository:team/app:pull,push'], received: 0 },
    { status: 202, received: 5, replyHeaders: { Range: '0-4' } },
  ])
})
