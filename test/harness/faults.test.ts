import t from 'tap'
import { startRegistry, type FaultRule } from 'start-registry'
import { errorOf, sha256 } from '../support/content.js'
import { ask, blobPath, connectionTo, content, faulty, statusOf } from '../support/faulty.js'
import { head, hear } from '../support/heard.js'

const accounts = [
  { username: 'alice', password: 'secret' },
  { username: 'bob', password: 'secret' },
]
const login = (name: string): { Authorization: string } => ({
  Authorization: `Basic ${Buffer.from(`${name}:secret`).toString('base64')}`,
})

void t.test('a rule matches by all that it says', async (t) => {
  const { registry } = await faulty(t, [])
  const digest = sha256(content)
  const manifest = '/v2/team/app/manifests/1.0'
  const cases: readonly (readonly [rule: string, hit: [string, string], missed: [string, string]])[] = [
    ['PUT,GET: status 503', ['GET', '/v2/'], ['HEAD', '/v2/']],
    ['base: status 503', ['GET', '/v2/'], ['GET', blobPath]],
    ['token: status 503', ['GET', '/v2/auth'], ['GET', '/v2/']],
    ['catalog: status 503', ['GET', '/v2/_catalog'], ['GET', '/v2/']],
    ['tags: status 503', ['GET', '/v2/a/tags/list'], ['GET', manifest]],
    ['manifest: status 503', ['GET', manifest], ['GET', blobPath]],
    ['blob: status 503', ['HEAD', blobPath], ['POST', '/v2/team/app/blobs/uploads/']],
    ['uploads: status 503', ['POST', '/v2/team/app/blobs/uploads/'], ['GET', '/v2/team/app/blobs/uploads/1']],
    ['upload: status 503', ['GET', '/v2/team/app/blobs/uploads/1'], ['POST', '/v2/team/app/blobs/uploads/']],
    ['referrers: status 503', ['GET', `/v2/a/referrers/${digest}`], ['GET', blobPath]],
    ['team/*: status 503', ['GET', '/v2/team/a/b/tags/list'], ['GET', '/v2/teams/tags/list']],
    ['team/app:1.*: status 503', ['GET', manifest], ['GET', '/v2/team/app/manifests/2.0']],
    ['reference=sha256:*: status 503', ['GET', blobPath], ['GET', manifest]],
    [`reference=${digest}: status 503`, ['PUT', `/v2/team/app/blobs/uploads/1?digest=${digest}`], ['GET', manifest]],
    ['path=/api/*: status 503', ['GET', '/api/v1/user'], ['GET', '/v2/']],
    ['path=/v2/team/*/list: status 503', ['GET', '/v2/team/a/tags/list'], ['GET', manifest]],
    ['any: status 503', ['GET', '/favicon.ico'], ['GET', '/_start-registry/faults']],
  ]
  for (const [rule, hit, missed] of cases) {
    const added = registry.faults.add(rule)
    t.equal(await statusOf(registry, ...hit), 503, `${rule}: ${hit.join(' ')}`)
    t.not(await statusOf(registry, ...missed), 503, `${rule}: ${missed.join(' ')}`)
    t.equal(added.hits, 1)
    t.equal(added.remove(), true)
  }
})

void t.test('which of the requests: the nth, several, every nth, so many times, once', async (t) => {
  const { registry } = await faulty(t, [])
  for (const [rule, expected] of [
    ['nth=2: status 503', '.x....'],
    ['nth=2,5: status 503', '.x..x.'],
    ['nth=every-3rd: status 503', '..x..x'],
    ['times=2: status 503', 'xx....'],
    ['nth=every-2nd times=2: status 503', '.x.x..'],
    ['once: status 503', 'x.....'],
    ['any: status 503', 'xxxxxx'],
  ] as const) {
    const added = registry.faults.add(rule)
    let seen = ''
    for (let round = 0; round < 6; round++) seen += (await statusOf(registry, 'GET', '/v2/')) === 503 ? 'x' : '.'
    t.equal(seen, expected, rule)
    t.equal(added.hits, expected.split('x').length - 1)
    added.remove()
  }
})

void t.test('chance follows from the seed', async (t) => {
  const seen = async (seed: number): Promise<string> => {
    const { registry } = await faulty(t, [{ probability: 0.5, seed, fault: 'status', status: 503 }])
    let text = ''
    for (let round = 0; round < 24; round++) text += (await statusOf(registry, 'GET', '/v2/')) === 503 ? 'x' : '.'
    return text
  }
  const first = await seen(1)
  t.equal(first, await seen(1))
  t.not(first, await seen(2))
  t.ok(first.split('x').length > 6 && first.split('.').length > 6, first)
})

void t.test('rules are asked in their order, and one that answers hides those behind it', async (t) => {
  const { registry, events } = await faulty(t, [
    'GET blob: corrupt 0',
    'GET blob: corrupt 999',
    'GET blob once: status 503',
    'GET blob: status 500',
  ])
  t.equal(await statusOf(registry, 'GET', blobPath), 503)
  t.equal(await statusOf(registry, 'GET', blobPath), 500)
  t.ok(registry.faults.remove(4))
  t.notOk(registry.faults.remove(4))
  const { body } = await ask(registry, 'GET', blobPath)
  t.equal(body[0], 0xff)
  t.equal(body[999], (999 % 251) ^ 0xff)
  // What works on a reply is done when it comes back: the last first.
  t.same(
    events.map(({ faults }) => faults),
    [['#3 status 503'], ['#4 status 500'], ['#2 corrupt 999', '#1 corrupt 0']],
  )
  t.same(
    registry.faults.list().map(({ id, hits }) => [id, hits]),
    [
      [1, 1],
      [2, 1],
      [3, 1],
    ],
    'a refusal has no content to corrupt',
  )
  t.equal(
    JSON.stringify(registry.faults.list()[2]),
    '{"id":3,"rule":{"fault":"status","method":"GET","route":"blob","once":true,"status":503},"hits":1}',
  )
  registry.faults.clear()
  t.same(registry.faults.list(), [])
  t.same((await ask(registry, 'GET', blobPath)).body, content)
  t.equal(registry.faults.add('any: hang').id, 5, 'numbers are not used again')
})

void t.test('a rule for accounts stands behind access, and the others in front of it', async (t) => {
  const { registry, events } = await faulty(t, [{ account: 'al*', fault: 'status', status: 503 }], { accounts })
  t.equal((await ask(registry, 'GET', blobPath)).status, 401)
  t.equal((await ask(registry, 'GET', blobPath, login('bob'))).status, 200)
  t.equal((await ask(registry, 'GET', blobPath, login('alice'))).status, 503)
  t.match(events.at(-1), { account: 'alice', faults: ['#1 status 503'] })
  registry.faults.add('blob: status 500')
  t.equal((await ask(registry, 'GET', blobPath)).status, 500)
})

void t.test('the profile tells the error, and the rule its status', async (t) => {
  const { registry } = await faulty(
    t,
    ['GET blob: status 503 retry-after=2', 'tags: status 404', 'catalog: rate-limit'],
    {
      profile: 'quay-3.7',
      accounts,
    },
  )
  const unavailable = await ask(registry, 'GET', blobPath)
  t.equal(unavailable.status, 503)
  t.equal(unavailable.headers['retry-after'], '2')
  t.match(unavailable.text, /<hr><center>nginx<\/center>/)
  t.match(await ask(registry, 'GET', '/v2/a/b/tags/list'), { status: 404, text: /<title>404 Not Found<\/title>/ })
  t.match(await ask(registry, 'GET', '/v2/_catalog'), {
    status: 429,
    headers: { 'ratelimit-limit': '100;w=21600' },
    text: /^\{"errors":\[\{"code":"INVALID_REQUEST"/,
  })
})

void t.test('the option faults takes rules from the start on', async (t) => {
  const rules: (FaultRule | string)[] = ['base once: status 500', { route: 'base', fault: 'status', status: 502 }]
  const registry = await startRegistry({ faults: rules })
  t.teardown(() => registry.close())
  t.equal(await statusOf(registry, 'GET', '/v2/'), 500)
  const reply = await ask(registry, 'GET', '/v2/')
  t.equal(reply.status, 502)
  t.same(errorOf(reply), { code: 'UNKNOWN', message: 'a fault answers 502' })
})

void t.test('a registry that closes ends all that waits', async (t) => {
  const registry = await startRegistry({
    grace: 60_000,
    faults: ['path=/hang: hang', 'base: latency 3600s', 'catalog: slow 1'],
  })
  const came = new Promise<void>((resolve) => {
    let count = 0
    registry.onRequest(() => {
      if (++count === 3) resolve()
    })
  })
  const hanging = hear(registry, head('GET', '/hang'))
  const waiting = hear(registry, head('GET', '/v2/', { Connection: 'close' }))
  const dripping = connectionTo(t, registry)
  dripping.send(head('GET', '/v2/_catalog', { Connection: 'close' }))
  t.match(await dripping.untilText('\r\n\r\n{'), /^HTTP\/1\.1 200 OK/)
  await registry.close()
  await came
  t.same(await hanging, { bytes: Buffer.alloc(0), ended: 'end' })
  t.match(String((await waiting).bytes), /\r\n\r\n\{\}$/, 'what waited is answered')
  t.match(String((await dripping.end()).bytes), /\r\n\r\n\{"repositories":\[\]\}$/, 'what dripped comes at once')
})

void t.test('a client that gives up ends what waits for it, and its request is not carried out', async (t) => {
  const { registry, events } = await faulty(t, ['POST: latency 3600s', 'PUT: hang'], { unref: false })
  for (const method of ['POST', 'PUT']) {
    const ended = new Promise<void>((resolve) => {
      registry.onRequest((event) => {
        if (event.method === method) resolve()
      })
    })
    const connection = connectionTo(t, registry)
    connection.send(head(method, `/v2/a/blobs/uploads/?digest=${sha256('')}`, { 'Content-Length': 0 }))
    // Another request shows that the first one has come.
    t.equal(await statusOf(registry, 'GET', '/v2/'), 200)
    connection.close()
    await ended
  }
  t.match(
    events.filter(({ method }) => method !== 'GET'),
    [
      { method: 'POST', status: 0, aborted: true, faults: ['#1 latency 3600000'], error: undefined },
      { method: 'PUT', status: 0, aborted: true, faults: ['#2 hang'], error: undefined },
    ],
  )
  t.equal(await registry.store.blob('a', sha256('') as `sha256:${string}`, 0), undefined)
})
