import type { Teardown } from './registries.js'

/** Runs what needs a test to clean up after it, outside one: cleans up when it ends, last things first. */
export async function collected<T>(run: (t: Teardown) => Promise<T>): Promise<T> {
  const actions: (() => unknown)[] = []
  try {
    return await run({ teardown: (action) => actions.unshift(action) })
  } finally {
    for (const action of actions) await action()
  }
}
