import t from 'tap'
import { startRegistry } from 'start-registry'
import { errorOf, type Wire } from '../support/content.js'
import { basic } from '../support/login.js'
import { registryFor } from '../support/registries.js'

const root = '/_start-registry'
const json = { 'Content-Type': 'application/json' }

const post = (wire: Wire, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
  wire.send('POST', `${root}/${path}`, {
    headers: body === undefined ? headers : { ...json, ...headers },
    body: body === undefined ? '' : JSON.stringify(body),
  })

const idsOf = (text: string): number[] =>
  (JSON.parse(text) as { requests: { id: number }[] }).requests.map(({ id }) => id)

void t.test('it is there only when it is asked for', async (t) => {
  const { registry, wire } = await registryFor(t)
  const reply = await wire.get(`${root}/`)
  t.equal(reply.status, 404)
  t.same(errorOf(reply), errorOf(await wire.get('/anything')))
  t.equal((await wire.send('DELETE', `${root}/requests`)).status, 404)
  t.equal(registry.journal.requests({ status: 404 }).length, 3, 'and is journaled as any other page')
  await t.rejects(startRegistry({ admin: true, journal: false }), {
    message: 'start-registry: admin does not go with journal: false: it answers what the journal has',
  })
})

void t.test('it says what there is, and each of it is there', async (t) => {
  const { registry, wire } = await registryFor(t, { admin: true })
  for (const path of [root, `${root}/`]) t.match(await wire.get(path), { status: 200 })
  const { registry: about, ends } = JSON.parse((await wire.get(`${root}/`)).text) as {
    registry: object
    ends: { method: string; path: string; what: string; takes?: string }[]
  }
  t.match(about, { url: registry.url, host: registry.host, profile: 'oci', version: /^\d/ })
  t.ok(ends.length > 20)
  for (const { method, path, what } of ends.filter((end) => !/events|wait/.test(end.path))) {
    t.ok(what, path)
    const reply = await wire.send(method, path)
    t.ok(
      reply.status < 300 || /\bID\b/.test(path) || [400, 409, 501].includes(reply.status),
      `${method} ${path} ${reply.status}`,
    )
    const wrong = await wire.send('PUT', path)
    t.equal(wrong.status, 405, path)
    const allowed = ends.filter((end) => end.path === path).map((end) => end.method)
    t.equal(wrong.headers['allow'], allowed.join(', '))
  }
  const typo = await wire.get(`${root}/request`)
  t.equal(typo.status, 404)
  t.same(errorOf(typo), { code: 'NOT_FOUND', message: 'there is no such page (did you mean requests?)' })
  t.equal(errorOf(await wire.get(`${root}/x`)).message, 'there is no such page: GET /_start-registry/ has them all')
  t.equal((await wire.send('HEAD', `${root}/requests`)).status, 200)
})

void t.test('requests, filtered by the query, and none of its own', async (t) => {
  const accounts = [{ username: 'alice', password: 'secret' }]
  const { wire } = await registryFor(t, { admin: true, accounts })
  const alice = basic('alice', 'secret')
  await wire.get('/v2/')
  await wire.get('/v2/team/app/manifests/1', { ...alice, Accept: 'application/json' })
  await wire.send('HEAD', '/v2/team/web/tags/list', { headers: alice })
  const rows: readonly (readonly [query: string, ids: number[]])[] = [
    ['', [1, 2, 3]],
    ['?method=GET', [1, 2]],
    ['?method=PUT&method=HEAD', [3]],
    ['?route=manifest&route=base', [1, 2]],
    ['?repository=team/*', [2, 3]],
    ['?repository=team%2F*&reference=1', [2]],
    ['?account=alice', [2, 3]],
    ['?account=', [1]],
    ['?status=401', [1]],
    ['?status=401&status=4xx', [1, 2, 3]],
    ['?path=/v2/', [1]],
    ['?target=*list', [3]],
    ['?header=accept:*json*', [2]],
    ['?header=Authorization', [2, 3]],
    ['?fault=true', []],
    ['?fault=false&aborted=false&scheme=http', [1, 2, 3]],
    ['?since=1', [2, 3]],
  ]
  for (const [query, ids] of rows) {
    const reply = await wire.get(`${root}/requests${query}`)
    t.equal(reply.status, 200, query)
    t.same(idsOf(reply.text), ids, query)
  }
  const wrong: readonly (readonly [query: string, message: string])[] = [
    ['?methd=GET', 'journal: unknown filter methd (did you mean method?)'],
    ['?status=4x', 'journal: status must be a number such as 201, a class such as 4xx'],
    ['?since=', 'journal: since must be the id of a request, or a mark'],
    ['?aborted=maybe', 'journal: aborted must be true or false'],
    ['?route=tag', 'journal: route must be base'],
  ]
  for (const [query, message] of wrong) {
    for (const path of ['requests', 'requests/wait', 'har', 'events']) {
      const reply = await wire.get(`${root}/${path}${query}`)
      t.equal(reply.status, 400, path + query)
      t.equal(errorOf(reply).message.slice(0, message.length), message)
    }
  }
  const har = JSON.parse((await wire.get(`${root}/har?method=HEAD`)).text) as { log: { entries: { _id: number }[] } }
  t.match(har.log.entries, [{ _id: 3, request: { method: 'HEAD' } }])
  t.equal((await wire.send('DELETE', `${root}/requests`)).status, 204)
  t.same(JSON.parse((await wire.get(`${root}/requests`)).text), { requests: [], forgotten: 0 })
})

void t.test('what is expected, and what came nearest', async (t) => {
  const { wire } = await registryFor(t, { admin: true })
  await wire.get('/healthz')
  const { since } = JSON.parse((await post(wire, 'requests/mark')).text) as { since: number }
  t.equal(since, 1)
  await wire.get('/v2/app/tags/list')
  const filter = { method: 'GET', route: 'tags', status: 404 }
  const met = await post(wire, 'requests/expect', { filter, count: 1 })
  t.equal(met.status, 200)
  t.same(idsOf(met.text), [2])
  const failed = await post(wire, 'requests/expect', { filter: { ...filter, status: 200 }, since })
  t.equal(failed.status, 409)
  const message = [
    'expected at least 1 request with method GET, route tags, status 200, and there was none among 1 request',
    'nearest:',
    '  #2 GET tags app: status was 404, not 200',
  ].join('\n')
  t.same(errorOf(failed), { code: 'EXPECTATION_FAILED', message })
  const text = await post(
    wire,
    'requests/expect',
    { filter: { ...filter, status: 200 }, since },
    { Accept: 'text/plain' },
  )
  t.same([text.status, text.text], [409, `${message}\n`])
  t.equal((await post(wire, 'requests/expect', { filter: { route: 'blob' }, count: 0 })).status, 200)
  t.equal((await post(wire, 'requests/expect-only', { filters: [{ route: 'tags' }], since })).status, 200)
  t.equal((await post(wire, 'requests/expect-only', { filters: [{ route: 'tags' }] })).status, 409)
  const where = { repository: 'app' }
  t.equal((await post(wire, 'requests/expect-only', { filters: [{ route: 'tags' }], where })).status, 200)
  t.equal((await post(wire, 'requests/expect-nothing-unexpected', { since })).status, 200)
  t.equal((await post(wire, 'requests/expect-nothing-unexpected')).status, 409)
  t.equal((await post(wire, 'requests/expect-nothing-unexpected', { allow: [{ path: '/healthz' }] })).status, 200)
  const wrong: readonly (readonly [path: string, body: unknown, message: string])[] = [
    ['requests/expect', { filtr: {} }, 'the body has no member "filtr" (did you mean filter?)'],
    ['requests/expect', [], 'the body must be a JSON object'],
    ['requests/expect', { filter: { methd: 'GET' } }, 'journal: unknown filter methd (did you mean method?)'],
    ['requests/expect', { count: -1 }, 'journal: count must be a whole number, or { atLeast, atMost }'],
    ['requests/expect', { since: 'now' }, 'journal: since must be the id of a request, or a mark'],
    ['requests/expect-only', {}, 'journal: expectOnly takes an array of filters'],
    ['requests/expect-nothing-unexpected', { allow: {} }, 'allow must be an array of filters'],
    ['clock/advance', { ms: -1 }, 'advance takes milliseconds, 0 or more'],
    ['clock/advance', {}, 'advance takes milliseconds, 0 or more'],
  ]
  for (const [path, body, expected] of wrong) {
    const reply = await post(wire, path, body)
    t.same([reply.status, errorOf(reply).message], [400, expected])
  }
})

void t.test('waiting for a request', async (t) => {
  const { wire } = await registryFor(t, { admin: true })
  const waiting = wire.get(`${root}/requests/wait?route=tags`)
  await wire.get('/v2/app/tags/list')
  t.match(JSON.parse((await waiting).text), { id: 1, route: 'tags', repository: 'app' })
  const late = await wire.get(`${root}/requests/wait?route=blob&timeout=1`)
  t.equal(late.status, 409)
  t.match(errorOf(late).message, /^expected a request with route blob within 1 ms, /)
  for (const timeout of ['soon', '-1', '240001']) {
    const reply = await wire.get(`${root}/requests/wait?timeout=${timeout}`)
    t.same([reply.status, errorOf(reply).message], [400, 'timeout must be milliseconds, at most 240000'])
  }
})

void t.test('who waits when the registry closes is told so', async (t) => {
  let cameNow: () => void = () => {}
  const clock = (): number => {
    cameNow()
    return 0
  }
  const { registry, wire } = await registryFor(t, { admin: true, clock })
  const came = new Promise<void>((resolve) => (cameNow = resolve))
  const waiting = wire.get(`${root}/requests/wait?route=blob`)
  await came
  const [reply] = await Promise.all([waiting, registry.close()])
  t.equal(reply.status, 409)
  t.match(errorOf(reply).message, /before the registry closed/)
})

void t.test('the clock', async (t) => {
  const { registry, wire } = await registryFor(t, { admin: true, clock: () => 1_000_000_000_000 })
  t.same(JSON.parse((await wire.get(`${root}/clock`)).text), { now: 1e12, time: '2001-09-09T01:46:40.000Z' })
  const moved = await post(wire, 'clock/advance', { ms: 60_000 })
  t.same([moved.status, JSON.parse(moved.text)], [200, { now: 1e12 + 60_000, time: '2001-09-09T01:47:40.000Z' }])
  t.equal(registry.clock.now(), 1e12 + 60_000)
})

void t.test('it needs no login, but no page of another site gets in', async (t) => {
  const accounts = [{ username: 'alice', password: 'secret' }]
  const tls = { names: ['registry.example'] }
  const { registry, wire } = await registryFor(t, { admin: true, accounts, tls, http: true })
  const own = `127.0.0.1:${registry.port}`
  const ask = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await wire.send('DELETE', `${root}/requests`, { headers })).status
  t.equal(await ask({}), 204)
  t.equal(await ask({ Origin: `http://${own}` }), 204)
  for (const Origin of ['https://evil.example', 'null', `https://${own}`, `http://${own}0`, 'http://127.0.0.1']) {
    t.equal(await ask({ Origin }), 403, Origin)
  }
  for (const Host of [
    'localhost',
    'localhost:1',
    '[::1]:1',
    '10.0.0.1',
    'registry',
    'registry.example:5000',
    'a.test',
  ]) {
    t.equal(await ask({ Host }), 204, Host)
  }
  for (const Host of ['evil.example', 'evil.example:1', '127.0.0.1.evil.example', 'localhost.evil.example']) {
    t.equal(await ask({ Host }), 403, Host)
    t.equal(await ask({ Host, Origin: `http://${Host}` }), 403, 'a name that was pointed here')
  }
  const denied = await wire.get(`${root}/requests`, { Host: 'evil.example' })
  t.same(errorOf(denied), {
    code: 'DENIED',
    message:
      'this name may be of another site: use localhost, an IP address, or a name that the registry was started with',
  })
  const page = { headers: { 'Content-Type': 'text/plain' }, body: '{"ms":1}' }
  const simple = await wire.send('POST', `${root}/clock/advance`, page)
  t.same([simple.status, errorOf(simple).message], [415, 'send JSON, with Content-Type: application/json'])
  t.equal((await wire.send('POST', `${root}/clock/advance`, { body: '{"ms":1}' })).status, 415)
  t.equal((await wire.send('OPTIONS', `${root}/clock/advance`, { headers: { Origin: `http://${own}` } })).status, 405)
  t.same(registry.journal.requests(), [])
})

void t.test('bodies are JSON, and small', async (t) => {
  const { wire } = await registryFor(t, { admin: true })
  const send = (body: string, type = 'application/json') =>
    wire.send('POST', `${root}/clock/advance`, { headers: { 'Content-Type': type }, body })
  const broken = await send('{"ms":')
  t.equal(broken.status, 400)
  t.match(errorOf(broken).message, /^the body is not JSON: /)
  t.equal((await send('{"ms":1}', 'Application/JSON; charset=utf-8')).status, 200)
  t.equal((await send('{"ms":1}', 'application/jsonp')).status, 415)
  const large = await send(`{"ms":${' '.repeat(300_000)}1}`)
  t.same([large.status, errorOf(large).message], [413, 'a body is at most 256 KiB of JSON'])
})

void t.test('a Quay and a registry of https alone have it too', async (t) => {
  const { wire } = await registryFor(t, { admin: true, profile: 'quay-3.7' })
  t.equal((await wire.get(`${root}/requests`)).status, 200)
  t.equal(errorOf(await wire.get(`${root}/requests?x=1`)).code, 'BAD_REQUEST', 'in its own words')
  t.equal((await wire.get('/v2/')).status, 401)
  const { wire: plain } = await registryFor(t, { admin: true, tls: true })
  t.match(errorOf(await plain.get(`${root}/requests`)).message, /^this registry speaks https/)
})

void t.test('what listens elsewhere warns that anybody can steer it', async (t) => {
  const { registry: near } = await registryFor(t, { admin: true, host: '127.0.0.1' })
  t.same(near.warnings, [])
  const { registry: far } = await registryFor(t, { admin: true, host: '0.0.0.0' })
  t.same(far.warnings, ['the admin API needs no login, and whoever reaches 0.0.0.0 can steer this registry by it'])
})

void t.test('what it steers is the registry itself', async (t) => {
  const { registry, wire } = await registryFor(t, { admin: true })
  const answer = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const reply = await post(wire, path, body)
    t.ok(reply.status < 300, `${path} ${reply.status} ${reply.text}`)
    return (reply.text === '' ? {} : JSON.parse(reply.text)) as Record<string, unknown>
  }
  await wire.image('team/app', '1')
  const { id } = await answer('snapshots')
  await wire.image('team/app', '2')
  await answer(`snapshots/${String(id)}/restore`)
  t.equal((await wire.get('/v2/team/app/tags/list')).text, '{"name":"team/app","tags":["1"]}')

  const fault = await answer('faults', { route: 'tags', fault: 'status', status: 503, times: 1 })
  t.equal((await wire.get('/v2/team/app/tags/list')).status, 503)
  t.equal(registry.faults.list()[0]?.hits, 1)
  t.equal((await wire.send('DELETE', `${root}/faults/${String(fault['id'])}`)).status < 300, true)
  t.same(registry.faults.list(), [])

  t.match(await answer('namespace', { under: 'team' }), { namespace: /^team\/test-/ })
  await answer('clock/advance', { ms: 7_200_000 })
  await wire.send('DELETE', '/v2/team/app/manifests/1')
  await answer('collect', { untagged: true })
  await answer('reset')
  t.equal((await wire.get('/v2/_catalog')).text, '{"repositories":[]}')
})
