import { createHmac } from 'node:crypto'
import t from 'tap'
import { errorOf, sha256, type Wire } from '../support/content.js'
import { basic, bearer, tokenFor } from '../support/login.js'
import type { RawReply } from '../support/raw.js'
import { registryFor } from '../support/registries.js'

const accounts = [
  { username: 'alice', password: 'secret' },
  { username: 'bob', password: 'b', permissions: ['team/*:pull', 'team/app:pull,push'] },
]
const at = Date.UTC(2030, 0, 2, 3, 4, 5, 678)

interface TokenReply {
  readonly token: string
  readonly access_token: string
  readonly refresh_token?: string
  readonly [member: string]: unknown
}

const tokenReply = (reply: RawReply): TokenReply => JSON.parse(reply.text) as TokenReply

const form = (wire: Wire, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<RawReply> =>
  wire.send('POST', '/v2/auth', {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  })

function payloadOf(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
}

/** The `access` that a token service granted. */
async function access(wire: Wire, query: string, headers: Record<string, string> = {}): Promise<unknown> {
  const reply = await wire.get(`/v2/auth${query}`, headers)
  return reply.status === 200 ? payloadOf(tokenReply(reply).token)['access'] : reply.status
}

void t.test('a challenge names the token service as the client has reached us', async (t) => {
  const { wire } = await registryFor(t, { accounts, tls: true, http: true })
  const reply = await wire.get('/v2/team/app/manifests/1', { Host: `localhost:${wire.port}` })
  t.equal(reply.status, 401)
  t.equal(
    reply.headers['www-authenticate'],
    `Bearer realm="http://localhost:${wire.port}/v2/auth",service="start-registry",scope="repository:team/app:pull"`,
  )
  t.same(errorOf(reply), {
    code: 'UNAUTHORIZED',
    message: 'log in first: this registry asks for a username and a password',
  })
  const base = await wire.get('/v2/')
  t.equal(
    base.headers['www-authenticate'],
    `Bearer realm="http://127.0.0.1:${wire.port}/v2/auth",service="start-registry"`,
  )
  const challenged = async (method: string, target: string): Promise<string | undefined> =>
    /scope="([^"]*)"/.exec((await wire.send(method, target)).headers['www-authenticate'] ?? '')?.[1]
  t.equal(await challenged('POST', '/v2/team/app/blobs/uploads/'), 'repository:team/app:pull,push')
  t.equal(await challenged('DELETE', '/v2/team/app/manifests/1'), 'repository:team/app:delete')
  t.equal(await challenged('GET', '/v2/_catalog'), 'registry:catalog:*')
})

void t.test('a Host that would break the challenge is refused', async (t) => {
  const { wire } = await registryFor(t, { accounts })
  for (const host of ['a"b', 'a b', '']) {
    const reply = await wire.get('/v2/', { Host: host })
    t.equal(reply.status, 400)
    t.equal(errorOf(reply).code, 'BAD_REQUEST')
  }
})

void t.test('GET issues a token for what was asked and may be done', async (t) => {
  const { wire } = await registryFor(t, { accounts, clock: () => at, tokenLifetime: 300 })
  const scope = 'repository:team/app:pull,push,delete'
  const reply = await wire.get(`/v2/auth?service=start-registry&scope=${scope}`, basic('bob', 'b'))
  t.equal(reply.status, 200)
  t.equal(reply.headers['cache-control'], 'no-store')
  const { token, access_token, ...rest } = tokenReply(reply)
  t.same(rest, {
    token_type: 'Bearer',
    expires_in: 300,
    issued_at: '2030-01-02T03:04:05.678Z',
    scope: 'repository:team/app:pull,push',
  })
  t.equal(access_token, token)
  const { jti, ...payload } = payloadOf(token)
  t.match(jti, /^[\w-]{16}$/)
  t.same(payload, {
    iss: 'start-registry',
    aud: 'start-registry',
    use: 'access',
    sub: 'bob',
    iat: at / 1000,
    exp: at / 1000 + 300,
    access: [{ type: 'repository', name: 'team/app', actions: ['pull', 'push'] }],
  })
})

void t.test('scopes may be repeated, joined by spaces, and more than may be had', async (t) => {
  const { wire } = await registryFor(t, { accounts })
  const repository = (name: string, ...actions: string[]) => ({ type: 'repository', name, actions })
  const catalog = { type: 'registry', name: 'catalog', actions: ['*'] }
  const alice = basic('alice', 'secret')
  const bob = basic('bob', 'b')
  for (const [query, headers, expected] of [
    ['?scope=repository:a:pull&scope=repository:b:push', alice, [repository('a', 'pull'), repository('b', 'push')]],
    ['?scope=repository:a:pull%20repository:b:push', alice, [repository('a', 'pull'), repository('b', 'push')]],
    ['?scope=repository:a:pull+repository:b:push', alice, [repository('a', 'pull'), repository('b', 'push')]],
    ['?scope=repository:a:push&scope=repository:a:pull', alice, [repository('a', 'pull', 'push')]],
    ['?scope=repository:a:*', alice, [repository('a', 'pull', 'push', 'delete')]],
    ['?scope=repository:team/app:*', bob, [repository('team/app', 'pull', 'push')]],
    ['?scope=repository:team/web:push,pull', bob, [repository('team/web', 'pull')]],
    ['?scope=repository:other:pull', bob, []],
    ['?scope=registry:catalog:*', bob, [catalog]],
    ['?scope=repository(plugin):a:pull', alice, [repository('a', 'pull')]],
    ['?scope=repository:localhost:5000/a:pull', alice, [repository('localhost:5000/a', 'pull')]],
    ['?scope=quota:a:read', alice, []],
    ['?scope=', alice, []],
    ['', alice, []],
    ['?scope=repository:a:pull', {}, []],
    ['?scope=repository:a', alice, 400],
    ['?scope=pull', alice, 400],
    ['', {}, 401],
    ['?scope=', {}, 401],
  ] as const) {
    t.same(await access(wire, query, headers), expected, query)
  }
})

void t.test('anonymous tokens open what is open without login', async (t) => {
  const { wire } = await registryFor(t, { accounts, anonymous: 'pull' })
  const digest = await wire.image('team/app', '1').catch(() => undefined)
  t.equal(digest, undefined, 'nobody may push')
  const token = await tokenFor(wire, { scope: 'repository:team/app:pull,push' })
  t.same(payloadOf(token)['sub'], '')
  t.same(payloadOf(token)['access'], [{ type: 'repository', name: 'team/app', actions: ['pull'] }])
  t.equal((await wire.get('/v2/', bearer(token))).status, 200)
  t.equal((await wire.get('/v2/team/app/tags/list', bearer(token))).status, 404)
  t.equal((await wire.send('POST', '/v2/team/app/blobs/uploads/', { headers: bearer(token) })).status, 401)
})

void t.test('POST takes the password form and the refresh form of OAuth2', async (t) => {
  const { wire } = await registryFor(t, { accounts })
  const scope = 'repository:team/app:pull,push'
  const common = { service: 'start-registry', client_id: 'test', scope }
  const password = { ...common, grant_type: 'password', username: 'bob', password: 'b' }

  const plain = tokenReply(await form(wire, password))
  t.equal(plain.refresh_token, undefined)
  t.same(payloadOf(plain.access_token)['sub'], 'bob')

  const offline = tokenReply(await form(wire, { ...password, access_type: 'offline' }))
  const refresh = { ...common, grant_type: 'refresh_token', refresh_token: offline.refresh_token ?? '' }
  const again = tokenReply(await form(wire, refresh))
  t.equal(again['scope'], scope)
  t.equal((await wire.send('POST', '/v2/team/app/blobs/uploads/', { headers: bearer(again.token) })).status, 202)

  t.equal((await wire.get('/v2/', bearer(offline.refresh_token ?? ''))).status, 401, 'a refresh token opens nothing')
  for (const [fields, status, message] of [
    [{ ...password, password: 'wrong' }, 401, 'wrong username or password'],
    [{ ...password, username: 'nobody' }, 401, 'wrong username or password'],
    [{ ...password, username: '' }, 401, 'log in first: this registry asks for a username and a password'],
    [
      { ...refresh, refresh_token: plain.token },
      401,
      'this refresh token is none that this registry has issued: log in again',
    ],
    [{ ...common, grant_type: 'authorization_code' }, 400, 'grant_type must be password or refresh_token'],
    [common, 400, 'grant_type must be password or refresh_token'],
  ] as const) {
    const reply = await form(wire, fields)
    t.equal(reply.status, status)
    t.equal(errorOf(reply).message, message)
  }
  t.equal((await form(wire, password, { 'Content-Type': 'application/json' })).status, 415)
  t.equal((await form(wire, { ...password, scope: 'x'.repeat(70_000) })).status, 413)
  const put = await wire.send('PUT', '/v2/auth')
  t.equal(put.status, 405)
  t.equal(put.headers['allow'], 'GET, HEAD, POST')
})

void t.test('docker login gets a refresh token by GET with offline_token', async (t) => {
  const { wire } = await registryFor(t, { accounts })
  const query = '?account=alice&client_id=docker&offline_token=true&service=start-registry'
  const { refresh_token = '' } = tokenReply(await wire.get(`/v2/auth${query}`, basic('alice', 'secret')))
  t.equal((await form(wire, { grant_type: 'refresh_token', refresh_token })).status, 200)
  const wrong = await wire.get(`/v2/auth${query}`, basic('alice', 'wrong'))
  t.equal(wrong.status, 401)
  t.equal(errorOf(wrong).message, 'wrong username or password')
  t.equal(wrong.headers['www-authenticate'], 'Basic realm="start-registry", charset="UTF-8"')
})

void t.test('a token ends when its lifetime is over, by the clock of the registry', async (t) => {
  let now = at
  const { wire } = await registryFor(t, { accounts, clock: () => now, tokenLifetime: 60 })
  const headers = bearer(
    await tokenFor(wire, { username: 'alice', password: 'secret', scope: 'repository:a:pull,push' }),
  )
  const session = (await wire.send('POST', '/v2/a/blobs/uploads/', { headers })).headers['location'] as string
  now += 59_999
  t.equal((await wire.send('PATCH', session, { headers, body: 'ab' })).status, 202)
  now += 1
  const late = await wire.send('PATCH', session, { headers, body: 'c' })
  t.equal(late.status, 401)
  t.equal(errorOf(late).message, 'this token has expired: get a new one')
  t.match(
    late.headers['www-authenticate'],
    /^Bearer realm="[^"]+",service="start-registry",scope="repository:a:pull,push",error="invalid_token"$/,
    'with the scope that the next one must have',
  )

  const renewed = bearer(await tokenFor(wire, { username: 'alice', password: 'secret', scope: 'repository:a:push' }))
  const done = await wire.send('PUT', `${session}?digest=${sha256('abc')}`, { headers: renewed, body: 'c' })
  t.equal(done.status, 201, 'the session was not lost')
})

void t.test('a token is worth something only where it was issued, and as it was issued', async (t) => {
  const { wire } = await registryFor(t, { accounts })
  const { wire: other } = await registryFor(t, { accounts })
  const token = await tokenFor(wire, { username: 'bob', password: 'b', scope: 'repository:team/app:pull' })
  t.equal((await wire.get('/v2/', bearer(token))).status, 200)
  t.equal((await other.get('/v2/', bearer(token))).status, 401)

  const [header = '', payload = '', signature = ''] = token.split('.')
  const forged = (change: Record<string, unknown>): string =>
    Buffer.from(JSON.stringify({ ...payloadOf(token), ...change })).toString('base64url')
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  const alice = forged({ sub: 'alice' })
  const guessed = createHmac('sha256', 'secret').update(`${header}.${alice}`).digest('base64url')
  for (const text of [
    `${header}.${alice}.${signature}`,
    `${header}.${alice}.${guessed}`,
    `${none}.${alice}.`,
    `${none}.${payload}.${signature}`,
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${header}.${payload}.${signature.slice(1)}`,
    'x',
    '..',
  ]) {
    const reply = await wire.get('/v2/', bearer(text))
    t.equal(reply.status, 401, text)
    t.equal(errorOf(reply).message, 'this token is none that this registry has issued')
  }
})

void t.test('an upload session belongs to the account, not to the token', async (t) => {
  const { wire } = await registryFor(t, { accounts: [...accounts, { username: 'carol', password: 'c' }] })
  const scope = 'repository:team/app:push'
  const as = async (username: string, password: string) => bearer(await tokenFor(wire, { username, password, scope }))
  const begun = await wire.send('POST', '/v2/team/app/blobs/uploads/', { headers: await as('alice', 'secret') })
  const path = begun.headers['location'] as string
  t.equal((await wire.send('PATCH', path, { headers: await as('carol', 'c'), body: 'x' })).status, 404)
  t.equal((await wire.send('PATCH', path, { headers: await as('alice', 'secret'), body: 'x' })).status, 202)
  t.equal((await wire.send('PATCH', path, { headers: basic('alice', 'secret'), body: 'x' })).status, 202)
})

void t.test('a registry that asks for nobody has no token service', async (t) => {
  const { wire } = await registryFor(t)
  t.equal((await wire.get('/v2/auth')).status, 404)
  const { wire: withBasic } = await registryFor(t, { accounts, auth: 'basic' })
  t.equal((await withBasic.get('/v2/auth', basic('alice', 'secret'))).status, 404)
})
