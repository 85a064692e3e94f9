/** @jest-environment ./registry/environment.mjs */
const { listTags } = require('./tags.js')

beforeAll(() => registry.seed({ 'team/app:1': image() }))

test('what a test changes', async () => {
  await registry.seed({ 'team/app:2': image() })
  expect(await listTags(registry.url, 'team/app')).toEqual(['1', '2'])
})

test('is undone when it ends', async () => {
  expect(await listTags(registry.url, 'team/app')).toEqual(['1'])
  expect(registry.url).not.toBe(process.env.REGISTRY_URL)
})
