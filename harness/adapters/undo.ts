import type { Registry } from '../registry.js'

/** How a test runner calls somebody around each test. */
export interface EachHooks {
  beforeEach(action: () => unknown): unknown
  afterEach(action: () => unknown): unknown
}

/**
 * Undoes what becomes of a registry's content and faults between two calls, and forgets its journal; calls nest, and only
 * the outermost undo.
 */
export class Undo {
  readonly #registry: Registry
  #depth = 0
  #undo: Promise<() => Promise<void>> | undefined

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** A test begins: what is there now will be there when it has ended. */
  async begin(): Promise<void> {
    this.#depth++
    await (this.#undo ??= remember(this.#registry))
  }

  /** A test has ended. */
  async end(): Promise<void> {
    this.#depth--
    if (this.#depth > 0) return
    const undo = this.#undo
    this.#undo = undefined
    await (
      await undo
    )?.()
  }
}

/** Undoes what each test does in a registry. The hooks run for subtests too, whose changes stay till their test has ended. */
export function undoEach(hooks: EachHooks, registry: Registry): void {
  const undo = new Undo(registry)
  hooks.beforeEach(() => undo.begin())
  hooks.afterEach(() => undo.end())
}

async function remember(registry: Registry): Promise<() => Promise<void>> {
  const before = await registry.snapshot()
  const faults = new Set(registry.faults.list().map(({ id }) => id))
  return async () => {
    for (const { id, remove } of registry.faults.list()) if (!faults.has(id)) remove()
    await registry.restore(before)
    registry.journal.clear()
  }
}
