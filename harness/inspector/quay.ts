import type { Grounds, People, Viewer } from '../../src/inspector/surroundings.js'
import { may, maySuperuse, namespaceRole, visibleRepositories } from '../../src/quay/directory/access.js'
import { authenticateUser } from '../../src/quay/directory/credentials.js'
import type { Directory } from '../../src/quay/directory/directory.js'
import { anonymous, userIdentity, type Identity } from '../../src/quay/directory/identity.js'
import { splitRepository } from '../../src/quay/directory/names.js'
import { createOrganization } from '../../src/quay/directory/organizations.js'
import { DirectoryRefusal } from '../../src/quay/directory/refusal.js'

/** What a Quay's pages are made from. */
interface PagedQuay {
  readonly directory: Directory
  /** The namespace of repositories whose names have one part. */
  readonly library: string
}

interface QuayViewer extends Viewer {
  readonly identity: Identity
}

const identityOf = (viewer: Viewer): Identity => (viewer as QuayViewer).identity

/** Who looks at the pages of a Quay: its users, and what its directory gives them. */
export function quayPeople({ directory, library }: PagedQuay): People {
  return {
    login: (username, password, at) => authenticateUser(directory, username, password, at).refusal,
    viewer(account): QuayViewer | undefined {
      const identity = account === undefined ? anonymous : knownUser(directory, account)
      if (!identity) return undefined
      return {
        account,
        identity,
        maySee(repository) {
          const { namespace, name } = splitRepository(repository, library)
          return may(directory, identity, namespace, name, 'pull')
        },
        seesAll: maySuperuse(directory, identity),
        mayCreate: account !== undefined,
      }
    },
  }
}

function knownUser(directory: Directory, name: string): Identity | undefined {
  const user = directory.table('users').get(name)
  return user?.enabled ? userIdentity(name, user.uuid) : undefined
}

/** The repositories and organizations of a Quay. */
export function quayGrounds({ directory, library }: PagedQuay): Grounds {
  return {
    library,
    *repositories(viewer) {
      const all = visibleRepositories(directory, identityOf(viewer), { everybodys: true })
      for (const { namespace, name } of all) yield `${namespace}/${name}`
    },
    *organizations(viewer) {
      for (const [name] of directory.table('organizations').entries()) {
        if (namespaceRole(directory, identityOf(viewer), name) !== undefined) yield name
      }
    },
    create(name, { account }, at) {
      if (account === undefined) return 'Log in to create an organization.'
      try {
        createOrganization(directory, { name, creator: account, at })
        return undefined
      } catch (error) {
        if (error instanceof DirectoryRefusal) return error.message
        throw error
      }
    },
  }
}
