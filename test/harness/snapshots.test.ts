import t from 'tap'
import { startRegistry } from 'start-registry'
import { memoryStore } from 'start-registry/core'
import { errorOf, sha256, Wire } from '../support/content.js'
import { bearer, tokenFor } from '../support/login.js'
import { folderFor, registryFor, storages } from '../support/registries.js'

void t.test('snapshot, restore and reset, on both stores', async (t) => {
  for (const [name, storage] of storages(t)) {
    const { registry, wire } = await registryFor(t, { storage })
    const first = await wire.image('team/app', '1')
    const snapshot = await registry.snapshot()
    await wire.image('team/app', '1', 'other')
    await wire.image('else', '2')
    const session = await wire.session('team/app')
    await registry.restore(snapshot)
    t.equal((await wire.get('/v2/_catalog')).text, '{"repositories":["team/app"]}', name)
    t.equal((await wire.get('/v2/team/app/manifests/1')).headers['docker-content-digest'], first)
    t.equal(errorOf(await wire.get(session)).code, 'BLOB_UPLOAD_UNKNOWN')
    registry.faults.add('any: status 503')
    await registry.reset()
    t.equal((await wire.get('/v2/_catalog')).text, '{"repositories":[]}')
    t.equal(registry.journal.requests().length, 1, 'the journal begins anew')
    await registry.restore(snapshot)
    t.equal((await wire.get('/v2/team/app/manifests/1')).headers['docker-content-digest'], first)
  }
})

void t.test('what was restored is on the disk, and a snapshot keeps its blobs from collection', async (t) => {
  const disk = folderFor(t)
  const { registry, wire } = await registryFor(t, { storage: { disk } })
  const digest = await wire.image('team/app', '1')
  const snapshot = await registry.snapshot()
  await wire.send('DELETE', `/v2/team/app/manifests/${digest}`)
  t.same(await registry.collect({ grace: -1 }), { blobs: 2, manifests: 0, uploads: 0, bytes: 0 })
  await registry.restore(snapshot)
  await registry.close()
  const again = await registryFor(t, { storage: { disk } })
  t.equal((await again.wire.get('/v2/team/app/manifests/1')).headers['docker-content-digest'], digest)
  t.equal((await again.wire.get(`/v2/team/app/blobs/${sha256('1')}`)).text, '1')
})

void t.test('a repository that is read for the first time behind a snapshot goes back to what it was', async (t) => {
  const disk = folderFor(t)
  const before = await startRegistry({ storage: { disk } })
  const digest = await new Wire(before.port).image('team/app', '1')
  await before.close()
  const { registry, wire } = await registryFor(t, { storage: { disk } })
  await wire.send('DELETE', '/v2/team/app/manifests/1')
  t.equal((await wire.get('/v2/team/app/tags/list')).text, '{"name":"team/app","tags":[]}')
  await registry.reset()
  t.equal((await wire.get('/v2/team/app/manifests/1')).headers['docker-content-digest'], digest)
})

void t.test('snapshots of others, and stores without any, are refused', async (t) => {
  const { registry } = await registryFor(t)
  const { registry: other } = await registryFor(t)
  await t.rejects(registry.restore(await other.snapshot()), { message: 'this snapshot is of another store' })
  const { registry: plain } = await registryFor(t, { storage: { ...memoryStore(), snapshots: undefined } })
  const message = 'start-registry: this store has no `snapshots`, so that nothing can take it back'
  await t.rejects(plain.snapshot(), { message })
  await t.rejects(plain.reset(), { message })
})

const alice = { username: 'alice', password: 'password' }

void t.test("a Quay's organizations, rights and history go back too", async (t) => {
  const { registry, wire } = await registryFor(t, { profile: 'quay-3.12', accounts: [alice] })
  const namespace = registry.namespace()
  const push = async (): Promise<number> => {
    const scope = `repository:${namespace}/app:pull,push`
    const headers = bearer(await tokenFor(wire, { ...alice, scope, service: registry.host }))
    return (await wire.send('POST', `/v2/${namespace}/app/blobs/uploads/`, { headers })).status
  }
  const snapshot = await registry.snapshot()
  t.equal(await push(), 202, 'an organization that alice owns')
  await registry.reset()
  t.equal(await push(), 401, 'made after the start')
  await registry.restore(snapshot)
  t.equal(await push(), 202)
  t.throws(() => registry.namespace('team'), {
    name: 'TypeError',
    message: /^start-registry: Invalid namespace team\//,
  })
})

void t.test('namespaces do not meet, and stay where they are told to', async (t) => {
  const { registry, wire } = await registryFor(t)
  const [one, other] = [registry.namespace(), registry.namespace('team')]
  t.match(one, /^test-[0-9a-f]{12}$/)
  t.match(other, /^team\/test-[0-9a-f]{12}$/)
  await wire.image(`${one}/app`, '1')
  t.equal((await wire.get(`/v2/${other}/app/tags/list`)).status, 404)
  t.throws(() => registry.namespace('Team'), {
    name: 'TypeError',
    message: 'start-registry: namespace takes the name of a repository, not "Team"',
  })
})

void t.test('the clock moves tokens, uploads and what collection keeps', async (t) => {
  const { registry, wire } = await registryFor(t, { accounts: [alice], clock: () => 1_700_000_000_000 })
  const signIn = async () => bearer(await tokenFor(wire, { ...alice, scope: 'repository:team/app:pull,push' }))
  const first = await signIn()
  t.equal((await wire.get('/v2/', first)).status, 200)
  registry.clock.advance(3_600_000)
  t.equal(registry.clock.now(), 1_700_003_600_000)
  t.equal((await wire.get('/v2/', first)).status, 401)

  const begun = await wire.send('POST', '/v2/team/app/blobs/uploads/', { headers: await signIn() })
  const session = begun.headers['location'] as string
  registry.clock.advance(167 * 3_600_000)
  t.equal((await wire.get(session, await signIn())).status, 204)
  registry.clock.advance(3_600_001)
  const last = await signIn()
  const refused = await wire.get(session, last)
  t.match([refused.status, errorOf(refused).code], [404, 'BLOB_UPLOAD_UNKNOWN'])

  const digest = sha256('left')
  await wire.send('POST', `/v2/team/app/blobs/uploads/?digest=${digest}`, { headers: last, body: 'left' })
  t.match(await registry.collect(), { blobs: 0 })
  registry.clock.advance(3_600_001)
  t.match(await registry.collect(), { blobs: 1, bytes: 4 })
  t.throws(() => registry.clock.advance(-1), { name: 'RangeError', message: /0 or more/ })
})
