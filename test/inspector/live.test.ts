import t from 'tap'
import { image, type Registry } from 'start-registry'
import { requestRow } from '../../src/inspector/parts/request-row.js'
import type { SeenRequest } from '../../src/inspector/surroundings.js'
import { registryFor } from '../support/registries.js'
import { readable, Visitor } from '../support/pages.js'

/** Rows of the live stream, as they come. */
async function* rows(registry: Registry, visitor: Visitor, path = '/live/events'): AsyncGenerator<string, void, void> {
  const abort = new AbortController()
  const reply = await fetch(registry.url + path, { headers: { cookie: visitor.cookie }, signal: abort.signal })
  if (reply.headers.get('content-type') !== 'text/event-stream; charset=utf-8' || !reply.body)
    throw new Error('no stream')
  let text = ''
  try {
    for await (const chunk of reply.body.pipeThrough(
      new TextDecoderStream() as never,
    ) as unknown as AsyncIterable<string>) {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1]
        text = text.slice(end + 2)
        if (data !== undefined) yield JSON.parse(data) as string
      }
    }
  } finally {
    abort.abort()
  }
}

const next = async (stream: AsyncGenerator<string, void, void>): Promise<string> => String((await stream.next()).value)

void t.test('requests come as they are answered, and pages are none', async (t) => {
  const { registry } = await registryFor(t)
  const visitor = new Visitor(registry)
  await fetch(`${registry.url}/v2/before/tags/list`)
  const stream = rows(registry, visitor)
  t.match(readable(await next(stream)), /GET 404 \/v2\/before\/tags\/list .* ms ↓ \d+ B/)
  await visitor.get('/')
  await fetch(`${registry.url}/v2/team/app/blobs/uploads/`, {
    method: 'POST',
    headers: { 'X-Test': "it's", Cookie: 'a=b' },
  })
  const row = await next(stream)
  t.match(readable(row), 'POST 202 /v2/team/app/blobs/uploads/')
  const curl = /data-copy="([^"]+)"/.exec(row)?.[1]
  t.match(readable(curl ?? ''), "-X POST -H 'X-Test: it'\\''s'")
  t.match(curl, `http://${registry.host}/v2/team/app/blobs/uploads/`)
  t.notMatch(curl, /cookie/i)
  await stream.return()
  t.match(readable((await visitor.get('/live')).text), /POST 202 .* GET 404 \/v2\/before/)
  registry.journal.expectNothingUnexpected({ allow: [{ route: 'tags' }] })
})

void t.test('a command has no credentials', async (t) => {
  const { registry } = await registryFor(t, {
    accounts: [{ username: 'alice', password: 'secret' }],
    journal: { credentials: true },
  })
  await fetch(`${registry.url}/v2/app/tags/list`, {
    headers: { Authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}` },
  })
  const visitor = new Visitor(registry)
  await visitor.post('/login', { username: 'alice', password: 'secret', to: '/live' })
  const { text } = await visitor.get('/live')
  t.match(text, '/v2/app/tags/list')
  t.notMatch(text, /authorization|YWxpY2U6c2VjcmV0/i)
})

void t.test('who comes back is told what was missed', async (t) => {
  const { registry } = await registryFor(t)
  for (const name of ['one', 'two', 'three']) await fetch(`${registry.url}/v2/${name}/tags/list`)
  const stream = rows(registry, new Visitor(registry), '/live/events?after=2')
  t.match(await next(stream), '/v2/three/tags/list')
  await stream.return()
})

void t.test('everybody sees requests to what they may see, and their own', async (t) => {
  const { registry } = await registryFor(t, {
    accounts: [
      { username: 'alice', password: 'secret' },
      { username: 'bob', password: 'hidden', permissions: ['team/*:pull'] },
    ],
  })
  await registry.seed({ 'team/app:1': image(), 'other/app:1': image() })
  const as = (name: string): RequestInit => ({
    headers: { Authorization: `Basic ${Buffer.from(name).toString('base64')}` },
  })
  await fetch(`${registry.url}/v2/team/app/tags/list`, as('alice:secret'))
  await fetch(`${registry.url}/v2/other/app/tags/list`, as('alice:secret'))
  await fetch(`${registry.url}/v2/`)
  await fetch(`${registry.url}/v2/_catalog`, as('bob:hidden'))
  const bob = new Visitor(registry)
  await bob.post('/login', { username: 'bob', password: 'hidden', to: '/' })
  const seen = readable((await bob.get('/live')).text)
  t.match(seen, '/v2/team/app/tags/list')
  t.match(seen, '/v2/_catalog')
  t.notMatch(seen, 'other/app')
  t.notMatch(seen, '401')
  const alice = new Visitor(registry)
  await alice.post('/login', { username: 'alice', password: 'secret', to: '/' })
  t.match(readable((await alice.get('/live')).text), /401 \/v2\/ .*\/other\/app\/.*\/team\/app\//)
})

void t.test('a registry that closes does not wait for those who listen', async (t) => {
  const { registry } = await registryFor(t, { grace: 60_000 })
  const stream = rows(registry, new Visitor(registry))
  await fetch(`${registry.url}/v2/one/tags/list`)
  await next(stream)
  await registry.close()
  t.same(await stream.next(), { value: undefined, done: true })
})

void t.test('without a journal those are shown that come while somebody looks', async (t) => {
  const { registry } = await registryFor(t, { journal: false })
  await fetch(`${registry.url}/v2/before/tags/list`)
  const visitor = new Visitor(registry)
  t.notMatch((await visitor.get('/live')).text, '/v2/before')
  const stream = rows(registry, visitor)
  const first = next(stream)
  // It listens once its headers are here, and asking again until then does no harm.
  const asking = setInterval(() => void fetch(`${registry.url}/v2/after/tags/list`), 20)
  t.match(await first, '/v2/after/tags/list')
  clearInterval(asking)
  await stream.return()
})

void t.test('faults are marked, and so is who went away', async (t) => {
  const request: SeenRequest = {
    id: 7,
    time: '2026-11-24T08:38:44.123Z',
    method: 'GET',
    scheme: 'http',
    target: `/v2/app/blobs/sha256:${'a'.repeat(64)}`,
    route: 'blob',
    repository: 'app',
    account: '<alice>',
    rawHeaders: ['Host', "x'; rm -rf /", 'Accept', '*/*'],
    received: 0,
    status: 0,
    bytes: 3_400_000,
    ms: 12.3,
    faults: ['reset after 10 bytes', '<b>'],
    aborted: true,
  }
  const row = requestRow(request, 'registry.test:5000').toString()
  t.match(row, /^<li data-id="7" +class="faulty"/)
  t.match(
    readable(row),
    / 08:38:44.123 GET gone \/v2\/app\/blobs\/sha256:a{12}… 12 ms ↓ 3.4 MB <alice> aborted fault: reset after 10 bytes fault: <b> /,
  )
  t.match(row, `curl --globoff -H &#39;Accept: */*&#39; http://registry.test:5000${request.target}"`)
})
