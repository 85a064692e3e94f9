import { emptyReply, type Call } from '../protocol/call.js'
import { entityTag } from '../protocol/entity-tag.js'
import { RegistryError } from '../protocol/errors.js'
import { algorithmOf, isTag, type Digest } from '../route/names.js'
import { formatRoute } from '../route/route.js'
import { digestOf } from '../store/hashing.js'
import type { PushResult } from '../store/store.js'
import { checkConditions, preconditionFailed } from './conditions.js'
import { manifestPush } from '../store/manifest.js'
import type { Handler, Registry, RouteOf } from './registry.js'

type ManifestCall = Call<RouteOf<'manifest'>>

/**
 * Pushes a manifest by tag or digest, with more tags as `?tag=`: distribution-spec 1.1 end-7 and the tag parameter of
 * its development version. All tags are set in one commit with the manifest.
 */
export const putManifest: Handler<'manifest'> = async (call, registry) => {
  const { route, at } = call
  const { repository, reference } = route
  const tags = tagsOf(call)
  const bytes = await readBody(call, registry.profile.manifestLimit)
  const digest = digestOf(bytes, reference.digest ? algorithmOf(reference.digest) : 'sha256')
  if (reference.digest && digest !== reference.digest) {
    throw new RegistryError('DIGEST_INVALID', "the manifest's bytes have another digest than its URL", {
      detail: { digest: reference.digest, actual: digest },
    })
  }
  const push = manifestPush(bytes, digest, contentType(call))
  const { subject } = push.entry
  const result = await registry.store.putManifest(repository, {
    ...push,
    ...(registry.sparse && { requires: { blobs: [], manifests: [] } }),
    tags,
    expected: reference.tag === undefined ? undefined : await expectedOf(reference.tag, call, registry),
    at,
  })
  if (!result.committed) throw refused(result)
  return emptyReply(201, {
    Location: formatRoute({ kind: 'manifest', repository, reference: { digest } }),
    'Docker-Content-Digest': digest,
    ETag: entityTag(digest),
    // Promises that the referrers API lists this manifest; without the API clients keep a tag instead.
    ...(subject && registry.referrers && { 'OCI-Subject': subject }),
    ...(call.query.has('tag') && { 'OCI-Tag': tags }),
  })
}

function tagsOf({ route, query }: ManifestCall): string[] {
  const asked = query.get('tag') ?? []
  const wrong = asked.find((tag) => !isTag(tag))
  if (wrong !== undefined) throw invalidTag(wrong)
  return [...new Set(route.reference.tag === undefined ? asked : [route.reference.tag, ...asked])]
}

/** The error for a tag that cannot be pushed. */
export const invalidTag = (tag: string): RegistryError =>
  new RegistryError('TAG_INVALID', 'a tag is 1 to 128 letters, digits, _ . or -, and begins with none of . and -', {
    detail: { tag: tag.slice(0, 128) },
  })

async function expectedOf(
  tag: string,
  { route, headers }: ManifestCall,
  { store }: Registry,
): Promise<Digest | null | undefined> {
  const current = await store.tag(route.repository, tag)
  return checkConditions(headers, current) ? (current ?? null) : undefined
}

function contentType({ headers }: Call): string | undefined {
  // Parameters say nothing about JSON, and the type that is served must be one that clients compare with.
  return headers['content-type']?.split(';', 1)[0]?.trim() || undefined
}

async function readBody({ body, headers }: Call, limit: number): Promise<Buffer> {
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)
}

// Not MANIFEST_INVALID: containers/image would push it again in another format.
const tooLarge = (limit: number): RegistryError =>
  new RegistryError('SIZE_INVALID', `a manifest may have ${limit} bytes; put large content into a blob`, {
    status: 413,
  })

function refused(result: Exclude<PushResult, { committed: true }>): RegistryError {
  if ('current' in result) return preconditionFailed(result.current)
  const shown = result.missing.slice(0, 4)
  return new RegistryError(
    'MANIFEST_BLOB_UNKNOWN',
    `push these first (${result.missing.length} missing), or serve with sparse manifests allowed`,
    { detail: { missing: shown } },
  )
}
