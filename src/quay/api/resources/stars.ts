import { may } from '../../directory/access.js'
import { findRepository, updateRepository } from '../../directory/repositories.js'
import { answer, noContent } from '../answers.js'
import type { PageName } from '../paths.js'
import { pathNames } from '../repository.js'
import { accountAdmin, notFound, readBody, type ApiRequest, type Page } from '../request.js'
import { text } from '../schema.js'
import type { Repository } from '../../directory/state.js'

/** Repositories that the user who calls has starred. */
export const starPages: Readonly<Partial<Record<PageName, Page>>> = {
  userStarred: {
    GET(request) {
      const { username } = accountAdmin(request)
      const all = Array.from(request.directory.table('repositories').entries(), ([, repository]) => repository)
      const repositories = all
        .filter(({ stars }) => stars.includes(username))
        .map(({ namespace, name, description, visibility }) => ({
          namespace,
          name,
          description,
          is_public: visibility === 'public',
        }))
      return answer(200, { repositories })
    },
    async POST(request) {
      const { username } = accountAdmin(request)
      const { namespace, repository } = await readBody<{ namespace: string; repository: string }>(request, {
        required: ['namespace', 'repository'],
        properties: { namespace: text, repository: text },
      })
      const found = visible(request, namespace, repository)
      const stars = [...found.stars.filter((name) => name !== username), username]
      updateRepository(request.directory, found, { stars })
      return answer(201, { namespace, repository })
    },
  },
  userStar: {
    DELETE(request) {
      const { username } = accountAdmin(request)
      const { namespace, name } = pathNames(request)
      const found = visible(request, namespace, name)
      updateRepository(request.directory, found, { stars: found.stars.filter((one) => one !== username) })
      return noContent
    },
  },
}

function visible(request: ApiRequest, namespace: string, name: string): Repository {
  const repository = findRepository(request.directory, namespace, name)
  if (!repository || !may(request.directory, request.identity, namespace, name, 'pull')) throw notFound(request)
  return repository
}
