import t from 'tap'
import { image } from 'start-registry'
import { registryFor, sharedRegistry } from 'start-registry/tap'
import { listTags } from './tags.js'

t.test('a registry for one test', async (t) => {
  const registry = await registryFor(t)
  await registry.seed({ 'team/app:1': image(), 'team/app:2': image() })
  t.same(await listTags(registry.url, 'team/app'), ['1', '2'])
})

t.test('a registry for several tests', async (t) => {
  const registry = await sharedRegistry(t)
  await registry.seed({ 'team/app:1': image() })

  t.test('what a test changes', async (t) => {
    await registry.seed({ 'team/app:2': image() })
    t.same(await listTags(registry.url, 'team/app'), ['1', '2'])
    t.test('is there for its steps', async (t) => {
      t.same(await listTags(registry.url, 'team/app'), ['1', '2'])
    })
  })

  t.test('is undone when it ends', async (t) => {
    t.same(await listTags(registry.url, 'team/app'), ['1'])
    await t.rejects(listTags(registry.url, 'team/other'), { message: '404 for /v2/team/other/tags/list' })
  })
})
