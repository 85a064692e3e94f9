import type { StartOptions } from '../options.js'
import type { Registry } from '../registry.js'
import { startRegistry } from '../start-registry.js'
import { undoEach, type EachHooks } from './undo.js'

/** What of node:test, or of one of its tests, is needed here. */
export interface NodeTest extends EachHooks {
  after(action: () => unknown): unknown
}

/**
 * A registry for one test: `t.after` closes it.
 * @throws what `startRegistry` throws.
 */
export async function registryFor(t: Pick<NodeTest, 'after'>, options: StartOptions = {}): Promise<Registry> {
  const registry = await startRegistry(options)
  t.after(() => registry.close())
  return registry
}

/**
 * A registry for all tests of a file, `await sharedRegistry(test)` with what node:test exports, or for those in a test:
 * what each of them changes is undone when it ends, and what was there before it stays. Tests that run at the same time do
 * not undo each other's, and keep apart by `registry.namespace()`.
 */
export async function sharedRegistry(test: NodeTest, options: StartOptions = {}): Promise<Registry> {
  const registry = await registryFor(test, options)
  undoEach(test, registry)
  return registry
}
