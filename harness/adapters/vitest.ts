/**
 * For Vitest: `const test = base.extend<RegistryFixtures>(registryFixtures())`, and then
 * `test('…', async ({ registry }) => …)`.
 */
export {
  registryFixtures,
  sharedRegistryFixtures,
  type Fixture,
  type NamespaceFixtures,
  type RegistryFixtures,
} from './fixtures.js'
