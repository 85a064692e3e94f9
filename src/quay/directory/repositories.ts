import type { Directory } from './directory.js'
import { defaultPermissions } from './permissions.js'
import type { Permission, Repository } from './state.js'

export interface NewRepository {
  readonly namespace: string
  readonly name: string
  /** The user or robot that makes it, and becomes its administrator; undefined for nobody. */
  readonly creator: string | undefined
  readonly visibility: 'public' | 'private'
  readonly description?: string | null | undefined
  /** When, in milliseconds since 1970. */
  readonly at: number
}

/** A repository, if there is one of this name. */
export const findRepository = (directory: Directory, namespace: string, name: string): Repository | undefined =>
  directory.table('repositories').get(`${namespace}/${name}`)

/**
 * Adds a repository: its creator administers it, and the organization's default permissions are given.
 * @returns undefined when there is one of this name.
 */
export function createRepository(directory: Directory, wanted: NewRepository): Repository | undefined {
  const { namespace, name, creator, visibility, description, at } = wanted
  if (findRepository(directory, namespace, name)) return undefined
  const own: readonly Permission[] = creator === undefined ? [] : [{ kind: 'user', name: creator, role: 'admin' }]
  const prototypes = directory.table('organizations').get(namespace)?.prototypes ?? []
  const repository: Repository = {
    namespace,
    name,
    visibility,
    description: description ?? null,
    state: 'NORMAL',
    created: at,
    permissions: [...own, ...(creator === undefined ? [] : defaultPermissions(prototypes, creator))],
    stars: [],
    labels: [],
    badgeToken: directory.uuid(),
  }
  directory.put('repositories', `${namespace}/${name}`, repository)
  return repository
}

/** Puts changes to a repository. */
export function updateRepository(
  directory: Directory,
  repository: Repository,
  changes: Partial<Repository>,
): Repository {
  const changed = { ...repository, ...changes }
  directory.put('repositories', `${repository.namespace}/${repository.name}`, changed)
  return changed
}

/** Repositories of a namespace, in the order of their names. */
export const repositoriesOf = (directory: Directory, namespace: string): readonly Repository[] =>
  Array.from(directory.table('repositories').startingWith(`${namespace}/`), ([, one]) => one)

/** Takes a repository away. What it holds is the caller's to delete. */
export function deleteRepository(directory: Directory, { namespace, name }: Repository): void {
  directory.drop('repositories', `${namespace}/${name}`)
  for (const [key, policy] of directory.table('policies').startingWith(`${namespace}/`)) {
    if (policy.repository === name) directory.drop('policies', key)
  }
}

/** Takes the repositories of a namespace away, and answers their names. */
export function deleteRepositoriesOf(directory: Directory, namespace: string): readonly string[] {
  return repositoriesOf(directory, namespace).map((repository) => {
    deleteRepository(directory, repository)
    return repository.name
  })
}
