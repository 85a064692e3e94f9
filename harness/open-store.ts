import type { Store } from '../src/store/store.js'
import type { StartOptions } from './options.js'

/** The store that options ask for. @throws Error when it cannot be opened. @param now In milliseconds since 1970. */
export async function openStore({ storage = 'memory', upstream }: StartOptions, now: number): Promise<Store> {
  if (upstream && 'replay' in upstream) return (await import('./upstream/replay.js')).replayStore(upstream.replay, now)
  if (storage === 'memory') return (await import('../src/store/memory/store.js')).memoryStore()
  if ('base' in storage) return (await import('./layout/base.js')).storeOver(storage, now)
  if (!('disk' in storage)) return storage
  const { diskStore } = await import('../src/store/disk/store.js')
  return diskStore(storage.disk)
}
