import type { Store } from '../../src/store/store.js'
import type { ReadRule } from './rules.js'
import type { Admission } from './stage.js'
import type { SourceStore, StoreView } from '../signatures/store-source.js'

/** What rules stand on. */
export interface AdmissionPlace {
  readonly store: Store
  /** Where signatures are looked for, when that is more than the store. */
  readonly upstream: SourceStore | undefined
  readonly view: StoreView
}

/** The admission of a registry, and how to let go of its store. */
export async function openAdmission(
  rules: readonly ReadRule[],
  { store, upstream, view }: AdmissionPlace,
): Promise<{ readonly admission: Admission; readonly close: () => void }> {
  const [{ Guard }, { admission }, { ruleVerifier }] = await Promise.all([
    import('./guard.js'),
    import('./stage.js'),
    import('../signatures/registry.js'),
  ])
  const guard = new Guard(store, ruleVerifier(rules, upstream ?? store, view), upstream === undefined)
  return { admission: admission(rules, store, guard), close: () => guard.close() }
}
