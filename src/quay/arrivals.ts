import type { Digest } from '../route/names.js'
import type { Directory } from './directory/directory.js'
import { splitRepository } from './directory/names.js'
import { findNamespace } from './directory/namespaces.js'
import { createOrganization, findTeam } from './directory/organizations.js'
import { createRepository, findRepository } from './directory/repositories.js'
import { afterPush, type PushedTo } from './v2/manifests.js'

/** Lets content that is put into the store without a push be known as if it had been pushed. */
export interface Arrivals {
  /** The repository that clients mean by a name: one without a slash is in the library. */
  readonly repository: (name: string) => string
  /**
   * Makes a repository, and an organization for a namespace that nobody has: of the first user, if there is one.
   * @throws DirectoryRefusal for a namespace that cannot be.
   */
  readonly open: (repository: string, at: number) => void
  /** Takes note of a manifest that was put. */
  readonly pushed: (
    repository: string,
    push: { readonly digest: Digest; readonly tag: string | undefined; readonly isNew: boolean; readonly at: number },
  ) => Promise<void>
}

/** The arrivals of a Quay. */
export function quayArrivals(quay: PushedTo & { readonly directory: Directory }): Arrivals {
  const { directory, config } = quay
  return {
    repository(full) {
      const { namespace, name } = splitRepository(full, config.LIBRARY_NAMESPACE)
      return `${namespace}/${name}`
    },
    open(full, at) {
      const { namespace, name } = splitRepository(full, config.LIBRARY_NAMESPACE)
      if (findRepository(directory, namespace, name)) return
      if (!findNamespace(directory, namespace)) {
        const creator = firstUser(directory)
        createOrganization(directory, { name: namespace, at, ...(creator !== undefined && { creator }) })
      }
      const visibility = config.CREATE_PRIVATE_REPO_ON_PUSH ? 'private' : 'public'
      createRepository(directory, { namespace, name, creator: ownerOf(directory, namespace), visibility, at })
    },
    pushed: (repository, push) => afterPush(quay, repository, push),
  }
}

function firstUser(directory: Directory): string | undefined {
  const [first] = directory.table('users').entries()
  return first?.[0]
}

/** Whoever might have pushed to a namespace. */
function ownerOf(directory: Directory, namespace: string): string | undefined {
  if (directory.table('users').has(namespace)) return namespace
  const organization = directory.table('organizations').get(namespace)
  return organization && findTeam(organization, 'owners')?.members.find((name) => directory.table('users').has(name))
}
