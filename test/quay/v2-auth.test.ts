import { createHash } from 'node:crypto'
import t from 'tap'
import { basic, bearer } from '../support/login.js'
import { envelope, headersOf, quayFor, unauthorized, versions } from '../support/quay-wire.js'
import type { RawReply } from '../support/raw.js'

// quay.md §2, §3.1, §3.2 and the first samples of §7b: the names are those of a Quay at quay.localdomain.

const localdomain = { SERVER_HOSTNAME: 'quay.localdomain', PREFERRED_URL_SCHEME: 'https' }
const challenge = 'Bearer realm="https://quay.localdomain/v2/auth",service="quay.localdomain"'

const payloadOf = (reply: RawReply): Record<string, unknown> => {
  const { token } = JSON.parse(reply.text) as { token: string }
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

const grantsOf = (reply: RawReply): unknown =>
  (payloadOf(reply)['access'] as { name: string; actions: string[] }[]).map(({ name, actions }) => [name, ...actions])

void t.test('/v2/ says where tokens are issued, to whoever asks, with one word', async (t) => {
  for (const version of versions) {
    const { wire } = await quayFor(t, { version, config: localdomain })
    const reply = await wire.get('/v2/')
    t.equal(reply.status, 401, version)
    t.same(headersOf(reply), {
      'content-type': 'text/html; charset=utf-8',
      'content-length': '4',
      'www-authenticate': challenge,
      'docker-distribution-api-version': 'registry/2.0',
    })
    t.equal(reply.text, 'true')
  }
})

void t.test('any token at all opens /v2/, also that of nobody', async (t) => {
  const { wire } = await quayFor(t)
  const nobody = await wire.as('repository:user1/busybox:pull', null)
  const reply = await nobody.get('/v2/')
  t.equal(reply.status, 200)
  t.equal(reply.text, 'true')
  t.equal(
    reply.headers['www-authenticate'],
    `Bearer realm="http://127.0.0.1:${wire.port}/v2/auth",service="127.0.0.1:${wire.port}"`,
  )
  t.equal((await nobody.send('POST', '/v2/')).status, 405)
})

void t.test('without FEATURE_ADVERTISE_V2, and for Docker before 1.6, there is no /v2/', async (t) => {
  const { wire } = await quayFor(t, { config: { FEATURE_ADVERTISE_V2: false } })
  const other = (await quayFor(t)).wire
  for (const reply of [await wire.get('/v2/'), await other.get('/v2/', { 'User-Agent': 'docker/1.5.0 go/go1.3.3' })]) {
    t.equal(reply.status, 404)
    t.equal(reply.text, '{"error": "Not Found"}')
    t.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
    t.equal(reply.headers['access-control-allow-origin'], '*')
  }
  t.equal((await other.get('/v2/', { 'User-Agent': 'docker/1.13.0 go/go1.7' })).status, 401)
})

void t.test('an anonymous read of what may not be read is 112 bytes', async (t) => {
  for (const version of versions) {
    const { wire } = await quayFor(t, { version, config: localdomain })
    for (const method of ['GET', 'HEAD']) {
      const reply = await wire.send(method, '/v2/plattform/rocketchat/manifests/0.0.4')
      t.equal(reply.status, 401, `${version} ${method}`)
      t.same(headersOf(reply), {
        'content-type': 'application/json',
        'content-length': '112',
        'www-authenticate': `${challenge},scope="repository:plattform/rocketchat:pull"`,
        'docker-distribution-api-version': 'registry/2.0',
      })
      t.equal(reply.text, method === 'GET' ? unauthorized : '')
    }
  }
  t.equal(Buffer.byteLength(unauthorized), 112)
})

void t.test('every route that writes asks for the right to pull and to push', async (t) => {
  const { wire } = await quayFor(t, { config: localdomain })
  const digest = `sha256:${'0'.repeat(64)}`
  const scopes: Readonly<Record<string, string>> = {
    'POST /v2/ns/repo/blobs/uploads/': 'pull,push',
    'PATCH /v2/ns/repo/blobs/uploads/x': 'pull,push',
    'PUT /v2/ns/repo/blobs/uploads/x': 'pull,push',
    'DELETE /v2/ns/repo/blobs/uploads/x': 'pull,push',
    'GET /v2/ns/repo/blobs/uploads/x': 'pull,push',
    [`DELETE /v2/ns/repo/blobs/${digest}`]: 'pull,push',
    [`DELETE /v2/ns/repo/manifests/${digest}`]: 'pull,push',
    'PUT /v2/ns/repo/manifests/1': 'pull,push',
    'GET /v2/ns/repo/manifests/1': 'pull',
    [`HEAD /v2/ns/repo/blobs/${digest}`]: 'pull',
    'GET /v2/ns/repo/tags/list': 'pull',
  }
  for (const [call, actions] of Object.entries(scopes)) {
    const [method = '', path = ''] = call.split(' ')
    const reply = await wire.send(method, path)
    t.equal(reply.status, 401, call)
    t.equal(reply.headers['www-authenticate'], `${challenge},scope="repository:ns/repo:${actions}"`, call)
    if (method !== 'HEAD') t.equal(reply.text, unauthorized, call)
  }
  const bare = await wire.get('/v2/etherpad/tags/list')
  t.equal(bare.headers['www-authenticate'], `${challenge},scope="repository:library/etherpad:pull"`)
  const upper = await wire.get('/v2/Plattform/Rocket/tags/list')
  t.equal(upper.headers['www-authenticate'], `${challenge},scope="repository:Plattform/Rocket:pull"`)
  t.equal(upper.status, 401)
})

void t.test('a token is issued by GET, as one member, and is not to be kept', async (t) => {
  const { wire } = await quayFor(t, { config: localdomain })
  const target = '/v2/auth?scope=repository%3Ans%2Frepo%3Apull%2Cpush&service=quay.localdomain'
  const reply = await wire.get(target, basic('alice', 'password1'))
  t.equal(reply.status, 200)
  t.same(headersOf(reply), {
    'content-type': 'application/json',
    'content-length': String(reply.body.length),
    'cache-control': 'no-cache, no-store, must-revalidate',
  })
  t.match(reply.text, /^\{"token":"[\w-]+\.[\w-]+\.[\w-]+"\}\n$/)
  const post = await wire.send('POST', '/v2/auth', { body: 'grant_type=password&username=alice&password=password1' })
  t.equal(post.status, 405)
  t.match(post.text, /<title>405 Method Not Allowed<\/title>/)
  t.equal(post.headers['content-type'], 'text/html; charset=utf-8')
})

void t.test('what stands in a token', async (t) => {
  const at = Date.UTC(2020, 8, 30, 16, 18, 36)
  const { wire } = await quayFor(t, { clock: () => at })
  const service = `127.0.0.1:${wire.port}`
  t.same(payloadOf(await wire.auth(['repository:ns/open:pull'])), {
    access: [{ type: 'repository', name: 'ns/open', actions: ['pull'] }],
    context: { 'com.apostille.roots': { 'ns/open': '$disabled' }, 'com.apostille.root': '$disabled' },
    aud: service,
    exp: 1601486316,
    iss: 'quay',
    iat: 1601482716,
    nbf: 1601482716,
    sub: '(anonymous)',
  })
  const user = payloadOf(await wire.auth(['repository:etherpad:pull'], 'alice:password1'))
  t.match(user['context'], {
    version: 2,
    entity_kind: 'user',
    entity_reference: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    kind: 'user',
    user: 'alice',
    'com.apostille.roots': { 'library/etherpad': '$disabled' },
    'com.apostille.root': '$disabled',
  })
  t.equal(user['sub'], 'alice')
  t.same(user['access'], [{ type: 'repository', name: 'etherpad', actions: [] }])
  const robot = payloadOf(await wire.auth([], `ns+ci:${'C'.repeat(64)}`))
  t.match(robot, { sub: 'ns+ci', access: [], context: { entity_kind: 'robot', entity_reference: 'ns+ci' } })
})

void t.test('actions come in the order push, pull, *, and only those that may be done', async (t) => {
  const { wire } = await quayFor(t)
  const alice = 'alice:password1'
  t.same(grantsOf(await wire.auth(['repository:ns/repo:pull,push'], alice)), [['ns/repo', 'push', 'pull']])
  t.same(grantsOf(await wire.auth(['repository:ns/repo:*,pull,push'], alice)), [['ns/repo', 'push', 'pull', '*']])
  t.same(grantsOf(await wire.auth(['repository:ns/repo:pull'], 'bob:password2')), [['ns/repo']])
  t.same(grantsOf(await wire.auth(['repository:ns/open:*,pull,push'], 'bob:password2')), [['ns/open', 'pull']])
  t.same(
    grantsOf(await wire.auth(['repository:ns/repo:pull', 'repository:bob/own:push', 'repository:ns/open:pull'], alice)),
    [['ns/repo', 'pull'], ['bob/own'], ['ns/open', 'pull']],
    'a scope that is denied fails nothing',
  )
  t.same(grantsOf(await wire.auth([''], alice)), [], 'an empty scope is none')
  t.same(grantsOf(await wire.auth([`repository:127.0.0.1:${wire.port}/ns/repo:pull`], alice)), [
    [`127.0.0.1:${wire.port}/ns/repo`, 'pull'],
  ])
})

void t.test('a scope with the name of the registry before it is as good as one without', async (t) => {
  const { wire } = await quayFor(t)
  const session = await wire.as(`repository:127.0.0.1:${wire.port}/ns/repo:pull,push`)
  t.equal((await session.get('/v2/ns/repo/tags/list')).status, 200)
  t.equal((await session.send('POST', '/v2/ns/repo/blobs/uploads/')).status, 202)
})

void t.test('asking to push makes the repository, private and the asker its admin', async (t) => {
  const { wire } = await quayFor(t)
  t.same(grantsOf(await wire.auth(['repository:ns/chart:pull'], 'alice:password1')), [['ns/chart', 'pull']])
  const before = await (await wire.as('repository:ns/chart:pull')).get('/v2/ns/chart/tags/list')
  t.equal(before.status, 404)
  t.equal(before.text, envelope('NAME_UNKNOWN', 'repository not found'))
  t.same(grantsOf(await wire.auth(['repository:ns/chart:pull,push,*'], 'alice:password1')), [
    ['ns/chart', 'push', 'pull', '*'],
  ])
  const after = await (await wire.as('repository:ns/chart:pull')).get('/v2/ns/chart/tags/list')
  t.equal(after.status, 200)
  t.equal(after.text, '{"name":"ns/chart","tags":[]}\n')
  t.equal((await wire.get('/v2/ns/chart/tags/list')).status, 401, 'private')
  const open = (await quayFor(t, { config: { CREATE_PRIVATE_REPO_ON_PUSH: false } })).wire
  await open.auth(['repository:ns/chart:push'], 'alice:password1')
  t.equal((await open.get('/v2/ns/chart/tags/list')).status, 200, 'public')
})

void t.test('what is no scope is a bad request', async (t) => {
  const { wire } = await quayFor(t)
  const scopes = [
    'registry:catalog:*',
    'repository:ns/repo:delete',
    'repository:ns/repo:pull,push,delete',
    'repository(plugin):ns/repo:pull',
    'repository:ns/repo:pull repository:ns/other:pull',
    'repository:ns/repo:',
    'repository:other.example.com:443/ns/repo:pull',
    'nonsense',
  ]
  for (const scope of scopes) {
    const reply = await wire.auth([scope], 'alice:password1')
    t.equal(reply.status, 400, scope)
    t.equal(reply.text, envelope('INVALID_REQUEST', `Unable to decode repository and actions: ${scope}`), scope)
  }
})

void t.test('what is no name is a bad request too', async (t) => {
  const { wire } = await quayFor(t)
  const flat = (await quayFor(t, { config: { FEATURE_EXTENDED_REPOSITORY_NAMES: false } })).wire
  const long = 'a'.repeat(256)
  for (const name of ['ns/Repo', 'ns/-repo', `ns/${long}`, 'Etherpad']) {
    const reply = await wire.auth([`repository:${name}:push`], 'alice:password1')
    t.equal(reply.status, 400, name)
    t.equal(reply.text, envelope('NAME_INVALID', `Invalid repository name: ${name}`), name)
  }
  t.same(grantsOf(await wire.auth(['repository:ns/a/b/c:push'], 'alice:password1')), [['ns/a/b/c', 'push']])
  const nested = await flat.auth(['repository:ns/a/b:push'], 'alice:password1')
  t.equal(nested.status, 400)
  t.equal(nested.text, envelope('NAME_INVALID', 'Nested repositories are not supported. Found: ns/a/b'))
})

void t.test('nobody gets a token for a scope, and none without', async (t) => {
  const { wire } = await quayFor(t, { config: localdomain })
  t.same(grantsOf(await wire.auth(['repository:user1/busybox:pull'])), [['user1/busybox']])
  for (const target of ['/v2/auth', '/v2/auth?scope=', '/v2/auth?service=quay.localdomain']) {
    const reply = await wire.get(target)
    t.equal(reply.status, 401, target)
    t.equal(reply.text, unauthorized)
    t.equal(reply.headers['www-authenticate'], challenge)
  }
})

void t.test('credentials that are wrong, in the words of each kind', async (t) => {
  const { wire } = await quayFor(t, { config: localdomain })
  const robot = 'C'.repeat(64)
  const cases: Readonly<Record<string, string>> = {
    'alice:wrong': 'Invalid Username or Password',
    'nobody:password1': 'Invalid Username or Password',
    [`ns+ci:${'D'.repeat(64)}`]: 'Could not find robot with username: ns+ci and supplied password.',
    [`ns+nobody:${robot}`]: 'Could not find robot with specified username',
    '$app:nonsense': 'Invalid token',
    '$token:nonsense': 'Invalid access token',
    '$oauthtoken:nonsense': 'OAuth access token could not be validated',
  }
  for (const [account, message] of Object.entries(cases)) {
    const reply = await wire.auth(['repository:ns/open:pull'], account)
    t.equal(reply.status, 401, account)
    t.equal(reply.text, envelope('UNAUTHORIZED', message), account)
    t.equal(reply.headers['www-authenticate'], challenge, 'no scope')
    t.equal(reply.headers['docker-distribution-api-version'], 'registry/2.0')
  }
  for (const header of [
    bearer('x.y.z'),
    { Authorization: 'Basic !!!' },
    { Authorization: 'Digest username="alice"' },
  ]) {
    const reply = await wire.get('/v2/auth?scope=repository:ns/open:pull', header)
    t.equal(reply.status, 401)
    t.equal(reply.text, envelope('UNAUTHORIZED', 'Specified credentials are invalid'))
  }
})

void t.test('credentials of every kind', async (t) => {
  const { registry, wire } = await quayFor(t, {
    quay: {
      users: { alice: { password: 'password1', email: 'alice@example.com', appTokens: { laptop: {} } } },
      organizations: {
        ns: {
          owners: ['alice'],
          robots: { ci: {} },
          repositories: { repo: { permissions: { '+ci': 'write' } } },
          applications: { tool: { tokens: [{ user: 'alice', scopes: 'repo:read' }] } },
        },
      },
    },
  })
  const { robots, appTokens, oauthTokens } = registry.secrets ?? { robots: {}, appTokens: {}, oauthTokens: {} }
  const scope = ['repository:ns/repo:pull,push']
  const both = [['ns/repo', 'push', 'pull']]
  t.same(grantsOf(await wire.auth(scope, 'alice:password1')), both)
  t.same(grantsOf(await wire.auth(scope, 'alice@example.com:password1')), both)
  t.same(grantsOf(await wire.auth(scope, `ns+ci:${robots['ns+ci']}`)), both)
  t.same(grantsOf(await wire.auth(scope, `$app:${appTokens['alice/laptop']}`)), both)
  t.same(grantsOf(await wire.auth(scope, `$oauthtoken:${oauthTokens['ns/tool']?.[0]}`)), [['ns/repo', 'pull']])
  t.match(payloadOf(await wire.auth(scope, `$app:${appTokens['alice/laptop']}`)), {
    sub: 'alice',
    context: { entity_kind: 'appspecifictoken' },
  })
})

void t.test('whoever is disabled, and whatever is theirs', async (t) => {
  const { wire } = await quayFor(t, {
    quay: {
      users: {
        alice: 'password1',
        gone: { password: 'password3', enabled: false, repositories: { app: { visibility: 'public' } } },
      },
    },
  })
  const login = await wire.auth(['repository:gone/app:pull'], 'gone:password3')
  t.equal(login.status, 401)
  t.equal(login.text, envelope('UNAUTHORIZED', 'This user has been disabled. Please contact your administrator.'))
  const other = await wire.auth(['repository:gone/app:pull'], 'alice:password1')
  t.equal(other.status, 405)
  const message = 'Namespace gone has been disabled. Please contact a system administrator.'
  t.equal(other.text, envelope('DENIED', message))
})

void t.test('where nobody may come in without login', async (t) => {
  const { wire } = await quayFor(t, { config: { FEATURE_ANONYMOUS_ACCESS: false } })
  for (const reply of [
    await wire.auth(['repository:ns/open:pull']),
    await wire.auth(['repository:ns/open:pull'], 'alice:wrong'),
  ]) {
    t.equal(reply.status, 401)
    t.equal(reply.text, '{"error": "Anonymous access is not allowed"}')
    t.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
    t.notOk('www-authenticate' in reply.headers)
  }
  t.equal((await wire.get('/v2/ns/open/tags/list')).text, unauthorized)
  t.equal((await wire.get('/v2/')).status, 401)
  t.equal((await wire.auth(['repository:ns/open:pull'], 'alice:password1')).status, 200)
})

void t.test('a token that is none is told why, with a challenge', async (t) => {
  let at = Date.UTC(2025, 7, 21)
  const { wire } = await quayFor(t, { clock: () => at })
  const { token } = JSON.parse((await wire.auth(['repository:ns/repo:pull'], 'alice:password1')).text) as {
    token: string
  }
  const other = JSON.parse((await wire.get('/v2/auth?service=elsewhere', basic('alice', 'password1'))).text) as {
    token: string
  }
  const none = JSON.parse((await wire.get('/v2/auth', basic('alice', 'password1'))).text) as { token: string }
  const stranger = `eyJhbGciOiJSUzI1NiJ9.e30.${createHash('sha256').update('x').digest('base64url')}`
  const cases: readonly (readonly [authorization: string, message: string])[] = [
    ['Bearer nonsense', 'Invalid bearer token format'],
    [`bearer ${token}`, 'Invalid bearer token format'],
    ['Basic YWxpY2U6cGFzc3dvcmQx', 'Invalid bearer token format'],
    [`Bearer ${'A'.repeat(40)}`, 'Invalid bearer token format'],
    [`Bearer ${stranger}`, 'Unknown service key'],
    [`Bearer ${other.token}`, 'Invalid audience'],
    [`Bearer ${none.token}`, 'Token is missing the \\"aud\\" claim'],
  ]
  const realm = `Bearer realm="http://127.0.0.1:${wire.port}/v2/auth",service="127.0.0.1:${wire.port}"`
  for (const [Authorization, message] of cases) {
    const reply = await wire.get('/v2/ns/open/tags/list', { Authorization })
    t.equal(reply.status, 401, Authorization)
    t.equal(reply.text, `{"error": "${message}"}`)
    t.equal(reply.headers['www-authenticate'], `${realm},scope="repository:ns/open:pull"`)
    t.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
    t.equal((await wire.get('/v2/', { Authorization })).headers['www-authenticate'], realm)
  }
  at += 3629_000
  t.equal((await wire.get('/v2/ns/repo/tags/list', bearer(token))).status, 200, 'half a minute is not looked at')
  at += 1000
  t.equal((await wire.get('/v2/ns/repo/tags/list', bearer(token))).text, '{"error": "Signature has expired"}')
})
