import type { StartOptions } from '../options.js'
import type { Registry } from '../registry.js'
import { startRegistry } from '../start-registry.js'
import { Undo } from './undo.js'

/** What is there for jest's process, between its two hooks: registries, and how to take their variables away. */
const running: (() => Promise<void>)[] = []

/**
 * Makes the function that a `globalSetup` file (.mjs) exports: one registry for all test files, which find it by REGISTRY
 * and REGISTRY_URL. The other variables of `registry.env({ keepHome: true })` are there as well, with the login of the
 * only account: clients that a test starts are wired. Over https they trust the CA, and so does Node in jest's workers, but
 * not in jest's own process, which plays few tests and `--runInBand`: Node reads NODE_EXTRA_CA_CERTS when it starts.
 */
export const globalSetup =
  (options: StartOptions = {}) =>
  async (): Promise<void> => {
    const registry = await startRegistry(options)
    running.push(() => registry.close())
    const { accounts = [] } = options
    const as = accounts.length === 1 ? accounts[0]?.username : undefined
    const set = registry.env({ as, keepHome: true })
    const before = Object.keys(set).map((name) => [name, process.env[name]] as const)
    Object.assign(process.env, set)
    running.push(async () => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    })
  }

/** What a `globalTeardown` file exports: closes what `globalSetup` has started. */
export async function globalTeardown(): Promise<void> {
  for (let undo = running.pop(); undo; undo = running.pop()) await undo()
}

/** An environment of jest's, such as that of jest-environment-node. */
export interface JestEnvironment {
  readonly global: object
  setup(): Promise<void>
  teardown(): Promise<void>
  handleTestEvent?(event: { readonly name: string }, state: never): unknown
}

/**
 * An environment with a registry for each test file, `registry` among the globals; what a test changes in it is undone
 * when the test has ended. For the file (.mjs) that `testEnvironment` names:
 * `export default withRegistry(TestEnvironment)`.
 */
export function withRegistry<Environment extends new (...args: any[]) => JestEnvironment>(
  environment: Environment,
  options: StartOptions = {},
): Environment {
  return class extends environment {
    #registry: Registry | undefined
    #undo: Undo | undefined

    override async setup(): Promise<void> {
      await super.setup()
      this.#registry = await startRegistry(options)
      this.#undo = new Undo(this.#registry)
      Object.assign(this.global, { registry: this.#registry })
    }

    override async handleTestEvent(event: { readonly name: string }, state: never): Promise<void> {
      await super.handleTestEvent?.(event, state)
      if (event.name === 'test_start') await this.#undo?.begin()
      if (event.name === 'test_done') await this.#undo?.end()
    }

    override async teardown(): Promise<void> {
      await this.#registry?.close()
      await super.teardown()
    }
  }
}
