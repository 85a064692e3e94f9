import { memoryStore } from '../../src/store/memory/store.js'
import type { Store } from '../../src/store/store.js'

/**
 * A store in memory of which those who ask for one tag are answered when `count` of them have asked. Clients that read
 * what a tag points at, add to it and write it back then lose each other's additions each time, and not only when they
 * are unlucky.
 */
export function meetingStore(count: number): { readonly store: Store; readonly meetAt: (tag: string) => void } {
  const memory = memoryStore()
  let place: string | undefined
  let waiting = count
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  const store: Store = {
    ...memory,
    async tag(repository, tag) {
      const digest = await memory.tag(repository, tag)
      if (tag !== place) return digest
      waiting--
      if (waiting === 0) open()
      await opened
      return digest
    },
  }
  return { store, meetAt: (tag) => void (place = tag) }
}
