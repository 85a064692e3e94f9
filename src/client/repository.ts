import { createHash } from 'node:crypto'
import { mediaTypes } from '../protocol/media-types.js'
import { algorithmOf, isDigest, type Digest, type Reference } from '../route/names.js'
import { formatRoute } from '../route/route.js'
import { expectStatus, type Connection } from './connection.js'
import { ClientError } from './errors.js'
import type { RepositoryReference } from './reference.js'
import type { Response } from './transport.js'

/** A manifest, whose bytes have been hashed here. */
export interface FetchedManifest {
  readonly digest: Digest
  readonly mediaType: string
  readonly bytes: Buffer
}

/** The most bytes of a manifest that are read: twice what distribution-spec 1.1 asks registries to take. */
const manifestLimit = 8 << 20

const manifestTypes = [
  mediaTypes.imageManifest,
  mediaTypes.imageIndex,
  mediaTypes.dockerManifest,
  mediaTypes.dockerManifestList,
  // Registries that look at Accept keep artifacts of other types too.
  '*/*;q=0.5',
].join(', ')

/**
 * A manifest by tag or digest (distribution-spec 1.1 end-3); undefined when it is not there, or the reference can be
 * no tag.
 * @throws ClientError DIGEST_MISMATCH when it is another, and what a connection throws.
 */
export async function fetchManifest(
  connection: Connection,
  repository: RepositoryReference,
  reference: Reference,
): Promise<FetchedManifest | undefined> {
  const path = formatRoute({ kind: 'manifest', repository: repository.repository, reference })
  const reply = await connection.get(path, { accept: manifestTypes, limit: manifestLimit })
  if (reply.status === 404) return undefined
  expectStatus(reply, repository, `manifest ${reference.digest ?? reference.tag}`)
  // Of a tag there is only the registry's word, in which a reply that a proxy has changed shows.
  const named = reference.digest ?? reply.headers['docker-content-digest']
  const expected = typeof named === 'string' && isDigest(named) ? named : undefined
  const digest = digestLike(expected, reply.body)
  if (expected !== undefined && expected !== digest) throw mismatch(repository, expected, digest)
  return { digest, mediaType: mediaTypeOf(reply), bytes: reply.body }
}

/**
 * A blob (distribution-spec 1.1 end-2); undefined when it is not there.
 * @param most The most bytes that are read.
 * @throws ClientError TOO_LARGE when it has more, DIGEST_MISMATCH when it is another, and what a connection throws.
 */
export async function fetchBlob(
  connection: Connection,
  repository: RepositoryReference,
  digest: Digest,
  most: number,
): Promise<Buffer | undefined> {
  const path = formatRoute({ kind: 'blob', repository: repository.repository, digest })
  const reply = await connection.get(path, { accept: '*/*', limit: most })
  if (reply.status === 404) return undefined
  expectStatus(reply, repository, `blob ${digest}`)
  const actual = digestLike(digest, reply.body)
  if (actual !== digest) throw mismatch(repository, digest, actual)
  return reply.body
}

/**
 * The digest that a registry says a manifest has, without its bytes (distribution-spec 1.1 end-3 with HEAD).
 * @returns 'absent' when it is not there, and 'unknown' when the registry does not say.
 * @throws ClientError what a connection throws.
 */
export async function fetchManifestDigest(
  connection: Connection,
  repository: RepositoryReference,
  reference: Reference,
): Promise<Digest | 'absent' | 'unknown'> {
  const path = formatRoute({ kind: 'manifest', repository: repository.repository, reference })
  const reply = await connection.get(path, { accept: manifestTypes, limit: 0, method: 'HEAD' })
  if (reply.status === 404) return 'absent'
  expectStatus(reply, repository, `manifest ${reference.digest ?? reference.tag}`)
  const digest = reply.headers['docker-content-digest']
  return typeof digest === 'string' && isDigest(digest) ? digest : 'unknown'
}

/**
 * How many bytes a blob has (distribution-spec 1.1 end-2 with HEAD); undefined when it is not there.
 * @throws ClientError BAD_REPLY when the registry does not say, and what a connection throws.
 */
export async function fetchBlobSize(
  connection: Connection,
  repository: RepositoryReference,
  digest: Digest,
): Promise<number | undefined> {
  const path = formatRoute({ kind: 'blob', repository: repository.repository, digest })
  const reply = await connection.get(path, { accept: '*/*', limit: 0, method: 'HEAD' })
  if (reply.status === 404) return undefined
  expectStatus(reply, repository, `blob ${digest}`)
  const length = reply.headers['content-length'] ?? ''
  if (/^\d+$/.test(length)) return Number(length)
  throw new ClientError('BAD_REPLY', `${repository.registry} does not say how many bytes blob ${digest} has`)
}

/**
 * The bytes of a blob as they come, which nobody has hashed; undefined when it is not there. They must be read.
 * @throws ClientError what a connection throws, also while they are read.
 */
export async function streamBlob(
  connection: Connection,
  repository: RepositoryReference,
  digest: Digest,
): Promise<AsyncIterable<Buffer> | undefined> {
  const path = formatRoute({ kind: 'blob', repository: repository.repository, digest })
  const reply = await connection.get(path, { accept: '*/*', limit: 'stream' })
  if (reply.status === 404) return undefined
  expectStatus(reply, repository, `blob ${digest}`)
  return reply.stream
}

/** The digest of bytes, by the algorithm of another one. */
function digestLike(other: Digest | undefined, bytes: Buffer): Digest {
  const algorithm = other === undefined ? 'sha256' : algorithmOf(other)
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

/** The error for bytes that are not what they were asked for as. */
export const mismatch = ({ registry, repository }: RepositoryReference, asked: Digest, actual: Digest): ClientError =>
  new ClientError(
    'DIGEST_MISMATCH',
    `${registry} answers with other bytes than were asked for: what it gives for ${asked} of ${repository} is ${actual}`,
  )

// Some registries serve every manifest as JSON or as text: then its own word counts.
function mediaTypeOf({ headers, body }: Response): string {
  const type = headers['content-type']?.split(';', 1)[0]?.trim() ?? ''
  if (!/^(?:|text\/plain|application\/json|application\/octet-stream)$/.test(type)) return type
  try {
    const own = (JSON.parse(body.toString()) as { mediaType?: unknown } | null)?.mediaType
    return typeof own === 'string' ? own : type
  } catch {
    // Whoever reads the manifest will say so.
    return type
  }
}
