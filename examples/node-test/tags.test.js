import assert from 'node:assert/strict'
import test from 'node:test'
import { image } from 'start-registry'
import { registryFor, sharedRegistry } from 'start-registry/node-test'
import { listTags } from './tags.js'

test('a registry for one test', async (t) => {
  const registry = await registryFor(t)
  await registry.seed({ 'team/app:1': image(), 'team/app:2': image() })
  assert.deepEqual(await listTags(registry.url, 'team/app'), ['1', '2'])
})

const registry = await sharedRegistry(test)
await registry.seed({ 'team/app:1': image() })

test('what a test changes in the registry of the file', async (t) => {
  await registry.seed({ 'team/app:2': image() })
  registry.faults.add({ route: 'tags', repository: 'team/app', fault: 'status', status: 503, nth: 3 })
  assert.deepEqual(await listTags(registry.url, 'team/app'), ['1', '2'])
  await t.test('is there for its steps', async () => {
    assert.deepEqual(await listTags(registry.url, 'team/app'), ['1', '2'])
  })
})

test('is undone when it ends', async () => {
  registry.journal.expect({}, 0)
  assert.deepEqual(registry.faults.list(), [])
  assert.deepEqual(await listTags(registry.url, 'team/app'), ['1'])
  await assert.rejects(listTags(registry.url, 'team/other'), { message: '404 for /v2/team/other/tags/list' })
})
