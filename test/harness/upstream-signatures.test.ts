import { join } from 'node:path'
import t from 'tap'
import { errorOf, type Wire } from '../support/content.js'
import { folderFor, registryFor } from '../support/registries.js'
import { makeKeys, sign } from '../support/signing.js'
import { pairFor } from '../support/upstream.js'

const { own, stranger } = makeKeys()

void t.test('signatures are found that only the upstream has, and those that were recorded', async (t) => {
  for (const form of ['sig-tag', 'bundle'] as const) {
    const folder = join(folderFor(t), 'layout')
    const { there, registry, origin } = await pairFor(t, { record: folder })
    const digest = await there.image('team/app', '1')
    await sign(there, 'team/app', digest, { key: own, form })
    t.match(await registry.verify('team/app:1', { key: own.publicPem }), { verified: true, exitCode: 0 }, form)
    t.equal((await registry.verify('team/app:1', { key: stranger.publicPem })).verified, false)
    t.equal((await registry.signatures('team/app:1')).length, 1)
    t.equal((await registry.verify('team/app:none', { key: own.publicPem })).exitCode, 11)
    await registry.close()
    await origin.close()
    const { registry: replayed } = await registryFor(t, { upstream: { replay: folder } })
    t.match(await replayed.verify('team/app:1', { key: own.publicPem }), { verified: true }, `${form}, replayed`)
    await t.rejects(replayed.verify('team/app:2', { key: own.publicPem }), {
      name: 'NotRecorded',
      message: /^not recorded: GET \/v2\/team\/app\/manifests\/2 is not in /,
    })
  }
})

void t.test('admission goes by the signatures of the upstream, as they are now', async (t) => {
  const rule = { repositories: 'team/*', keys: [own.publicPem] }
  const { origin, there, here } = await pairFor(t, { here: { admission: [rule] } })
  const digest = await there.image('team/app', '1')
  const denied = await here.get('/v2/team/app/manifests/1')
  t.same([denied.status, errorOf(denied).code], [403, 'DENIED'])
  t.match(errorOf(denied).message, /NO_SIGNATURES/)
  await sign(there, 'team/app', digest, { key: own })
  const statusOf = async (wire: Wire, path: string): Promise<number> => (await wire.get(`/v2/${path}`)).status
  t.equal(await statusOf(here, 'team/app/manifests/1'), 200)
  await there.image('team/app', '2')
  t.equal(await statusOf(here, 'team/app/manifests/2'), 403)
  await here.get('/v2/other/manifests/1')
  await origin.close()
  const down = await here.get('/v2/team/app/manifests/2')
  t.equal(down.status, 502)
  t.match(errorOf(down).message, /^upstream: cannot reach/)
  t.equal(await statusOf(here, 'team/app/manifests/1'), 200, 'a signature that was found is remembered')
})
