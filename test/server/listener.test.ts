import { readFileSync } from 'node:fs'
import { get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { connect as connectTls } from 'node:tls'
import t from 'tap'
import { startRegistry } from 'start-registry'
import { errorOf, sha256 } from '../support/content.js'
import { hasIpv6, tlsHosts } from '../support/ipv6.js'
import { parseReply, raw } from '../support/raw.js'
import { folderFor, registryFor } from '../support/registries.js'

const interfaces = Object.values(networkInterfaces()).flatMap((all) => all ?? [])

// The whole reply to bytes that are sent as they are; the server ends the connection.
async function exchange(port: number, bytes: string | Buffer, host = '127.0.0.1'): Promise<Buffer> {
  const socket = connect({ port, host })
  socket.write(bytes)
  return Buffer.concat(await socket.toArray())
}

async function until(socket: Socket, text: string): Promise<string> {
  let seen = ''
  while (!seen.includes(text)) {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) await new Promise((resolve) => socket.once('readable', resolve))
    else seen += chunk.toString('latin1')
  }
  return seen
}

const httpsStatus = (host: string, port: number, ca: Buffer): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const request = httpsGet({ host, port, path: '/v2/', ca, agent: false }, ({ statusCode }) => resolve(statusCode))
    request.once('error', reject)
  })

void t.test('both loopback addresses have the same port, and no other has it', async (t) => {
  const { registry } = await registryFor(t)
  t.equal(registry.url, `http://127.0.0.1:${registry.port}`)
  const request = 'GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
  for (const host of hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1']) {
    const reply = parseReply(await exchange(registry.port, request, host), 'GET')
    t.equal(reply.status, 200, host)
    t.equal(reply.text, '{}')
  }
  const outside = interfaces.find(({ internal, family }) => !internal && family === 'IPv4')
  await t.rejects(exchange(registry.port, request, outside?.address ?? '127.0.0.2'), { code: 'ECONNREFUSED' })
})

void t.test('a host of its own is the only address', async (t) => {
  const { registry } = await registryFor(t, { host: '127.0.0.2' })
  t.equal(registry.host, `127.0.0.2:${registry.port}`)
  await t.rejects(raw(registry.port, '/v2/'), { code: 'ECONNREFUSED' })
})

void t.test('a port in use, or an address that is not ours, rejects and leaves nothing listening', async (t) => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => blocker.once('listening', resolve))
  t.teardown(() => blocker.close())
  const { port } = blocker.address() as AddressInfo
  await t.rejects(startRegistry({ port }), {
    message: `cannot listen on 127.0.0.1:${port}: something else listens there; choose another port, or 0 for a free one`,
  })
  await t.rejects(startRegistry({ host: '192.0.2.1' }), {
    message: 'cannot listen on 192.0.2.1:0: this machine does not have that address',
  })
  if (!hasIpv6) return
  const six = createServer().listen({ port: 0, host: '::1', ipv6Only: true })
  await new Promise((resolve) => six.once('listening', resolve))
  t.teardown(() => six.close())
  const taken = (six.address() as AddressInfo).port
  await t.rejects(startRegistry({ port: taken }), {
    message: `cannot listen on [::1]:${taken}: something else listens there; choose another port, or 0 for a free one`,
  })
  await t.rejects(raw(taken, '/v2/'), { code: 'ECONNREFUSED' }, 'the IPv4 half was given back')
})

void t.test('https on the port, trusted through caFile by every name', async (t) => {
  const { registry } = await registryFor(t, { tls: { names: ['registry.test'] } })
  const ca = readFileSync(registry.caFile as string)
  t.equal(registry.url, `https://127.0.0.1:${registry.port}`)
  for (const host of tlsHosts) {
    t.equal(await httpsStatus(host, registry.port, ca), 200, host)
  }
  const named = connectTls({ host: '127.0.0.1', port: registry.port, ca, servername: 'registry.test' })
  await new Promise((resolve) => named.once('secureConnect', resolve))
  t.equal(named.authorized, true)
  t.equal(named.getProtocol(), 'TLSv1.3')
  named.destroy()
  const { registry: other } = await registryFor(t, { tls: true })
  await t.rejects(httpsStatus('127.0.0.1', registry.port, readFileSync(other.caFile as string)), {
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  })
})

void t.test('plain http on an https port gets a 400 that names the https URL', async (t) => {
  const { registry } = await registryFor(t, { tls: true })
  const reply = await raw(registry.port, '/v2/')
  t.equal(reply.status, 400)
  t.equal(errorOf(reply).message, `this registry speaks https: use ${registry.url}`)
})

void t.test('with http both are spoken on one port', async (t) => {
  const { registry } = await registryFor(t, { tls: true, http: true })
  t.equal((await raw(registry.port, '/v2/')).status, 200)
  t.equal(await httpsStatus('127.0.0.1', registry.port, readFileSync(registry.caFile as string)), 200)
})

void t.test('a TLS handshake on a plain port gets a bare 400 at once', async (t) => {
  const { registry } = await registryFor(t)
  const hello = Buffer.from('160301004a010000460303', 'hex')
  t.equal(
    (await exchange(registry.port, hello)).toString(),
    'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  )
})

void t.test('what is no HTTP, and headers without end, get a JSON error', async (t) => {
  const { registry } = await registryFor(t)
  const malformed = parseReply(await exchange(registry.port, 'HELLO\r\n\r\n'), 'GET')
  t.equal(malformed.status, 400)
  t.equal(errorOf(malformed).code, 'BAD_REQUEST')
  const endless = `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`
  const large = parseReply(await exchange(registry.port, endless), 'GET')
  t.equal(large.status, 431)
  t.equal(errorOf(large).code, 'BAD_REQUEST')
})

void t.test('Expect: 100-continue is answered before the body, and refused before it', async (t) => {
  const { registry } = await registryFor(t)
  const head = (target: string): string =>
    `POST ${target} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n`
  const going = connect({ port: registry.port, host: '127.0.0.1' })
  going.write(head(`/v2/app/blobs/uploads/?digest=${sha256('body')}`))
  t.equal(await until(going, '\r\n\r\n'), 'HTTP/1.1 100 Continue\r\n\r\n')
  going.write('body')
  t.match(await until(going, '\r\n\r\n'), /^HTTP\/1\.1 201 Created/)
  going.destroy()
  const refused = parseReply(await exchange(registry.port, head('/v2/app/blobs/uploads/?digest=sha256:x')), 'POST')
  t.equal(refused.status, 400)
  t.equal(refused.headers['connection'], 'close')
})

void t.test('a refusal reaches a client that is still sending', async (t) => {
  const { registry } = await registryFor(t, { accounts: [{ username: 'alice', password: 'secret' }] })
  const body = Buffer.alloc(20 << 20)
  for (const connection of ['close', 'keep-alive']) {
    const socket = connect({ port: registry.port, host: '127.0.0.1' })
    const head = `PUT /v2/app/manifests/1 HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\nContent-Length: ${body.length}\r\n\r\n`
    socket.write(head)
    const sent = new Promise((resolve, reject) =>
      socket.write(body, (error) => (error ? reject(error) : resolve(true))),
    )
    t.match(await until(socket, '"errors"'), /^HTTP\/1\.1 401 Unauthorized/)
    t.equal(await sent, true, 'the body was taken to its end')
    if (connection === 'keep-alive') {
      socket.write('GET /v2/ HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWxpY2U6c2VjcmV0\r\n\r\n')
      t.match(await until(socket, '{}'), /HTTP\/1\.1 200 OK/)
    }
    socket.destroy()
  }
})

void t.test('a body that is refused in the middle leaves a connection that goes on', async (t) => {
  const { registry } = await registryFor(t)
  const socket = connect({ port: registry.port, host: '127.0.0.1' })
  t.teardown(() => socket.destroy())
  const size = 12 << 20
  socket.write('PUT /v2/app/manifests/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
  socket.write(`${size.toString(16)}\r\n`)
  const sent = new Promise((resolve) => socket.write(Buffer.alloc(size), () => resolve(true)))
  t.match(await until(socket, '"errors"'), /^HTTP\/1\.1 413 Payload Too Large/)
  t.equal(await sent, true)
  socket.write('\r\n0\r\n\r\nGET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n')
  t.match(await until(socket, '{}'), /HTTP\/1\.1 200 OK/)
})

void t.test('a client that ends its side still gets the reply', async (t) => {
  const { registry } = await registryFor(t, { storage: { disk: folderFor(t) } })
  const socket = connect({ port: registry.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.end(
    `POST /v2/app/blobs/uploads/?digest=${sha256('half')} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nhalf`,
  )
  t.equal(parseReply(Buffer.concat(await socket.toArray()), 'POST').status, 201)
})

void t.test('a probe that connects and leaves is let go at once', async (t) => {
  for (const tls of [true, false]) {
    const { registry } = await registryFor(t, { tls })
    const socket = connect({ port: registry.port, host: '127.0.0.1' })
    socket.end()
    t.same(await socket.toArray(), [])
  }
})

void t.test('a second request that is no HTTP is answered as the first would be', async (t) => {
  const { registry } = await registryFor(t)
  const socket = connect({ port: registry.port, host: '127.0.0.1' })
  socket.write('GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(socket, '{}')
  socket.write(`GET /v2/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x'.repeat(20_000)}\r\n\r\n`)
  t.match(await until(socket, '}]}'), /^HTTP\/1\.1 431 [^]*BAD_REQUEST/)
})

void t.test('a missing Host and an unknown Expect are told why', async (t) => {
  const { registry } = await registryFor(t)
  const host = parseReply(await exchange(registry.port, 'GET /v2/ HTTP/1.1\r\nConnection: close\r\n\r\n'), 'GET')
  t.equal(host.status, 400)
  t.equal(errorOf(host).message, 'send a Host header')
  const expect = parseReply(
    await exchange(registry.port, 'GET /v2/ HTTP/1.1\r\nHost: x\r\nExpect: x\r\nConnection: close\r\n\r\n'),
    'GET',
  )
  t.equal(expect.status, 417)
  t.equal(errorOf(expect).code, 'BAD_REQUEST')
})

void t.test('close waits for a running request, refuses new ones, and is the same twice', async (t) => {
  const registry = await startRegistry({ grace: 30_000 })
  const socket = connect({ port: registry.port, host: '127.0.0.1' })
  socket.write(
    `POST /v2/app/blobs/uploads/?digest=${sha256('0123456789')} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n`,
  )
  await until(socket, '100 Continue\r\n\r\n')
  const closed = registry.close()
  t.equal(registry.close(), closed)
  await t.rejects(raw(registry.port, '/v2/'), { code: 'ECONNREFUSED' })
  socket.write('0123456789')
  t.match(await until(socket, '\r\n\r\n'), /^HTTP\/1\.1 201 Created/)
  await closed
})

void t.test('close does not wait for ever, nor for idle connections', async (t) => {
  const idle = await startRegistry({ grace: 30_000 })
  const kept = connect({ port: idle.port, host: '127.0.0.1' })
  kept.write('GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n')
  t.match(await until(kept, '{}'), /Keep-Alive: timeout=120/)
  await idle.close()

  const stuck = await startRegistry({ grace: 1 })
  const socket = connect({ port: stuck.port, host: '127.0.0.1' })
  socket.write('PUT /v2/app/manifests/1 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n')
  await until(socket, '100 Continue\r\n\r\n')
  const ended = new Promise((resolve) => socket.once('close', resolve))
  await stuck.close()
  await ended
  t.pass('both ended')
})

void t.test('a pooled client survives registries that follow each other on one port', async (t) => {
  const first = await startRegistry()
  const { port } = first
  await first.close()
  for (let round = 0; round < 20; round++) {
    const registry = await startRegistry({ port })
    for (let request = 0; request < 2; request++) t.equal((await fetch(`${registry.url}/v2/`)).status, 200)
    await registry.close()
  }
})

void t.test('clients that come and go leave no trace', async (t) => {
  for (const tls of [false, true]) {
    const { registry } = await registryFor(t, { tls })
    for (let n = 0; n < 20; n++)
      connect({ port: registry.port, host: '127.0.0.1' }).once('connect', function (this: Socket) {
        this.resetAndDestroy()
      })
    const request = httpGet(`http://127.0.0.1:${registry.port}/v2/`, { agent: false })
    const status = await new Promise((resolve) => request.once('response', ({ statusCode }) => resolve(statusCode)))
    t.equal(status, tls ? 400 : 200)
  }
})
