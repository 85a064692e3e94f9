import type { Verdict } from '../../src/cosign/verdict.js'
import type { Digest } from '../../src/route/names.js'
import type { Store } from '../../src/store/store.js'
import type { ReadRule } from './rules.js'

/** Verifies the signatures of an image by a rule. */
export type VerifyByRule = (repository: string, digest: Digest, rule: ReadRule) => Promise<Verdict>

// What is remembered costs memory, and who can push could make it much.
const mostVerdicts = 1000
const mostRepositories = 1000
// image-spec 1.1 lets an index hold indexes.
const deepest = 4

/** Knows which images have the signatures that rules ask for, by what a store holds. */
export class Guard {
  readonly #store: Store
  readonly #verify: VerifyByRule
  readonly #keepsRefusals: boolean
  readonly #verdicts = new Map<string, Map<string, Promise<Verdict>>>()
  readonly #names = new Map<ReadRule, string>()
  readonly #stopListening: readonly (() => void)[]

  /** @param keepsRefusals Whether an image that is not signed is so until the store changes: not where there is an upstream. */
  constructor(store: Store, verify: VerifyByRule, keepsRefusals: boolean) {
    this.#store = store
    this.#verify = verify
    this.#keepsRefusals = keepsRefusals
    // A signature may have come, or gone.
    const stop = store.onChange(({ repository }) => void this.#verdicts.delete(repository))
    const stopRestores = store.snapshots?.onRestore(() => this.#verdicts.clear())
    this.#stopListening = stopRestores ? [stop, stopRestores] : [stop]
  }

  /** Lets go of the store, which may live on. */
  close(): void {
    for (const stop of this.#stopListening) stop()
  }

  /**
   * Why a manifest does not pass a rule: the verdict on its own signatures. Undefined for one that passes, because it
   * is signed or an index that holds it is.
   */
  async refusal(repository: string, digest: Digest, rule: ReadRule): Promise<Verdict | undefined> {
    const own = await this.#verdict(repository, digest, rule)
    if (own.verified) return undefined
    return (await this.#isInSigned(repository, digest, rule, deepest)) ? undefined : own
  }

  async #isInSigned(repository: string, digest: Digest, rule: ReadRule, levels: number): Promise<boolean> {
    if (levels === 0) return false
    const { items } = await this.#store.parents(repository, digest, { limit: Infinity })
    for (const parent of items) {
      if ((await this.#verdict(repository, parent, rule)).verified) return true
      if (await this.#isInSigned(repository, parent, rule, levels - 1)) return true
    }
    return false
  }

  #verdict(repository: string, digest: Digest, rule: ReadRule): Promise<Verdict> {
    const known = slot(this.#verdicts, repository, mostRepositories, () => new Map<string, Promise<Verdict>>())
    const key = `${this.#nameOf(rule)} ${digest}`
    return kept(known, key, mostVerdicts, async () => {
      const verdict = await this.#verify(repository, digest, rule)
      if (!verdict.verified && !this.#keepsRefusals) known.delete(key)
      return verdict
    })
  }

  #nameOf(rule: ReadRule): string {
    return slot(this.#names, rule, Infinity, () => String(this.#names.size))
  }
}

/** As `slot`, for what may fail: that is tried again by the next who asks. */
function kept<T>(map: Map<string, Promise<T>>, key: string, most: number, make: () => Promise<T>): Promise<T> {
  return slot(map, key, most, () => {
    const made = make()
    made.catch(() => map.delete(key))
    return made
  })
}

/** What a map has for a key, made when it has nothing; a full map begins anew. */
function slot<K, V>(map: Map<K, V>, key: K, most: number, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  if (map.size >= most) map.clear()
  const made = make()
  map.set(key, made)
  return made
}
