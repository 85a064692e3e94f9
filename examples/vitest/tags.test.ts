import { image } from 'start-registry'
import {
  registryFixtures,
  sharedRegistryFixtures,
  type NamespaceFixtures,
  type RegistryFixtures,
} from 'start-registry/vitest'
import { test as base, describe, expect } from 'vitest'
import { listTags } from './tags.js'

const test = base.extend<RegistryFixtures>(registryFixtures())

test('a registry for one test', async ({ registry }) => {
  await registry.seed({ 'team/app:1': image(), 'team/app:2': image() })
  expect(await listTags(registry.url, 'team/app')).toEqual(['1', '2'])
})

test('the next has another', async ({ registry }) => {
  await expect(listTags(registry.url, 'team/app')).rejects.toThrow('404 for /v2/team/app/tags/list')
})

const shared = base.extend<RegistryFixtures & NamespaceFixtures>(sharedRegistryFixtures())
const urls = new Set<string>()

describe.concurrent('one registry for all tests, and a namespace for each', () => {
  for (const tag of ['1', '2', '3']) {
    shared(`pushes ${tag}`, async ({ registry, namespace, expect }) => {
      urls.add(registry.url)
      await registry.seed({ [`${namespace}/app:${tag}`]: image() })
      expect(await listTags(registry.url, `${namespace}/app`)).toEqual([tag])
    })
  }
})

test('it was one', () => expect(urls.size).toBe(1))
