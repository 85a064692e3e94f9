import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { errorOf, sha256, types } from '../support/content.js'
import { folderFor, registryFor, type Teardown } from '../support/registries.js'
import { rawServer } from '../support/servers.js'
import { pairFor } from '../support/upstream.js'

const image = '{"schemaVersion":2,"mediaType":"application/x"}'

/** A registry whose upstream answers as it is told. */
async function behind(t: Teardown, answer: (url: string, response: ServerResponse) => unknown) {
  const server = await rawServer(t, ({ url = '' }, response) => void answer(url, response))
  const { registry, wire } = await registryFor(t, { upstream: { url: server.url, credentials: 'nobody' } })
  return { server, registry, wire }
}

const errors = (code: string, message: string): string => JSON.stringify({ errors: [{ code, message }] })

void t.test('a refusal of the upstream is told as one, with what it said', async (t) => {
  const rows: readonly (readonly [there: number, body: string, here: number, code: string, says: RegExp])[] = [
    [401, '', 403, 'DENIED', /asks for a login of a kind that is not known: none$/],
    [403, errors('DENIED', 'not you'), 403, 'DENIED', /status 403, DENIED: not you$/],
    [429, errors('TOOMANYREQUESTS', 'slow down'), 429, 'TOOMANYREQUESTS', /status 429, TOOMANYREQUESTS: slow down$/],
    [400, errors('NAME_INVALID', 'no'), 502, 'UNKNOWN', /status 400, NAME_INVALID: no$/],
    [500, '<html>', 502, 'UNKNOWN', /status 500$/],
    [503, errors('UNAVAILABLE', 'later'), 502, 'UNKNOWN', /status 503, UNAVAILABLE: later$/],
  ]
  for (const [status, body, expected, code, says] of rows) {
    const { server, wire } = await behind(t, (_, response) =>
      response.writeHead(status, status === 429 ? { 'Retry-After': '17' } : {}).end(body),
    )
    for (const path of ['manifests/1', `manifests/${sha256('x')}`, `blobs/${sha256('x')}`, 'tags/list']) {
      const reply = await wire.get(`/v2/app/${path}`)
      t.same([reply.status, errorOf(reply).code], [expected, code], `${status} ${path}`)
      t.match(errorOf(reply).message, new RegExp(`^upstream: ${server.host} `))
      t.match(errorOf(reply).message, says)
      t.equal(reply.headers['retry-after'], status === 429 ? '17' : undefined)
      t.equal((await wire.send('HEAD', `/v2/app/${path}`)).status, expected)
    }
  }
})

void t.test('bytes that were not asked for are not kept, nor is half of a blob', async (t) => {
  const whole = Buffer.alloc(100_000, 'a')
  const { wire, registry } = await behind(t, (url, response) => {
    if (url.endsWith(sha256('half'))) {
      response.writeHead(200, { 'Content-Length': 1000 }).write('half', () => response.socket?.destroy())
    } else if (url.endsWith('/manifests/1')) response.writeHead(200, { 'Content-Type': types.image }).end('{}')
    else response.writeHead(200, { 'Content-Type': 'application/x' }).end(whole)
  })
  for (const [path, says] of [
    [`blobs/${sha256('other')}`, new RegExp(`answers with other bytes than were asked for: .* is ${sha256(whole)}$`)],
    [`manifests/${sha256('other')}`, /answers with other bytes than were asked for/],
    [`blobs/${sha256('half')}`, /the connection was closed before the reply was whole \(ECONNRESET\)$/],
    ['manifests/1', /has a manifest sha256:\w+ in app that is none: schemaVersion must be 2$/],
  ] as const) {
    const reply = await wire.get(`/v2/app/${path}`)
    t.equal(reply.status, 502, path)
    t.match(errorOf(reply).message, says)
  }
  t.equal((await wire.get('/v2/_catalog')).text, '{"repositories":[]}')
  t.equal((await registry.store.collect({ at: Infinity, grace: 0 })).uploads, 0, 'no upload is left')
})

void t.test('while the upstream is down, what came before is served, and the rest is an error', async (t) => {
  const { origin, there, here, registry } = await pairFor(t)
  const digest = await there.image('team/app', '1')
  const paths = ['manifests/1', `manifests/${digest}`, `blobs/${sha256('1')}`, 'tags/list', `referrers/${digest}`]
  const before = new Map<string, string>()
  for (const path of paths) before.set(path, (await here.get(`/v2/team/app/${path}`)).text)
  await origin.close()
  const seen: unknown[] = []
  registry.onRequest(({ error }) => seen.push(error))
  for (const path of paths) {
    const reply = await here.get(`/v2/team/app/${path}`)
    t.same([reply.status, reply.text], [200, before.get(path)], path)
  }
  t.same(
    seen,
    paths.map(() => undefined),
  )
  for (const path of ['manifests/2', `blobs/${sha256('2')}`, `referrers/${sha256('2')}`]) {
    const reply = await here.get(`/v2/team/app/${path}`)
    t.equal(reply.status, 502)
    t.same(errorOf(reply), {
      code: 'UNKNOWN',
      message: `upstream: cannot reach ${origin.url}: nothing listens there (ECONNREFUSED)`,
    })
  }
  t.equal((await here.get('/v2/team/other/tags/list')).status, 502)
  t.match(String(seen.at(-1)), /nothing listens there/, 'the event has it too')
  t.equal(
    (
      await here.send('PUT', '/v2/team/app/manifests/own', {
        body: image,
        headers: { 'Content-Type': 'application/x' },
      })
    ).status,
    201,
  )
  t.equal((await here.get('/v2/team/app/manifests/own')).text, image, 'what was pushed here needs nobody')
})

void t.test('a push here in the middle of a pull is what the tag then means', async (t) => {
  const held: ServerResponse[] = []
  let hold: (() => void) | undefined
  const isHeld = new Promise<void>((resolve) => (hold = resolve))
  const { wire } = await behind(t, (_, response) => {
    held.push(response)
    hold?.()
  })
  const pulled = wire.get('/v2/app/manifests/1')
  await isHeld
  t.equal((await wire.manifest('app', '1', '{"own":1}', { 'Content-Type': 'application/x' })).status, 201)
  held[0]?.writeHead(200, { 'Content-Type': 'application/x' }).end(image)
  t.equal((await pulled).text, '{"own":1}')
})

void t.test('closing breaks off what is being fetched', async (t) => {
  let begun: (() => void) | undefined
  const isBegun = new Promise<void>((resolve) => (begun = resolve))
  const { wire, registry } = await behind(t, (_, response) => {
    response.writeHead(200, { 'Content-Length': 1e9 }).write('x', () => begun?.())
  })
  const pulled = wire.get(`/v2/app/blobs/${sha256('x')}`)
  await isBegun
  await Promise.all([registry.close(), t.rejects(pulled)])
})

void t.test('a blob of 256 MiB goes through a disk store in little memory', async (t) => {
  const piece = Buffer.alloc(256 << 10, 'start-registry ')
  const pieces = 1024
  const hash = createHash('sha256')
  for (let n = 0; n < pieces; n++) hash.update(piece)
  const digest = `sha256:${hash.digest('hex')}`
  let most = 0
  const server = await rawServer(t, (_, response) => {
    response.writeHead(200, { 'Content-Length': pieces * piece.length })
    let sent = 0
    const more = (): void => {
      most = Math.max(most, process.memoryUsage().rss)
      while (sent < pieces) {
        sent++
        if (!response.write(piece)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  const folder = folderFor(t)
  const { registry } = await registryFor(t, {
    storage: { disk: join(folder, 'store') },
    upstream: { url: server.url, credentials: 'nobody', record: join(folder, 'layout') },
  })
  const before = process.memoryUsage().rss
  const reply = await fetch(`${registry.url}/v2/app/blobs/${digest}`)
  const read = createHash('sha256')
  for await (const chunk of reply.body as AsyncIterable<Uint8Array>) read.update(chunk)
  t.equal(`sha256:${read.digest('hex')}`, digest)
  t.ok(most - before < 96 << 20, `${(most - before) >> 20} MiB more for a blob of 256 MiB`)
  t.ok(existsSync(join(folder, 'layout/blobs/sha256', digest.slice(7))))
  t.same(readdirSync(join(folder, 'layout')).toSorted(), ['blobs', 'index.json', 'oci-layout'])
})
