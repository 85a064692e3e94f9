import type { Everybody } from '../access/everybody.js'
import { everything, type Permissions } from '../access/permissions.js'
import { isRepositoryName } from '../route/names.js'
import type { Store } from '../store/store.js'
import type { Grounds, People, Viewer } from './surroundings.js'

/** Who looks at the pages of a registry whose accounts have permissions. @param everybody Undefined where all is open. */
export function ociPeople(everybody: Everybody | undefined): People {
  if (!everybody) return { viewer: (account) => viewerOf(account, everything) }
  const { accounts, anonymous } = everybody
  return {
    async login(username, password) {
      return (await accounts.check(username, password)) ? undefined : 'Wrong username or password.'
    },
    viewer(account) {
      if (account === undefined ? anonymous === 'none' : !accounts.has(account)) return undefined
      return viewerOf(account, accounts.permissions(account))
    },
  }
}

/** Viewers of this room know what they may push to as well. */
interface PermittedViewer extends Viewer {
  readonly permissions: Permissions
}

// No repository has this name: whoever may pull from it may pull from all.
const nowhere = '*'

const viewerOf = (account: string | undefined, permissions: Permissions): PermittedViewer => ({
  account,
  permissions,
  maySee: (repository) => permissions.may(repository, 'pull'),
  seesAll: permissions.may(nowhere, 'pull'),
  mayCreate: permissions.mayAny('push'),
})

const pageSize = 1000

/**
 * The repositories of a registry that knows no organizations: they are what names begin with. One that is made here is
 * remembered, so that it shows before anything is in it, until the store goes back to what was.
 */
export function ociGrounds(store: Store): Grounds {
  const made = new Set<string>()
  store.snapshots?.onRestore(() => made.clear())
  return {
    library: 'library',
    async *repositories(viewer) {
      const { permissions } = viewer as PermittedViewer
      for (let after: string | undefined; ;) {
        const { items, more } = await store.repositories({ after, limit: pageSize })
        for (const name of items) if (permissions.may(name, 'pull')) yield name
        after = items.at(-1)
        if (!more || after === undefined) return
      }
    },
    organizations: (viewer) => [...made].filter((name) => maySeeIn(viewer, name)),
    create(name, viewer) {
      if (!isRepositoryName(name) || name.includes('/')) {
        return 'A name is lower-case letters and digits, with single . _ or - between them.'
      }
      if (!(viewer as PermittedViewer).permissions.may(`${name}/${nowhere}`, 'push')) {
        return `You may not push to ${name}/.`
      }
      made.add(name)
      return undefined
    },
  }
}

const maySeeIn = (viewer: Viewer, organization: string): boolean => viewer.maySee(`${organization}/${nowhere}`)
