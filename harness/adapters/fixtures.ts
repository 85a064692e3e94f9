import type { StartOptions } from '../options.js'
import type { Registry } from '../registry.js'
import { startRegistry } from '../start-registry.js'

/** Runs what needs a fixture, and resolves when that has ended. */
type Use<T> = (value: T) => Promise<void>

/** A function that Vitest and Playwright take for a fixture. Both read from its text which others it needs. */
export type Fixture<Needs, T> = (needs: Needs, use: Use<T>) => Promise<void>

/** What a test sees of `registryFixtures`. */
export interface RegistryFixtures {
  readonly registry: Registry
}

/** What it sees of `sharedRegistryFixtures`, beside the registry. */
export interface NamespaceFixtures {
  /** The first part of repository names that no other test uses. */
  readonly namespace: string
}

/** A `registry` for each test that asks for one. */
export const registryFixtures = (options: StartOptions = {}): { registry: Fixture<object, Registry> } => ({
  registry: starting(options),
})

/** One `registry` for all tests of a worker, and for each test a `namespace` in it, so that they do not meet. */
export const sharedRegistryFixtures = (
  options: StartOptions = {},
): {
  registry: [Fixture<object, Registry>, { scope: 'worker' }]
  namespace: Fixture<RegistryFixtures, string>
} => ({
  registry: [starting(options), { scope: 'worker' }],
  namespace: async ({ registry }, use) => use(registry.namespace()),
})

const starting =
  (options: StartOptions): Fixture<object, Registry> =>
  // oxlint-disable-next-line no-empty-pattern -- how a fixture says that it needs no other
  async ({}, use) => {
    await using registry = await startRegistry(options)
    await use(registry)
  }
