import type { Digest } from '../../route/names.js'
import { Listeners } from '../listeners.js'
import type { Repository } from '../repository.js'
import type { Snapshot } from '../store.js'

interface DiskSnapshot extends Snapshot {
  /** What each repository held; one that is not here was not read since, and so not written to. */
  readonly repositories: Map<string, Repository>
}

/**
 * What a disk store held at certain times, as the immutable values of its repositories: nothing is copied. Of a repository
 * that is first read later the snapshots learn then. They last as long as somebody holds them.
 */
export class DiskSnapshots {
  readonly #taken = new Set<WeakRef<DiskSnapshot>>()
  readonly #known = new WeakSet<Snapshot>()
  readonly restored: Listeners<undefined> = new Listeners<undefined>()

  take(repositories: Iterable<readonly [name: string, repository: Repository]>): Snapshot {
    const snapshot: DiskSnapshot = { kind: 'snapshot', repositories: new Map(repositories) }
    this.#known.add(snapshot)
    this.#taken.add(new WeakRef(snapshot))
    return snapshot
  }

  /** Takes note of a repository that was read, before anything is written to it. */
  learn(name: string, repository: Repository): void {
    for (const { repositories } of this.#live()) if (!repositories.has(name)) repositories.set(name, repository)
  }

  /** What is no longer as it was, and what it was. @throws Error for a snapshot of another store. */
  changed<J extends { readonly tip: Repository }>(
    snapshot: Snapshot,
    journals: ReadonlyMap<string, J>,
  ): (readonly [journal: J, value: Repository])[] {
    if (!this.#known.has(snapshot)) throw new Error('this snapshot is of another store')
    const { repositories } = snapshot as DiskSnapshot
    return Array.from(journals, ([name, journal]) => {
      // One that is not known was read after the snapshot, which has then learnt of it.
      return [journal, repositories.get(name) as Repository] as const
    }).filter(([{ tip }, value]) => tip !== value)
  }

  /** Content that a snapshot needs. */
  *held(): Generator<Digest, void, undefined> {
    for (const { repositories } of this.#live()) {
      for (const { blobs, manifests } of repositories.values()) {
        for (const [digest] of blobs.entries()) yield digest as Digest
        for (const [digest] of manifests.entries()) yield digest as Digest
      }
    }
  }

  *#live(): Generator<DiskSnapshot, void, undefined> {
    for (const reference of this.#taken) {
      const snapshot = reference.deref()
      if (snapshot) yield snapshot
      else this.#taken.delete(reference)
    }
  }
}
