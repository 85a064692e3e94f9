import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ordered } from '../ordered.js'
import { Journal } from './journal.js'

type CatalogRecord = { readonly add: string } | { readonly remove: string }

/**
 * The names of the repositories, in order. A name is written before its repository's first content and taken out after
 * its last, so the catalog never misses one; a name it has too many (a process died between the two writes) is found
 * by asking the repository, and only names that may be such are asked about.
 */
export class Catalog {
  readonly #journal: Journal<Ordered<true>, CatalogRecord>
  readonly #marker: string
  readonly #clean: boolean
  readonly #doubtful = new Set<string>()
  readonly #verified = new Set<string>()

  constructor(folder: string, tempFolder: string) {
    this.#journal = new Journal(join(folder, 'catalog'), tempFolder, {
      empty: new Ordered<true>(),
      apply: (names, record) => ('add' in record ? names.with(record.add, true) : names.without(record.remove)),
      compact: (names) => Array.from(names.entries(), ([add]) => ({ add })),
    })
    this.#marker = join(folder, 'unclean')
    this.#clean = !existsSync(this.#marker)
    writeFileSync(this.#marker, 'This folder is in use, or its last user did not close it.\n')
  }

  /** Writes that a repository is about to hold something; nothing when it is written already. */
  async expect(name: string): Promise<void> {
    if (this.#journal.tip.has(name)) return
    this.#doubtful.add(name)
    await this.#journal.commit({ add: name })
  }

  /** Notes what a repository's journal has shown, and takes an empty one out. */
  async note(name: string, empty: boolean): Promise<void> {
    if (empty && this.#journal.tip.has(name)) await this.#journal.commit({ remove: name })
    this.#doubtful.delete(name)
    if (!this.#clean) this.#verified.add(name)
  }

  /** Names behind `after`, in order; `holds` is asked about those that are not certain. */
  *names(after: string | undefined, holds: (name: string) => boolean): Generator<string, void, undefined> {
    for (const [name] of this.#journal.committed.entries(after)) {
      const uncertain = this.#doubtful.has(name) || !(this.#clean || this.#verified.has(name))
      if (!uncertain || holds(name)) yield name
    }
  }

  /** Every name that is written, certain or not. */
  all(): string[] {
    return Array.from(this.#journal.committed.entries(), ([name]) => name)
  }

  async close(): Promise<void> {
    await this.#journal.settled()
    const certain = this.#clean || this.all().every((name) => this.#verified.has(name))
    if (certain && this.#doubtful.size === 0) rmSync(this.#marker, { force: true })
  }
}
