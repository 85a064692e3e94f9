import { first } from '../../../route/query.js'
import { canCreate, repositoryRole, visibleRepositories } from '../../directory/access.js'
import { isQuayRepositoryName } from '../../directory/names.js'
import { findNamespace } from '../../directory/namespaces.js'
import { createRepository, deleteRepository, findRepository, updateRepository } from '../../directory/repositories.js'
import { atLeast } from '../../directory/scopes.js'
import type { Repository } from '../../directory/state.js'
import { answer, noContent } from '../answers.js'
import { deleteContents } from '../content.js'
import { nextPage, readPageToken } from '../page-token.js'
import type { PageName } from '../paths.js'
import { formatDate } from '../python.js'
import { administeredRepository, readableRepository, storeName, writableRepository } from '../repository.js'
import { flag, invalidRequest, malformed, readBody, unauthorized, type ApiRequest, type Page } from '../request.js'
import { oneOf, text, type Field, type Schema } from '../schema.js'
import { manifestSize } from '../../manifest.js'

const visibility: Field = { ...text, ...oneOf('public', 'private') }

const newRepository: Schema = {
  required: ['repository', 'visibility', 'description'],
  properties: {
    repository: text,
    visibility,
    namespace: text,
    description: text,
    repo_kind: { type: ['string', 'null'], ...oneOf('image', 'application', null) },
  },
}

interface NewRepository {
  readonly repository: string
  readonly visibility: 'public' | 'private'
  readonly namespace?: string
  readonly description: string
}

const pageSize = 100
const mostTags = 500

/** Repositories: made, listed, shown, changed and deleted. */
export const repositoryPages: Readonly<Partial<Record<PageName, Page>>> = {
  repositories: { POST: create, GET: list },
  repository: {
    async GET(request) {
      return answer(200, await repositoryView(request, readableRepository(request)))
    },
    async PUT(request) {
      const repository = writableRepository(request)
      const { description } = await readBody<{ description: string }>(request, {
        required: ['description'],
        properties: { description: text },
      })
      updateRepository(request.directory, repository, { description })
      return answer(200, { success: true })
    },
    async DELETE(request) {
      const repository = administeredRepository(request)
      deleteRepository(request.directory, repository)
      await deleteContents(request, repository.namespace, [repository.name])
      return noContent
    },
  },
  repositoryVisibility: {
    async POST(request) {
      const repository = administeredRepository(request)
      const body = await readBody<Pick<Repository, 'visibility'>>(request, {
        required: ['visibility'],
        properties: { visibility },
      })
      updateRepository(request.directory, repository, { visibility: body.visibility })
      return answer(200, { success: true })
    },
  },
  repositoryState: {
    async PUT(request) {
      const repository = administeredRepository(request)
      const body = await readBody<{ state: string }>(request, { required: ['state'], properties: { state: text } })
      if (!isState(body.state)) throw invalidRequest(request, `${body.state} is not a valid Repository state.`)
      updateRepository(request.directory, repository, { state: body.state })
      return answer(200, { success: true })
    },
  },
}

const isState = (state: string): state is Repository['state'] => ['NORMAL', 'READ_ONLY', 'MIRROR'].includes(state)

async function create(request: ApiRequest): Promise<ReturnType<typeof answer>> {
  const { directory, identity, config, call } = request
  const body = await readBody<NewRepository>(request, newRepository)
  const creator = identity.username
  const namespace = body.namespace ?? creator
  if (namespace === undefined) throw invalidRequest(request, 'Must provide a namespace or must be logged in.')
  if (creator === undefined || !canCreate(directory, identity, namespace)) throw unauthorized(request)
  const name = body.repository
  if (findRepository(directory, namespace, name)) throw invalidRequest(request, 'Repository already exists')
  if (!isQuayRepositoryName(name, config.FEATURE_EXTENDED_REPOSITORY_NAMES)) {
    throw invalidRequest(request, 'Invalid repository name')
  }
  const { visibility: shown, description } = body
  createRepository(directory, { namespace, name, creator, visibility: shown, description, at: call.at })
  return answer(201, { namespace, name, kind: 'image' })
}

function list(request: ApiRequest): ReturnType<typeof answer> {
  const { directory, identity, call } = request
  const namespace = first(call.query, 'namespace') || undefined
  const [starred, isPublic] = [flag(request, 'starred'), flag(request, 'public')]
  if (namespace === undefined && !starred && !isPublic) {
    throw invalidRequest(request, 'namespace, starred or public are required for this API call')
  }
  const { username } = identity
  if (starred && username === undefined) throw malformed()
  // A namespace's repositories come all at once, and so do the starred ones.
  const whole = starred || namespace !== undefined
  const found: Repository[] = []
  for (const repository of visibleRepositories(directory, identity, {
    everybodys: isPublic || starred,
    after: whole ? undefined : readPageToken(directory, first(call.query, 'next_page')),
    namespace: starred ? undefined : namespace,
  })) {
    if (starred && !repository.stars.includes(username as string)) continue
    found.push(repository)
    if (!whole && found.length > pageSize) break
  }
  const page = whole ? found : found.slice(0, pageSize)
  const last = page.at(-1)
  return answer(200, {
    repositories: page.map((repository) => listedView(request, repository)),
    ...(page.length < found.length && last && { next_page: nextPage(directory, storeName(last)) }),
  })
}

function listedView(request: ApiRequest, repository: Repository): object {
  const { identity, history, call } = request
  const { namespace, name, description, visibility: shown, state, stars } = repository
  const [newest] = flag(request, 'last_modified')
    ? history.list(storeName(repository), { at: call.at, active: true, page: 1, limit: 1 }).entries
    : []
  return {
    namespace,
    name,
    description,
    is_public: shown === 'public',
    kind: 'image',
    state,
    ...(flag(request, 'last_modified') && { last_modified: newest ? Math.floor(newest.start / 1000) : null }),
    ...(flag(request, 'popularity') && { popularity: 0 }),
    ...(identity.username !== undefined && { is_starred: stars.includes(identity.username) }),
  }
}

async function repositoryView(request: ApiRequest, repository: Repository): Promise<object> {
  const { directory, identity, call } = request
  const { namespace, name, description, visibility: shown, state, stars, badgeToken } = repository
  const role = repositoryRole(directory, identity, namespace, name)
  return {
    namespace,
    name,
    kind: 'image',
    description,
    is_public: shown === 'public',
    is_organization: directory.table('organizations').has(namespace),
    is_starred: stars.includes(identity.username ?? ''),
    status_token: shown === 'public' ? '' : badgeToken,
    trust_enabled: false,
    tag_expiration_s: findNamespace(directory, namespace)?.tagExpiration,
    is_free_account: true,
    state,
    ...(flag(request, 'includeTags', true) && { tags: await tagsView(request, repository) }),
    can_write: state === 'NORMAL' && atLeast(role, 'write'),
    can_admin: atLeast(role, 'admin'),
    ...(flag(request, 'includeStats') && { stats: emptyStats(call.at) }),
  }
}

async function tagsView({ store, history, call }: ApiRequest, repository: Repository): Promise<object> {
  const where = storeName(repository)
  const { entries } = history.list(where, { at: call.at, active: true, page: 1, limit: mostTags })
  const views = await Promise.all(
    entries.map(async ({ tag, digest, start, end }) => [
      tag,
      {
        name: tag,
        size: await manifestSize(store, where, digest),
        last_modified: formatDate(start),
        ...(end !== null && { expiration: formatDate(end) }),
        manifest_digest: digest,
      },
    ]),
  )
  return Object.fromEntries(views) as object
}

// Nobody counts pulls here: three months of nothing.
const emptyStats = (at: number): object[] =>
  Array.from({ length: 91 }, (_, day) => ({
    date: new Date(at - (day + 1) * 86_400_000).toISOString().slice(0, 10),
    count: 0,
  }))
