/**
 * For Playwright: `const test = base.extend<RegistryFixtures>(registryFixtures())`; and of those that are shared,
 * `base.extend<NamespaceFixtures, RegistryFixtures>(sharedRegistryFixtures())`.
 */
export {
  registryFixtures,
  sharedRegistryFixtures,
  type Fixture,
  type NamespaceFixtures,
  type RegistryFixtures,
} from './fixtures.js'
