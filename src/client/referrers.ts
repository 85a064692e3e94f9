import { mediaTypes } from '../protocol/media-types.js'
import { algorithmOf, hexOf, isDigest, type Digest } from '../route/names.js'
import { formatRoute } from '../route/route.js'
import { ClientError } from './errors.js'
import { expectStatus, type Connection } from './connection.js'
import { nextPage } from './pages.js'
import type { RepositoryReference } from './reference.js'
import { fetchManifest } from './repository.js'

/** A descriptor as a list of referrers has it. */
export interface ListedDescriptor {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly artifactType?: string | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

const pageLimit = 8 << 20
// As cosign limits what it looks at; more than this is somebody's attempt to keep us busy.
const mostReferrers = 10_000

/**
 * Referrers of a digest (distribution-spec 1.1 "Listing Referrers"), all pages of them; undefined where there is no such
 * API, which is what cosign takes 400, 404, 406 and lists of another type for.
 * @throws ClientError BAD_REPLY for a list that is none, or without end.
 */
export async function fetchReferrers(
  connection: Connection,
  reference: RepositoryReference,
  digest: Digest,
): Promise<readonly ListedDescriptor[] | undefined> {
  const found: ListedDescriptor[] = []
  const seen = new Set<string>()
  let path: string | undefined = formatRoute({ kind: 'referrers', repository: reference.repository, digest })
  while (path !== undefined) {
    if (seen.has(path)) throw badList(reference, 'its pages lead in a circle')
    seen.add(path)
    const reply = await connection.get(path, { accept: mediaTypes.imageIndex, limit: pageLimit })
    if (seen.size === 1 && [400, 404, 406].includes(reply.status)) return undefined
    expectStatus(reply, reference, `the referrers of ${digest}`)
    const [type = ''] = reply.headers['content-type']?.split(';', 1) ?? []
    if (seen.size === 1 && type.trim() !== mediaTypes.imageIndex) return undefined
    found.push(...descriptorsOf(reply.body, reference))
    if (found.length > mostReferrers) throw badList(reference, `it has more than ${mostReferrers} entries`)
    path = nextPage(reply.headers['link'], path, connection.origin)
  }
  return found
}

/**
 * Referrers of a digest where there is no such API: what the index behind the tag lists that stands in for it
 * (distribution-spec 1.1 "Referrers Tag Schema").
 * @throws ClientError BAD_REPLY for an index that is none.
 */
export async function fetchTaggedReferrers(
  connection: Connection,
  reference: RepositoryReference,
  digest: Digest,
): Promise<readonly ListedDescriptor[]> {
  const tag = `${algorithmOf(digest)}-${hexOf(digest).slice(0, 64)}`
  const index = await fetchManifest(connection, reference, { tag })
  return index ? descriptorsOf(index.bytes, reference) : []
}

function descriptorsOf(body: Buffer, reference: RepositoryReference): ListedDescriptor[] {
  let manifests: unknown
  try {
    ;({ manifests } = JSON.parse(body.toString()) as { manifests?: unknown })
  } catch (error) {
    throw badList(reference, 'it is not JSON', error)
  }
  // Some registries have null for none.
  if (manifests === null || manifests === undefined) return []
  if (!Array.isArray(manifests) || !manifests.every(isDescriptor)) throw badList(reference, 'an entry is no descriptor')
  return manifests.map(({ mediaType, digest, size, artifactType, annotations }) => ({
    mediaType,
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
  }))
}

function isDescriptor(value: unknown): value is ListedDescriptor {
  const { mediaType, digest, size, artifactType, annotations } = (value ?? {}) as Record<string, unknown>
  return (
    typeof mediaType === 'string' &&
    typeof digest === 'string' &&
    isDigest(digest) &&
    Number.isSafeInteger(size) &&
    (artifactType === undefined || typeof artifactType === 'string') &&
    (annotations === undefined ||
      (typeof annotations === 'object' &&
        annotations !== null &&
        Object.values(annotations).every((text) => typeof text === 'string')))
  )
}

const badList = ({ registry, repository }: RepositoryReference, problem: string, cause?: unknown): ClientError =>
  new ClientError(
    'BAD_REPLY',
    `the list of referrers that ${registry} has for ${repository} is no such list: ${problem}`,
    {
      cause,
    },
  )
