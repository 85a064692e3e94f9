import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Har, WaitOptions } from 'start-registry'
import { createRegistry } from 'start-registry/core'
import { openJournal } from '../../harness/journal/journal.js'
import { RequestLog, type Waiter } from '../../harness/journal/log.js'
import { requestsBehind } from '../../harness/journal/stream.js'
import { nextRequest } from '../../harness/journal/wait.js'
import { listen } from '../../src/server/listener.js'
import { sha256, Wire } from '../support/content.js'
import { basic } from '../support/login.js'
import { folderFor, registryFor } from '../support/registries.js'

void t.test('waiting: for what is here, for what comes, and not for ever', async (t) => {
  const { registry, wire } = await registryFor(t)
  const { journal } = registry
  const first = journal.waitFor({ route: 'base' })
  await wire.get('/v2/app/tags/list')
  await wire.get('/v2/')
  t.match(await first, { id: 2, status: 200 })
  t.match(await journal.waitFor({ route: 'base' }), { id: 2 })
  const later = journal.mark().waitFor({ route: 'base' })
  await wire.get('/v2/')
  t.match(await later, { id: 3 })
  await t.rejects(journal.waitFor({ route: 'base', status: 401 }, { timeout: 1 }), {
    name: 'AssertionError',
    message: [
      'expected a request with route base, status 401 within 1 ms, and there was none among 3 requests',
      'nearest:',
      '  #2 and 1 more until #3 GET /v2/: status was 200, not 401',
      '  #1 GET tags app: route was tags, not base; status was 404, not 401',
    ].join('\n'),
  })
  const controller = new AbortController()
  const given = journal.waitFor({ method: 'PUT' }, { signal: controller.signal })
  controller.abort(new Error('enough'))
  await t.rejects(given, { message: 'enough' })
  await t.rejects(journal.waitFor({ route: 'base' }, { signal: controller.signal }), { message: 'enough' })
  const broken = journal.waitFor(({ id }) => {
    throw new Error(`no idea of ${id}`)
  })
  await t.rejects(broken, { message: 'no idea of 1' })
  const brokenLater = journal.mark().waitFor(() => {
    throw new Error('no idea')
  })
  await Promise.all([
    t.rejects(brokenLater, { message: 'no idea' }),
    wire.get('/v2/').then(({ status }) => t.equal(status, 200)),
  ])
  const never = journal.waitFor({ method: 'PUT' }, { timeout: Infinity })
  await Promise.all([
    t.rejects(never, { message: /^expected a request with method PUT before the registry closed, / }),
    registry.close(),
  ])
  await t.rejects(journal.waitFor({ method: 'PUT' }), { message: /before the registry closed/ })
  t.match(await journal.waitFor({ route: 'base' }), { id: 2 }, 'what was recorded stays')
})

void t.test('as a stream, until it is left, aborted, or the registry closes', async (t) => {
  const { registry, wire } = await registryFor(t, { journal: { limit: 3 } })
  const { journal } = registry
  await wire.get('/v2/')
  const all = journal.stream()
  t.equal((await journal.stream({ filter: { since: 0 } }).next()).value?.id, 1, 'from the beginning')
  const tags = journal.stream({ filter: { route: 'tags' } })
  const controller = new AbortController()
  const aborted = journal.where({ repository: 'app' }).stream({ signal: controller.signal })
  await wire.get('/v2/app/manifests/1')
  await wire.get('/v2/app/tags/list')
  t.equal((await all.next()).value?.id, 2)
  t.equal((await tags.next()).value?.id, 3)
  for await (const { id } of aborted) {
    t.equal(id, 2)
    break
  }
  t.same(await aborted.next(), { value: undefined, done: true })
  const other = journal.stream({ signal: controller.signal })
  const waiting = other.next()
  controller.abort()
  t.same(await waiting, { value: undefined, done: true })
  t.equal((await all.next()).value?.id, 3)
  for (let n = 0; n < 5; n++) await wire.get('/v2/')
  await t.rejects(all.next(), {
    message: 'start-registry: journal: the stream is read too slowly: 2 requests made room for later ones',
  })
  const ending = journal.stream({ filter: { route: 'tags' } }).next()
  await wire.get('/v2/')
  await registry.close()
  t.same(await ending, { value: undefined, done: true })
})

void t.test('who waits no more is heard of no more', async (t) => {
  class CountingLog extends RequestLog {
    waiting = 0
    override wait(waiter: Waiter): () => void {
      this.waiting++
      const stop = super.wait(waiter)
      return () => {
        this.waiting--
        stop()
      }
    }
  }
  const log = new CountingLog(2, false)
  const controller = new AbortController()
  const { signal } = controller
  const wait = (options: WaitOptions) => nextRequest(log, () => false, options)
  const all = Promise.allSettled([
    wait({ timeout: 1 }),
    wait({ signal }),
    requestsBehind(log, 0, () => true, signal).next(),
    nextRequest(log, () => true, {}),
    nextRequest(log, () => JSON.parse('') as boolean, {}),
  ])
  t.equal(log.waiting, 5)
  const { registry, wire } = await registryFor(t)
  registry.onRequest((event) => log.record(event))
  await wire.get('/v2/')
  controller.abort(new Error('enough'))
  const found = await all
  t.same(
    found.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected'],
  )
  t.equal(log.waiting, 0)
  const closing = wait({ timeout: Infinity })
  log.close()
  t.same([await closing, log.waiting], ['closed', 0])
})

void t.test('what a client has read is in the journal, over https and from disk too', async (t) => {
  const { registry } = await registryFor(t, { tls: true, storage: { disk: folderFor(t) } })
  const ca = readFileSync(registry.caFile as string)
  for (let n = 1; n <= 50; n++) {
    const [reply] = (await once(get(`${registry.url}/v2/app/manifests/${n}`, { ca }), 'response')) as [IncomingMessage]
    await reply.toArray()
    registry.journal.expect({ reference: String(n), scheme: 'https', status: 404 }, 1)
  }
})

// HTTP Archive 1.2, "HAR Data Structure": the members that must be there, and their types.
const harMembers = {
  entry: { startedDateTime: 'string', time: 'number', request: 'object', response: 'object', cache: 'object' },
  request: { method: 'string', url: 'string', httpVersion: 'string', headersSize: 'number', bodySize: 'number' },
  response: {
    status: 'number',
    statusText: 'string',
    httpVersion: 'string',
    redirectURL: 'string',
    bodySize: 'number',
  },
  content: { size: 'number', mimeType: 'string' },
  timings: { send: 'number', wait: 'number', receive: 'number' },
  pair: { name: 'string', value: 'string' },
} as const

void t.test('as an HTTP archive, with all that one must have', async (t) => {
  const accounts = [{ username: 'alice', password: 'secret' }]
  const { registry, wire } = await registryFor(t, { accounts, clock: () => 1_000_000_000_000 })
  await wire.send('POST', `/v2/app/blobs/uploads/?digest=${sha256('hi')}&a=1&a=%20`, {
    headers: basic('alice', 'secret'),
    body: 'hi',
  })
  await wire.get('/v2/')
  await wire.get('http://registry.test/v2/?x')
  const { log } = JSON.parse(JSON.stringify(registry.journal.har())) as Har
  t.match(log, { version: '1.2', creator: { name: 'start-registry', version: /^\d+\.\d+\.\d+/ } })
  const has = (value: object, members: Readonly<Record<string, string>>): void => {
    for (const [name, type] of Object.entries(members)) t.type((value as Record<string, unknown>)[name], type, name)
  }
  for (const entry of log.entries) {
    const { request, response } = entry
    has(entry, harMembers.entry)
    has(request, harMembers.request)
    has(response, harMembers.response)
    has(response.content, harMembers.content)
    has(entry.timings, harMembers.timings)
    t.equal(new Date(entry.startedDateTime).getTime(), 1_000_000_000_000)
    t.ok(URL.canParse(request.url), request.url)
    for (const pairs of [request.headers, request.queryString, response.headers]) {
      for (const pair of pairs) has(pair, harMembers.pair)
    }
    t.same([request.cookies, response.cookies, response.headersSize], [[], [], -1])
    const { send, wait, receive } = entry.timings
    t.equal(send + wait + receive, entry.time, 'the parts of the time are the time')
  }
  const [push, challenge, absolute] = log.entries
  t.match(push?.request, {
    method: 'POST',
    url: `http://127.0.0.1:${registry.port}/v2/app/blobs/uploads/?digest=${sha256('hi')}&a=1&a=%20`,
    queryString: [
      { name: 'digest', value: sha256('hi') },
      { name: 'a', value: '1' },
      { name: 'a', value: ' ' },
    ],
    bodySize: 2,
  })
  t.ok(push?.request.headers.some(({ name, value }) => name === 'Authorization' && value === 'Basic [redacted]'))
  t.match(push?.response, {
    status: 201,
    statusText: 'Created',
    redirectURL: `/v2/app/blobs/${sha256('hi')}`,
    bodySize: 0,
  })
  t.match(push, { _id: 1, _route: 'uploads', _repository: 'app', _account: 'alice', _faults: [] })
  t.match(challenge?.response, { status: 401, content: { mimeType: 'application/json' } })
  t.match(absolute?.request, { url: 'http://registry.test/v2/?x', queryString: [{ name: 'x', value: '' }] })
  t.equal(registry.journal.har({ status: 401 }).log.entries.length, 2)
})

void t.test('what is no filter does not compile', async (t) => {
  const { journal } = (await registryFor(t)).registry
  // @ts-expect-error -- misspelt
  t.throws(() => journal.requests({ mehtod: 'GET' }))
  // @ts-expect-error -- no route
  t.throws(() => journal.expect({ route: 'manifests' }))
  // @ts-expect-error -- no status
  t.throws(() => journal.expect({ status: '4x' }))
  // @ts-expect-error -- no count
  t.throws(() => journal.expect({}, { atleast: 1 }))
  t.same(journal.requests({ status: [404, '5xx', (status) => status === 0], repository: [/x/, 'y/*'] }), [])
})

void t.test('what a fault has done is asked for, told, and not unexpected', async (t) => {
  const { journal, record } = openJournal()
  const core = createRegistry({
    stages: [
      (call, next) => {
        if (call.route.kind !== 'blob') return next()
        call.faults = ['#1 blob: status 503']
        return { status: 503, headers: { 'Content-Length': 0 } }
      },
    ],
  })
  core.onRequest(record)
  const { port, close } = await listen({ host: undefined, port: 0, tls: undefined, handle: core.handle, unref: true })
  t.teardown(() => close(0))
  const wire = new Wire(port)
  t.equal((await wire.get(`/v2/app/blobs/${sha256('')}`)).status, 503)
  await wire.get('/v2/')
  journal.expect({ fault: true, route: 'blob', status: 503 }, 1)
  journal.expect({ fault: '*status 503' }, 1)
  journal.expect({ fault: false }, 1)
  journal.expectNothingUnexpected()
  journal.expectOnly([{ repository: 'app' }, { route: 'base' }])
  const blob = 'GET blob app@sha256:e3b0c44298fc… (fault: #1 blob: status 503)'
  t.throws(() => journal.expect({ route: 'blob', status: 200 }), {
    message: [
      'expected at least 1 request with route blob, status 200, and there was none among 2 requests',
      'nearest:',
      `  #1 ${blob}: status was 503, not 200`,
      '  #2 GET /v2/: route was base, not blob',
    ].join('\n'),
  })
  t.throws(() => journal.expectOnly([{ fault: 'latency*' }, { route: 'base' }]), {
    message: `expected (fault latency*), (route base) only, but for 1 of 2 requests:\n  #1 ${blob}: answered 503`,
  })
})

void t.test('the README has a program, and what it says', async (t) => {
  const root = new URL('../../../', import.meta.url)
  const readme = readFileSync(new URL('README.md', root), 'utf8')
  const [, program = '', message = ''] =
    /^`registry\.journal` has [^]*?\n```js\n([^]*?)```\n[^]*?\n\n((?: {4}.*\n)+)/m.exec(readme) ?? []
  const folder = folderFor(t)
  const main = join(folder, 'main.mjs')
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(fileURLToPath(root), join(folder, 'node_modules', 'start-registry'))
  writeFileSync(main, program)
  const child = spawn(process.execPath, [main], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
  t.equal(Buffer.concat(out).toString(), '404 1\n')
  const expected = message.replaceAll(/^ {4}/gm, '')
  t.ok(expected.startsWith('expected 1 request'))
  t.ok(Buffer.concat(err).toString().includes(expected))
  t.equal((JSON.parse(readFileSync(join(folder, 'requests.har'), 'utf8')) as Har).log.entries.length, 1)
})
