import { connect } from 'node:net'
import t from 'tap'
import { memoryStore } from 'start-registry/core'
import { startRegistry, type JournaledRequest, type RequestFilter } from 'start-registry'
import { sha256 } from '../support/content.js'
import { basic } from '../support/login.js'
import { registryFor } from '../support/registries.js'

const accounts = [{ username: 'alice', password: 'secret', permissions: ['team/*:pull,push'] }]
const said = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was thrown'
}

void t.test('a request is plain data, without what is secret', async (t) => {
  const { registry, wire } = await registryFor(t, { accounts, clock: () => 1_000_000_000_000 })
  const digest = sha256('hello')
  const headers = { ...basic('alice', 'secret'), 'X-Twice': 'one', 'x-twice': 'two', Cookie: 'session=1' }
  await wire.send('POST', `/v2/team/app/blobs/uploads/?digest=${digest}`, { headers, body: 'hello' })
  await wire.get('/v2/team/app/manifests/1')
  const [push, pull, ...others] = registry.journal.requests()
  t.same(others, [])
  t.same(JSON.parse(JSON.stringify({ ...push, ms: 0, replyHeaders: {} })), {
    id: 1,
    at: 1_000_000_000_000,
    time: '2001-09-09T01:46:40.000Z',
    method: 'POST',
    scheme: 'http',
    target: `/v2/team/app/blobs/uploads/?digest=${digest}`,
    path: '/v2/team/app/blobs/uploads/',
    route: 'uploads',
    repository: 'team/app',
    account: 'alice',
    headers: {
      host: `127.0.0.1:${registry.port}`,
      authorization: 'Basic [redacted]',
      'x-twice': 'one, two',
      cookie: '[redacted]',
      'content-length': '5',
      connection: 'close',
    },
    rawHeaders: Object.entries({
      Host: `127.0.0.1:${registry.port}`,
      Authorization: 'Basic [redacted]',
      'X-Twice': 'one',
      'x-twice': 'two',
      Cookie: '[redacted]',
      'Content-Length': '5',
      Connection: 'close',
    }).flat(),
    received: 5,
    status: 201,
    replyHeaders: {},
    bytes: 0,
    ms: 0,
    faults: [],
    aborted: false,
  })
  t.match(push?.replyHeaders, { Location: `/v2/team/app/blobs/${digest}`, 'Docker-Content-Digest': digest })
  t.match(pull, { id: 2, route: 'manifest', reference: '1', account: undefined, status: 401, scopes: undefined })
  t.equal(registry.journal.requests()[0], push, 'the same object each time')
})

void t.test('credentials are kept when somebody asks for it', async (t) => {
  const { registry, wire } = await registryFor(t, { accounts, journal: { credentials: true } })
  const headers = basic('alice', 'secret')
  await wire.get('/v2/', headers)
  t.equal(registry.journal.requests()[0]?.headers['authorization'], headers.Authorization)
})

void t.test('filters', async (t) => {
  const { registry, wire } = await registryFor(t, { accounts })
  const alice = basic('alice', 'secret')
  await wire.get('/v2/')
  await wire.get('/v2/team/app/manifests/1?x=1', { ...alice, Accept: 'text/*, application/json' })
  await wire.get('/v2/team/web/sub/tags/list', alice)
  await wire.send('HEAD', `/v2/team/app/blobs/${sha256('')}`, { headers: alice })
  await wire.send('PUT', '/v2/other/app/manifests/1', { headers: alice, body: '{}' })
  await wire.get('/elsewhere')
  const rows: readonly (readonly [filter: RequestFilter, ids: number[]])[] = [
    [{}, [1, 2, 3, 4, 5, 6]],
    [{ method: 'head' }, [4]],
    [{ method: ['PUT', 'HEAD'] }, [4, 5]],
    [{ route: 'manifest' }, [2, 5]],
    [{ route: ['base', 'unknown'] }, [1, 6]],
    [{ repository: 'team/app' }, [2, 4]],
    [{ repository: 'team/*' }, [2, 3, 4]],
    [{ repository: ['other/*', /web/] }, [3, 5]],
    [{ repository: '*' }, [2, 3, 4, 5]],
    [{ reference: '1' }, [2, 5]],
    [{ reference: 'sha256:*' }, [4]],
    [{ account: 'alice' }, [2, 3, 4, 5]],
    [{ account: null }, [1, 6]],
    [{ status: 403 }, [5]],
    [{ status: '4xx', route: 'base' }, [1]],
    [{ status: ['2xx', (status) => status === 403] }, [5]],
    [{ path: '/v2/team/app/manifests/1' }, [2]],
    [{ path: '/v2/*/list' }, [3]],
    [{ target: /x=1$/g }, [2]],
    [{ target: '/v2/team/app/manifests/1' }, []],
    [{ header: { ACCEPT: '*json*' } }, [2]],
    [{ header: { authorization: true } }, [2, 3, 4, 5]],
    [{ header: { authorization: false } }, [1, 6]],
    [{ aborted: false, scheme: 'http', since: 4 }, [5, 6]],
    [{ fault: true }, []],
    [{ fault: false, since: registry.journal.requests()[4]?.id }, [6]],
    [{ repository: undefined, method: 'PUT' }, [5]],
    [({ id, headers }) => id > 1 && headers['authorization'] === undefined, [6]],
  ]
  for (const [filter, ids] of rows) {
    for (const round of ['first', 'second']) {
      const found = registry.journal.requests(filter).map(({ id }) => id)
      t.same(found, ids, `${typeof filter === 'function' ? 'function' : JSON.stringify(filter)}, ${round}`)
    }
  }
})

void t.test('what is no filter is named, with what may have been meant', async (t) => {
  const { registry } = await registryFor(t)
  const rows: readonly (readonly [filter: unknown, message: string])[] = [
    [{ mehtod: 'GET' }, 'start-registry: journal: unknown filter mehtod (did you mean method?)'],
    [
      { colour: 1 },
      'start-registry: journal: unknown filter colour: there are method, route, repository, reference, account, status, path, target, header, fault, aborted, scheme, since',
    ],
    [{ toString: 'x' }, 'start-registry: journal: unknown filter toString: there are method'],
    [
      { route: 'manifests' },
      'start-registry: journal: route must be base, catalog, token, tags, manifest, blob, uploads, upload, referrers, chartIndex, chartFile, charts, chartProvenances, chartVersions, chartVersion, invalid, page or unknown (did you mean manifest?)',
    ],
    [
      { status: '4x' },
      'start-registry: journal: status must be a number such as 201, a class such as 4xx, a function, or an array of them',
    ],
    [{ status: [] }, 'start-registry: journal: status must be'],
    [
      { repository: 1 },
      'start-registry: journal: repository must be text, in which * stands for any part, or a regular expression',
    ],
    [{ repository: [] }, 'start-registry: journal: repository must be'],
    [{ aborted: 'yes' }, 'start-registry: journal: aborted must be true or false'],
    [{ header: 'Accept' }, 'start-registry: journal: header must be an object such as { Accept: "*json*" }'],
    [{ header: { Accept: 1 } }, 'start-registry: journal: header Accept must be text'],
    [{ since: 'now' }, 'start-registry: journal: since must be the id of a request, or a mark'],
    ['PUT', 'start-registry: journal: a filter is an object such as { method: "PUT", status: 201 }, or a function'],
    [null, 'start-registry: journal: a filter is an object'],
  ]
  for (const [filter, message] of rows) {
    const thrown = said(() => registry.journal.requests(filter as RequestFilter))
    t.equal(thrown.slice(0, message.length), message)
    await t.rejects(registry.journal.waitFor(filter as RequestFilter), { name: 'TypeError' })
  }
  t.throws(() => registry.journal.expect({}, -1), {
    message: 'start-registry: journal: count must be a whole number, or { atLeast, atMost }',
  })
  t.throws(() => registry.journal.expect({}, { atleast: 1 } as object), {
    message: /^start-registry: journal: count must be/,
  })
  await t.rejects(registry.journal.waitFor({}, { timeout: -1 }), {
    message: 'start-registry: journal: timeout must be milliseconds, 0 or more',
  })
})

void t.test('what is expected is answered, and what is not there is told with the nearest others', async (t) => {
  const { registry, wire } = await registryFor(t, { accounts })
  const alice = basic('alice', 'secret')
  const { journal } = registry
  await wire.send('PUT', '/v2/team/app/manifests/1', { body: '{}' })
  await wire.send('PUT', '/v2/team/app/manifests/1', { body: '{}' })
  await wire.send('PUT', '/v2/team/web/manifests/1', { headers: alice, body: '{}' })
  await wire.get(`/v2/team/app/blobs/${sha256('')}`, alice)
  t.same(
    journal.expect({ method: 'PUT' }).map(({ id }) => id),
    [1, 2, 3],
  )
  t.equal(journal.expect({ method: 'PUT', status: 401 }, 2).length, 2)
  t.same(journal.expect({ method: 'DELETE' }, 0), [])
  t.equal(journal.expect({ repository: 'team/*' }, { atLeast: 2, atMost: 4 }).length, 4)
  const filter: RequestFilter = { method: 'PUT', route: 'manifest', repository: 'team/app', status: 201 }
  t.equal(
    said(() => journal.expect(filter)),
    [
      'expected at least 1 request with method PUT, route manifest, repository team/app, status 201, and there was none among 4 requests',
      'nearest:',
      '  #1 and 1 more until #2 PUT manifest team/app:1: status was 401, not 201',
      '  #3 PUT manifest team/web:1 as alice: repository was team/web, not team/app; status was 400, not 201',
      '  #4 GET blob team/app@sha256:e3b0c44298fc… as alice: method was GET, not PUT; route was blob, not manifest; status was 404, not 201',
    ].join('\n'),
  )
  t.equal(
    said(() => journal.expect({ method: 'PUT', account: null }, 3)),
    [
      'expected 3 requests with method PUT, account none, and there were only 2 among 4 requests:',
      '  #1 PUT manifest team/app:1: answered 401',
      '  #2 PUT manifest team/app:1: answered 401',
      'nearest:',
      '  #3 PUT manifest team/web:1 as alice: account was alice, not none',
      '  #4 GET blob team/app@sha256:e3b0c44298fc… as alice: method was GET, not PUT; account was alice, not none',
    ].join('\n'),
  )
  t.equal(
    said(() => journal.expect({ status: '4xx', method: 'GET' }, 0)),
    [
      'expected no request with status 4xx, method GET, and there was 1:',
      '  #4 GET blob team/app@sha256:e3b0c44298fc… as alice: answered 404',
    ].join('\n'),
  )
  const isLarge = ({ bytes }: JournaledRequest): boolean => bytes > 1e9
  t.match(
    said(() => journal.expect(isLarge)),
    /^expected at least 1 request with what isLarge wants, .*\nnearest:\n {2}#4 GET blob .*: answered 404, not what isLarge wants\n/,
  )
})

void t.test('a failed expectation is an assertion that begins where it was made', async (t) => {
  const { registry } = await registryFor(t)
  const fail = (): unknown => registry.journal.expect({ method: 'PUT' })
  t.throws(fail, { name: 'AssertionError', code: 'ERR_ASSERTION', operator: 'expect', actual: 0 })
  const stackOf = (error: unknown): string => (error as Error).stack?.split('\n').at(1) ?? ''
  try {
    fail()
  } catch (error) {
    t.match(stackOf(error), /journal\.test/)
  }
  await registry.journal.waitFor({}, { timeout: 0 }).catch((error: unknown) => t.match(error, { operator: 'waitFor' }))
  const waiting = async (): Promise<unknown> => await registry.journal.waitFor({}, { timeout: 0 })
  await waiting().then(
    () => t.fail('there was a request'),
    (error: unknown) => t.match(stackOf(error), /async waiting .*journal\.test/),
  )
})

void t.test('messages stay short, and control characters in them harmless', async (t) => {
  const { registry, wire } = await registryFor(t)
  for (let n = 0; n < 40; n++) await wire.get(`/v2/x/manifests/${n}${'x'.repeat(100)}`)
  t.equal((await wire.get(`/${'y'.repeat(5000)}`, { 'X-Colour': '\u009b2J' })).status, 404)
  const message = said(() => registry.journal.expectOnly([{ method: 'PUT' }, { route: 'unknown', target: /y{5000}/ }]))
  t.ok(message.length < 5000, `${message.length} characters`)
  t.match(message, /but for 40 of 41 requests:\n(?: {2}.*\n){10} {2}and 30 more$/)
  const nearest = said(() => registry.journal.expect({ path: '/y*', header: { 'X-Colour': 'red' } }))
  t.match(nearest, /\nnearest:\n {2}#41 GET \/y+…: header X-Colour was .*\\x9b2J, not red\n/)
  t.ok(nearest.length < 2000)
})

void t.test('nothing unexpected happened', async (t) => {
  const { registry, wire } = await registryFor(t)
  const { journal } = registry
  await wire.get('/metrics')
  const mark = journal.mark()
  mark.expectOnly([])
  mark.expectNothingUnexpected()
  await wire.image('team/app', '1')
  await wire.get('/v2/team/app/manifests/2')
  const expected: RequestFilter[] = [
    { route: 'uploads', status: 201 },
    { method: 'PUT', repository: 'team/app' },
    { method: 'GET', route: 'manifest', status: 200 },
  ]
  t.equal(
    said(() => mark.expectOnly(expected)),
    [
      'expected (route uploads, status 201), (method PUT, repository team/app), (method GET, route manifest, status 200) only, but for 1 of 4 requests:',
      '  #5 GET manifest team/app:2: answered 404: status was 404, not 200',
    ].join('\n'),
  )
  mark.expectOnly([...expected, { status: 404 }])
  mark.expectNothingUnexpected()
  t.match(
    said(() => mark.expectOnly(expected.slice(1))),
    /only, but for 3 of 4 requests:\n {2}#2 POST uploads team\/app: answered 201: method was POST, not PUT\n/,
  )
  await wire.get('/healthz')
  await wire.get('/v2/UPPER/tags/list')
  const lines = [
    '  #6 GET /healthz: answered 404: there is no such page',
    '  #7 GET /v2/UPPER/tags/list: answered 400: there is no such page',
  ]
  t.equal(
    said(() => mark.expectNothingUnexpected()),
    ['expected nothing unexpected, but for 2 of 6 requests:', ...lines].join('\n'),
  )
  t.equal(
    said(() => mark.expectOnly([{ method: ['GET', 'PUT', 'POST'] }])),
    ['expected (method GET or PUT or POST) only, but for 2 of 6 requests:', ...lines].join('\n'),
  )
  mark.expectOnly([{ method: ['GET', 'PUT', 'POST'] }, { path: '/healthz' }, { route: 'invalid' }])
  mark.expectNothingUnexpected({ allow: [{ path: '/healthz' }, () => true] })
  t.equal(mark.requests().length, 6)
})

void t.test('a connection that goes away is unexpected, and so is a failure', async (t) => {
  const storage = memoryStore()
  storage.tags = () => {
    throw new Error('the disk is on fire')
  }
  const { registry, wire } = await registryFor(t, { storage })
  await wire.get('/v2/app/tags/list')
  const session = await wire.session('app')
  const socket = connect({ port: registry.port, host: '127.0.0.1' })
  socket.write(`PATCH ${session} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf`)
  socket.destroySoon()
  await registry.journal.waitFor({ method: 'PATCH', aborted: true })
  t.equal(
    said(() => registry.journal.expectNothingUnexpected()),
    [
      'expected nothing unexpected, but for 2 of 3 requests:',
      '  #1 GET tags app (Error: the disk is on fire): answered 500: the registry failed',
      '  #3 PATCH upload app (aborted): no answer: the connection went away',
    ].join('\n'),
  )
  registry.journal.expectOnly([{ repository: 'app' }, { status: '5xx' }, { aborted: true }])
  t.match(
    said(() => registry.journal.expectOnly([{ repository: 'app' }])),
    / but for 2 of 3 requests:/,
  )
})

void t.test('the requests of some repositories are as if there were no others', async (t) => {
  const { registry, wire } = await registryFor(t)
  const own = registry.journal.where({ repository: 'test-1/*' })
  await wire.get('/v2/test-1/app/tags/list')
  await wire.get('/v2/test-2/app/tags/list')
  await wire.get('/nowhere')
  const mark = own.mark()
  await wire.get('/v2/test-2/app/manifests/1')
  await wire.get('/v2/test-1/app/manifests/1')
  t.same(
    own.requests().map(({ id }) => id),
    [1, 5],
  )
  mark.expectOnly([{ route: 'manifest' }])
  own.expectNothingUnexpected()
  t.match(await own.waitFor({ route: 'manifest' }), { id: 5 })
  t.match(
    said(() => own.expect({ route: 'blob' })),
    /there was none among 2 requests\n/,
  )
  t.same(own.where({ route: 'tags' }).requests().length, 1)
  t.throws(() => own.where({ route: 'tag' } as object), { message: /did you mean tags/ })
})

void t.test('the last requests are kept, and what is forgotten is said', async (t) => {
  const { registry, wire } = await registryFor(t, { journal: { limit: 3 } })
  const { journal } = registry
  for (let n = 1; n <= 3; n++) await wire.get(`/v2/app/manifests/${n}`)
  t.equal(journal.forgotten, 0)
  const mark = journal.mark()
  for (let n = 4; n <= 5; n++) await wire.get(`/v2/app/manifests/${n}`)
  const ids = (): number[] => journal.requests().map(({ id }) => id)
  t.same([ids(), journal.forgotten], [[3, 4, 5], 2])
  mark.expectOnly([{ reference: ['4', '5'] }])
  mark.expect({ route: 'base' }, 0)
  const forgotten = '2 requests before were forgotten: the journal keeps 3 (journal: { limit })'
  t.equal(
    said(() => journal.expect({ route: 'base' }, 0)),
    `expected no request with route base: nobody can tell, ${forgotten}`,
  )
  t.ok(said(() => journal.expect({ reference: '1' })).endsWith(`\n${forgotten}`))
  t.equal(
    said(() => journal.expectNothingUnexpected()),
    `expected nothing unexpected: nobody can tell, ${forgotten}`,
  )
  t.equal(journal.expect({ route: 'manifest' }).length, 3)
  journal.clear()
  t.same([ids(), journal.forgotten], [[], 0])
  journal.expectOnly([])
  for (let n = 6; n <= 9; n++) await wire.get(`/v2/app/manifests/${n}`)
  t.same([ids(), journal.forgotten], [[7, 8, 9], 1])
  t.same(
    mark.requests().map(({ id }) => id),
    [7, 8, 9],
  )
})

void t.test('a registry that keeps no journal says so', async (t) => {
  const { registry, wire } = await registryFor(t, { journal: false })
  await wire.get('/v2/')
  const { journal } = registry
  const message = 'start-registry: this registry keeps no journal: start it without journal: false'
  for (const run of [
    () => journal.requests(),
    () => journal.expect({}, 0),
    () => journal.expectOnly([]),
    () => journal.stream(),
    () => journal.har(),
  ]) {
    t.throws(run, { message })
  }
  await t.rejects(journal.waitFor({}), { message })
  for (const options of [true, { limit: 0 }, { size: 1 }]) {
    await t.rejects(startRegistry({ journal: options as object }), {
      message:
        'start-registry: journal must be false or { limit?, credentials? }; limit is a number of requests, 1 or more',
    })
  }
})
