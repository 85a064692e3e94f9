import type { StartOptions } from '../options.js'
import type { Registry } from '../registry.js'
import { startRegistry } from '../start-registry.js'
import { undoEach, type EachHooks } from './undo.js'

/** What of a tap test is needed here. */
export interface TapTest extends EachHooks {
  teardown(action: () => unknown): unknown
}

/**
 * A registry for one test: `t.teardown` closes it.
 * @throws what `startRegistry` throws.
 */
export async function registryFor(t: Pick<TapTest, 'teardown'>, options: StartOptions = {}): Promise<Registry> {
  const registry = await startRegistry(options)
  t.teardown(() => registry.close())
  return registry
}

/**
 * A registry for all tests of a file, where `t` is tap's own, or for those in a test: what each of them changes is undone
 * when it ends, and what was there before it stays. Tests that run at the same time do not undo each other's, and keep
 * apart by `registry.namespace()`.
 */
export async function sharedRegistry(t: TapTest, options: StartOptions = {}): Promise<Registry> {
  const registry = await registryFor(t, options)
  undoEach(t, registry)
  return registry
}
