import { isTag } from '../route/names.js'
import { formatRoute } from '../route/route.js'
import { expectStatus, type Connection } from './connection.js'
import { ClientError } from './errors.js'
import { nextPage } from './pages.js'
import type { RepositoryReference } from './reference.js'

const pageLimit = 8 << 20
// More than the largest repositories have; a list without end would fill the memory.
const mostTags = 100_000

/**
 * The tags of a repository (distribution-spec 1.1 end-8), all pages of them, in the order they come; undefined when
 * there is no such repository.
 * @throws ClientError BAD_REPLY for a list that is none, or without end.
 */
export async function fetchTags(connection: Connection, reference: RepositoryReference): Promise<string[] | undefined> {
  const found: string[] = []
  const seen = new Set<string>()
  let path: string | undefined = formatRoute({ kind: 'tags', repository: reference.repository })
  while (path !== undefined) {
    if (seen.has(path)) throw badList(reference, 'its pages lead in a circle')
    seen.add(path)
    const reply = await connection.get(path, { accept: 'application/json', limit: pageLimit })
    if (seen.size === 1 && reply.status === 404) return undefined
    expectStatus(reply, reference, 'the tags')
    found.push(...tagsOf(reply.body, reference))
    if (found.length > mostTags) throw badList(reference, `it has more than ${mostTags} entries`)
    path = nextPage(reply.headers['link'], path, connection.origin)
  }
  return found
}

function tagsOf(body: Buffer, reference: RepositoryReference): string[] {
  let tags: unknown
  try {
    ;({ tags } = JSON.parse(body.toString()) as { tags?: unknown })
  } catch (error) {
    throw badList(reference, 'it is not JSON', error)
  }
  // docker-registry has null for none.
  if (tags === null || tags === undefined) return []
  if (Array.isArray(tags) && tags.every((tag): tag is string => typeof tag === 'string' && isTag(tag))) return tags
  throw badList(reference, 'an entry is no tag')
}

const badList = ({ registry, repository }: RepositoryReference, problem: string, cause?: unknown): ClientError =>
  new ClientError('BAD_REPLY', `the list of tags that ${registry} has for ${repository} is no such list: ${problem}`, {
    cause,
  })
