import { expect, test as base } from '@playwright/test'
import { image } from 'start-registry'
import {
  registryFixtures,
  sharedRegistryFixtures,
  type NamespaceFixtures,
  type RegistryFixtures,
} from 'start-registry/playwright'
import { listTags } from './tags.js'

const test = base.extend<RegistryFixtures>(registryFixtures())

test('a registry for one test', async ({ registry }) => {
  await registry.seed({ 'team/app:1': image(), 'team/app:2': image() })
  expect(await listTags(registry.url, 'team/app')).toEqual(['1', '2'])
})

// Playwright's own client, which needs no browser.
test('the next has another', async ({ registry, request }) => {
  const reply = await request.get(`${registry.url}/v2/team/app/tags/list`)
  expect(reply.status()).toBe(404)
  registry.journal.expect({ method: 'GET', repository: 'team/app', status: 404 }, 1)
})

const shared = base.extend<NamespaceFixtures, RegistryFixtures>(sharedRegistryFixtures({ tls: true }))
const urls = new Set<string>()

shared.describe('one registry for a worker, and a namespace for each test', () => {
  shared.use({ ignoreHTTPSErrors: true })
  for (const tag of ['1', '2']) {
    shared(`pushes ${tag}`, async ({ registry, namespace, request }) => {
      urls.add(registry.url)
      await registry.seed({ [`${namespace}/app:${tag}`]: image() })
      const reply = await request.get(`${registry.url}/v2/${namespace}/app/tags/list`)
      expect(await reply.json()).toEqual({ name: `${namespace}/app`, tags: [tag] })
    })
  }
  shared('it was one', () => expect(urls.size).toBe(1))
})
