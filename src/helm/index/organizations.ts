import type { Store } from '../../store/store.js'
import { Organization } from './organization.js'

/** Where repositories of one part are listed. */
const library = 'library'

/** The organizations of a store, each read when it is first asked for and kept up to date from then on. */
export class Organizations {
  readonly #store: Store
  readonly #known = new Map<string, { readonly organization: Organization; readonly loaded: Promise<void> }>()

  constructor(store: Store) {
    this.#store = store
    store.onChange((change) => this.#known.get(organizationOf(change.repository))?.organization.record(change))
    store.snapshots?.onRestore(() => this.#known.clear())
  }

  /** An organization with everything that was committed before the call; one without charts is like one that is not. */
  async get(name: string): Promise<Organization> {
    let known = this.#known.get(name)
    if (!known) {
      const organization = new Organization(this.#store)
      known = { organization, loaded: organization.load(repositoriesOf(this.#store, name)) }
      this.#known.set(name, known)
    }
    const { organization, loaded } = known
    try {
      await loaded
      await organization.settle()
    } catch (error) {
      if (this.#known.get(name) === known) this.#known.delete(name)
      throw error
    }
    // Names that somebody made up must not fill the memory, and are read again in no time.
    if (organization.isEmpty && name !== library && this.#known.get(name) === known) this.#known.delete(name)
    return organization
  }
}

/** The organization that a repository belongs to: the first part of its name. */
export function organizationOf(repository: string): string {
  const slash = repository.indexOf('/')
  return slash < 0 ? library : repository.slice(0, slash)
}

async function* repositoriesOf(store: Store, organization: string): AsyncGenerator<string, void, undefined> {
  if (organization === library) yield* namesOfOnePart(store)
  const prefix = `${organization}/`
  for (let after = prefix; ;) {
    const { items, more } = await store.repositories({ after, limit: pageSize })
    for (const name of items) {
      if (!name.startsWith(prefix)) return
      yield name
      after = name
    }
    if (!more || items.length === 0) return
  }
}

// What is inside others is passed over, however much that is.
async function* namesOfOnePart(store: Store): AsyncGenerator<string, void, undefined> {
  for (let after = ''; ;) {
    const { items, more } = await store.repositories({ after, limit: pageSize })
    for (const name of items) {
      const slash = name.indexOf('/')
      after = slash < 0 ? name : `${name.slice(0, slash)}/\uffff`
      if (slash >= 0) break
      yield name
    }
    if (items.length === 0 || (!more && after >= (items.at(-1) as string))) return
  }
}

const pageSize = 200
