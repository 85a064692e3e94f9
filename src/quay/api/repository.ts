import { repositoryRole, may } from '../directory/access.js'
import { splitRepository } from '../directory/names.js'
import { findRepository } from '../directory/repositories.js'
import { atLeast } from '../directory/scopes.js'
import type { Repository, RepositoryRole } from '../directory/state.js'
import { restRefusal } from './answers.js'
import { notFound, parameter, unauthorized, type ApiRequest } from './request.js'

/** The namespace and name that the path means; a name alone is in the library. */
export const pathNames = (request: ApiRequest): { namespace: string; name: string } =>
  splitRepository(parameter(request, 'repository'), request.config.LIBRARY_NAMESPACE)

/** The name that the store knows a repository by. */
export const storeName = ({ namespace, name }: Pick<Repository, 'namespace' | 'name'>): string => `${namespace}/${name}`

// Who may not is told so before it is looked whether the repository is there.
function withRole(request: ApiRequest, wanted: RepositoryRole): Repository {
  const { namespace, name } = pathNames(request)
  const role = repositoryRole(request.directory, request.identity, namespace, name)
  if (!atLeast(role, wanted)) throw unauthorized(request)
  const repository = findRepository(request.directory, namespace, name)
  if (!repository) throw notFound(request)
  return repository
}

/** The repository of the path, for somebody who may pull from it. @throws ApiRefusal */
export function readableRepository(request: ApiRequest): Repository {
  const { namespace, name } = pathNames(request)
  if (!may(request.directory, request.identity, namespace, name, 'pull')) throw unauthorized(request)
  const repository = findRepository(request.directory, namespace, name)
  if (!repository) throw notFound(request)
  return repository
}

/** The same, for somebody who may push to it. */
export const writableRepository = (request: ApiRequest): Repository => withRole(request, 'write')

/** The same, for somebody who administers it. */
export const administeredRepository = (request: ApiRequest): Repository => withRole(request, 'admin')

/** The repository whose content somebody wants to change: one that is read-only is refused. */
export function changeableRepository(request: ApiRequest): Repository {
  const repository = writableRepository(request)
  if (repository.state !== 'NORMAL') {
    throw restRefusal(503, `Repository is in read only or mirror mode: RepositoryState.${repository.state}`)
  }
  return repository
}
