import type { Store } from '../../src/store/store.js'
import { matcher } from '../../src/access/permissions.js'
import type { Arrivals } from '../../src/quay/arrivals.js'
import { loadLayout, type Loaded } from './load.js'
import { openLayout, writeLayout } from './open.js'
import { saveLayout } from './save.js'

/** Where the content of a layout belongs. */
export interface LoadOptions {
  /** The repository of everything in it. @default what its index.json says of each */
  readonly repository?: string | undefined
}

/** What of a registry is saved. */
export interface SaveOptions {
  /** Names of repositories, with `*` for any text. @default all */
  readonly repositories?: string | readonly string[] | undefined
}

/** Content from and to OCI image layouts (image-spec 1.1 "image-layout.md"). */
export interface Layouts {
  /**
   * Adds what a layout holds: a folder, or a tar archive of one.
   * @returns The manifests, children first.
   * @throws Error for a layout that does not hang together, or does not say where its content belongs.
   */
  readonly load: (path: string, options?: LoadOptions) => Promise<readonly Loaded[]>
  /** Writes a layout of what the registry holds; a path that ends in `.tar` is written as an archive. */
  readonly save: (path: string, options?: SaveOptions) => Promise<void>
}

/** The layouts of a registry. @param arrivals Of a Quay. */
export function layoutsOf(store: Store, clock: () => number, arrivals: Arrivals | undefined): Layouts {
  return {
    async load(path, { repository } = {}) {
      return loadLayout(await openLayout(path), store, { repository, at: clock(), arrivals })
    },
    async save(path, { repositories = '*' } = {}) {
      const matchers = [repositories].flat().map(matcher)
      const wanted = (name: string): boolean => matchers.some((matches) => matches(name))
      await saveLayout(store, writeLayout(path), { wanted, at: clock() })
    },
  }
}
