import { Readable } from 'node:stream'
import type { Call, Reply } from '../../protocol/call.js'
import { RegistryError } from '../../protocol/errors.js'
import { mediaTypes } from '../../protocol/media-types.js'
import { isDigest, type Digest } from '../../route/names.js'
import type { Route } from '../../route/route.js'
import { digestOf } from '../../store/hashing.js'
import { readConfig, readManifest } from '../manifest.js'
import { childRefusal, type IndexEntry } from '../artifact-types/child-refusal.js'
import { refusalOf } from '../artifact-types/refusal.js'
import { expiryOfPush } from '../history/expires-after.js'
import type { QuayRegistry } from '../quay.js'
import { hasConfigFault } from './config-fault.js'
import { emptyLayer, provideEmptyLayer } from './empty-layer.js'
import { manifestInvalid, QuayAbort, QuayError } from './errors.js'
import { nginxTooLarge, serverError, textReply } from './pages.js'
import { isLedTo } from './reach.js'

type ManifestCall = Call<Extract<Route, { readonly kind: 'manifest' }>>
type Next = () => Reply | Promise<Reply>

/**
 * Pulls a manifest as Quay does (endpoints/v2/manifest.py): by tag only in a type that Accept names word for word; an
 * index otherwise becomes its linux/amd64 child, and all else is unknown (Quay would make a schema 1 manifest of an
 * image, which is not played). By digest in any type, but in the older versions only while a tag leads to it.
 */
export async function pullManifest(call: ManifestCall, next: Next, quay: QuayRegistry): Promise<Reply> {
  const { repository, reference } = call.route
  if (reference.digest !== undefined) {
    const hidden = quay.rows.servesUntagged
    if (!(await isLedTo(quay, repository, reference.digest, { at: call.at, hidden }))) throw unknown()
    return plain(await next())
  }
  if (quay.history.status(repository, reference.tag, call.at) === 'expired') {
    const message = `Tag ${reference.tag} was deleted or has expired. To pull, revive via time machine`
    throw new QuayError(404, 'TAG_EXPIRED', message)
  }
  const reply = plain(await next())
  if (accepts(call, reply)) return reply
  const child = await amd64Child(quay, repository, reply)
  if (!child) throw unknown()
  call.route = { kind: 'manifest', repository, reference: { digest: child } }
  const childReply = plain(await next())
  if (!accepts(call, childReply)) throw unknown()
  return childReply
}

const unknown = (): RegistryError => new RegistryError('MANIFEST_UNKNOWN')

function accepts({ headers }: Call, reply: Reply): boolean {
  const accepted = (headers.accept ?? '').split(',').map((entry) => entry.split(';', 1)[0]?.trim())
  return accepted.includes(String(reply.headers['Content-Type']))
}

/** A reply without what Quay does not send. */
function plain({ status, headers, body }: Reply): Reply {
  const { ETag: _, ...kept } = headers
  return { status, headers: kept, body }
}

async function amd64Child(quay: QuayRegistry, repository: string, reply: Reply): Promise<Digest | undefined> {
  const type = reply.headers['Content-Type']
  if (type !== mediaTypes.imageIndex && type !== mediaTypes.dockerManifestList) return undefined
  const digest = reply.headers['Docker-Content-Digest'] as Digest
  const bytes = await quay.store.manifestBytes(repository, digest)
  const { manifests = [] } = JSON.parse(String(bytes)) as {
    manifests?: readonly { digest: string; platform?: { os?: string; architecture?: string } }[]
  }
  const child = manifests.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64')
  return child && isDigest(child.digest) ? child.digest : undefined
}

/** Pushes a manifest: what Quay checks, what it answers, and what it reads in the labels. */
export async function pushManifest(call: ManifestCall, next: Next, quay: QuayRegistry): Promise<Reply> {
  const { store, rows } = quay
  const { repository, reference } = call.route
  const bytes = await readAll(call)
  await check(quay, repository, bytes, call.headers['content-type'] ?? '')
  const digest = digestOf(bytes, 'sha256')
  if (reference.digest !== undefined && reference.digest !== digest) {
    throw manifestInvalid({ message: 'manifest digest mismatch' })
  }
  const isNew = (await store.manifest(repository, digest)) === undefined
  if (bytes.includes(emptyLayer)) await provideEmptyLayer(store, repository, call.at)
  // Quay knows no tags beside that of the path.
  call.query = new Map()
  const reply = await next()
  const manifest = await readManifest(store, repository, digest)
  await afterPush(quay, repository, { digest, tag: reference.tag, isNew, at: call.at })
  // Quay reads the configuration for its labels when all is committed: the same push once more is fine.
  if (isNew && manifest && !manifest.isList) {
    const config = await readConfig(store, repository, manifest, call.at)
    if (hasConfigFault(manifest.config?.mediaType, config, rows)) throw new QuayAbort(serverError)
  }
  return textReply(201, 'OK', {
    'Docker-Content-Digest': digest,
    Location: String(reply.headers['Location']),
  })
}

/**
 * Does what Quay does with a manifest that was pushed: what has no tag gets a hidden one, and what has one lives as long
 * as its labels say.
 * @param push.isNew Whether the repository did not hold it.
 */
export async function afterPush(
  quay: PushedTo,
  repository: string,
  {
    digest,
    tag,
    isNew,
    at,
  }: { readonly digest: Digest; readonly tag: string | undefined; readonly isNew: boolean; readonly at: number },
): Promise<void> {
  if (tag === undefined) await putTemporaryTag(quay, repository, digest, at)
  else if (isNew || quay.rows.expiresOnRepush) await expire(quay, repository, tag, digest, at)
}

/** What of a Quay a push changes. */
export type PushedTo = Pick<QuayRegistry, 'store' | 'history' | 'temporaryTags' | 'config' | 'rows'>

async function expire(
  { store, history }: PushedTo,
  repository: string,
  tag: string,
  digest: Digest,
  at: number,
): Promise<void> {
  const seconds = await expiryOfPush(store, repository, digest, at)
  if (seconds !== undefined) history.expire(repository, [tag], seconds, at)
}

// What has a subject is never pushed by tag, and must stay all the same.
async function putTemporaryTag(
  { store, temporaryTags, config, rows }: PushedTo,
  repository: string,
  digest: Digest,
  at: number,
): Promise<void> {
  const stays = rows.referrers && (await store.manifest(repository, digest))?.subject !== undefined
  temporaryTags.put(repository, digest, stays ? null : at + config.PUSH_TEMP_TAG_EXPIRATION_SEC * 1000)
}

// The handler reads it again.
async function readAll(call: ManifestCall): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of call.body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > largestManifest) throw new QuayAbort(nginxTooLarge)
  }
  call.body = Readable.from(chunks)
  return Buffer.concat(chunks)
}

// nginx's limit where none is configured: Quay's nginx has one for layers alone.
const largestManifest = 1 << 20

/** @throws QuayError MANIFEST_INVALID in the words of Quay's parser. */
async function check(quay: QuayRegistry, repository: string, bytes: Buffer, mediaType: string): Promise<void> {
  if (schema1.has(mediaType)) throw manifestInvalid({ message: schema1NotPlayed })
  const refusal = refusalOf({ bytes, mediaType }, quay.policy)
  if (refusal !== undefined) throw manifestInvalid({ message: refusal })
  if (mediaType !== mediaTypes.imageIndex) return
  const { manifests } = JSON.parse(bytes.toString()) as { manifests: readonly IndexEntry[] }
  for (const entry of manifests) {
    const child = isDigest(entry.digest) ? await quay.store.manifest(repository, entry.digest) : undefined
    const fault = childRefusal(entry, child?.size)
    if (fault !== undefined) throw manifestInvalid({ message: fault })
  }
}

// What a client means that says nothing.
const schema1: ReadonlySet<string> = new Set([
  '',
  'application/json',
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
])
const schema1NotPlayed = 'failed to parse manifest: without a Content-Type it is Docker schema 1, which is not played'

/**
 * Deletes the tags that point at a manifest: the manifest itself stays for the time machine, and is unknown to clients.
 * One that no tag points at cannot be deleted.
 */
export async function deleteManifest(call: ManifestCall, digest: Digest, quay: QuayRegistry): Promise<Reply> {
  const { store, history } = quay
  const { repository } = call.route
  const tags = history.tagsOf(repository, digest, call.at)
  if (tags.length === 0) throw unknown()
  for (const tag of tags) await store.deleteTag(repository, tag, call.at, digest)
  return textReply(202, '')
}
