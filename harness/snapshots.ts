import type { Quay, QuayState } from '../src/quay/create.js'
import type { Snapshot, Store } from '../src/store/store.js'

/** All that a registry held at one time: content, and in a Quay its users, organizations, rights and history. */
export interface RegistrySnapshot {
  readonly content: Snapshot
  /** Of a Quay: what it knows beside content. */
  readonly quay: QuayState | undefined
}

/** Takes a registry back to what it was. */
export class RegistrySnapshots {
  readonly #store: Store
  readonly #quay: Quay | undefined
  readonly #clock: () => number
  #start: RegistrySnapshot | undefined

  private constructor(store: Store, quay: Quay | undefined, clock: () => number) {
    this.#store = store
    this.#quay = quay
    this.#clock = clock
  }

  /** What a registry is now is where its `reset` leads, if its store can go back. */
  static async of(store: Store, quay: Quay | undefined, clock: () => number): Promise<RegistrySnapshots> {
    const snapshots = new RegistrySnapshots(store, quay, clock)
    if (store.snapshots) snapshots.#start = await snapshots.take()
    return snapshots
  }

  async take(): Promise<RegistrySnapshot> {
    return { content: await this.#parts().take(), quay: this.#quay?.dump(this.#clock()) }
  }

  async restore({ content, quay }: RegistrySnapshot): Promise<void> {
    await this.#parts().restore(content)
    if (quay) this.#quay?.load(quay)
  }

  async reset(): Promise<void> {
    this.#parts()
    if (this.#start) await this.restore(this.#start)
  }

  #parts(): NonNullable<Store['snapshots']> {
    if (this.#store.snapshots) return this.#store.snapshots
    throw new Error('start-registry: this store has no `snapshots`, so that nothing can take it back')
  }
}
