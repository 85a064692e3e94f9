import t from 'tap'
import { errorOf, sha256 } from '../support/content.js'
import { registryFor } from '../support/registries.js'

const basic = (text: string): { Authorization: string } => ({
  Authorization: `Basic ${Buffer.from(text).toString('base64')}`,
})
const accounts = [
  { username: 'alice', password: 'pässword:with:colons' },
  { username: 'bob', password: '' },
]
const alice = basic('alice:pässword:with:colons')
const bob = basic('bob:')

void t.test('with accounts, everything asks for a login', async (t) => {
  const { wire } = await registryFor(t, { accounts, auth: 'basic' })
  for (const [method, target] of [
    ['GET', '/v2/'],
    ['GET', '/v2/_catalog'],
    ['GET', '/v2/app/tags/list'],
    ['HEAD', '/v2/app/manifests/1'],
    ['PUT', '/v2/app/manifests/1'],
    ['DELETE', '/v2/app/manifests/1'],
    ['POST', '/v2/app/blobs/uploads/'],
    ['GET', '/v2/A/../B/tags/list'],
    ['GET', '/somewhere/else'],
  ] as const) {
    const reply = await wire.send(method, target)
    t.equal(reply.status, 401, target)
    t.equal(reply.headers['www-authenticate'], 'Basic realm="start-registry", charset="UTF-8"')
    if (method !== 'HEAD') t.equal(errorOf(reply).code, 'UNAUTHORIZED')
  }
  t.equal((await wire.get('/v2/', alice)).status, 200)
  t.equal((await wire.get('/v2/', bob)).status, 200)
})

void t.test('wrong credentials are refused, whatever else is open', async (t) => {
  for (const anonymous of ['none', 'pull', 'push'] as const) {
    const { wire } = await registryFor(t, { accounts, anonymous, auth: 'basic' })
    for (const headers of [
      basic('alice:wrong'),
      basic('nobody:pässword:with:colons'),
      basic('nobody:'),
      basic('alice'),
      basic(''),
      { Authorization: 'Basic !!!' },
      { Authorization: 'Bearer abc' },
      { Authorization: 'Basic' },
    ]) {
      t.equal((await wire.get('/v2/', headers)).status, 401, `${anonymous} ${headers.Authorization}`)
    }
  }
})

void t.test('anonymous pull still challenges /v2/, and refuses pushes', async (t) => {
  const { wire } = await registryFor(t, { accounts, anonymous: 'pull', auth: 'basic' })
  t.equal((await wire.get('/v2/')).status, 401)
  t.equal((await wire.get('/v2/app/tags/list')).status, 404)
  t.equal((await wire.send('POST', '/v2/app/blobs/uploads/')).status, 401)
  t.equal((await wire.send('POST', '/v2/app/blobs/uploads/', { headers: alice })).status, 202)
})

void t.test("an empty name and password are nobody's", async (t) => {
  const { wire } = await registryFor(t, { accounts, anonymous: 'pull', auth: 'basic' })
  t.equal((await wire.get('/v2/app/tags/list', basic(':'))).status, 404)
  const refused = await wire.send('POST', '/v2/app/blobs/uploads/', { headers: basic(':') })
  t.equal(refused.status, 401)
  t.equal(errorOf(refused).message, 'log in first: this registry asks for a username and a password')
})

void t.test('anonymous push asks for nothing', async (t) => {
  const { wire } = await registryFor(t, { accounts, anonymous: 'push', auth: 'basic' })
  t.equal((await wire.get('/v2/')).status, 200)
  const digest = await wire.image('app', '1')
  t.equal((await wire.get('/v2/app/manifests/1')).headers['docker-content-digest'], digest)
})

void t.test('an open registry does not mind a login', async (t) => {
  const { wire } = await registryFor(t)
  for (const headers of [basic('u:p'), { Authorization: 'Bearer x' }])
    t.equal((await wire.get('/v2/', headers)).status, 200)
})

void t.test('anonymous none without accounts lets nobody in', async (t) => {
  const { wire } = await registryFor(t, { anonymous: 'none', auth: 'basic' })
  t.equal((await wire.get('/v2/')).status, 401)
})

void t.test('an upload session belongs to whoever began it', async (t) => {
  const { wire } = await registryFor(t, { accounts, anonymous: 'push', auth: 'basic' })
  const begun = await wire.send('POST', '/v2/app/blobs/uploads/', { headers: alice })
  const path = begun.headers['location'] as string
  for (const headers of [bob, {}]) t.equal((await wire.send('PATCH', path, { headers, body: 'x' })).status, 404)
  const reply = await wire.send('PUT', `${path}?digest=${sha256('x')}`, { headers: alice, body: 'x' })
  t.equal(reply.status, 201)
})

void t.test('requests are told with the account that made them', async (t) => {
  const seen: (string | undefined)[] = []
  const { registry, wire } = await registryFor(t, { accounts, anonymous: 'pull', auth: 'basic' })
  const three = new Promise<void>((resolve) => {
    registry.onRequest(({ account }) => {
      seen.push(account)
      if (seen.length === 3) resolve()
    })
  })
  await wire.get('/v2/', alice)
  await wire.get('/v2/_catalog')
  await wire.get('/v2/', basic('alice:wrong'))
  await three
  t.same(seen, ['alice', undefined, undefined])
})
