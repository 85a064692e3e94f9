import { Readable } from 'node:stream'
import type { Call, Reply } from '../../protocol/call.js'
import { RegistryError } from '../../protocol/errors.js'
import { mediaTypes } from '../../protocol/media-types.js'
import { isDigest, type Digest } from '../../route/names.js'
import type { Route } from '../../route/route.js'
import { digestOf } from '../../store/hashing.js'
import { manifestLabels, readConfig, readManifest } from '../manifest.js'
import { childRefusal, type IndexEntry } from '../artifact-types/child-refusal.js'
import { refusalOf } from '../artifact-types/refusal.js'
import { expiresAfter } from '../history/expires-after.js'
import { htmlError } from '../html.js'
import type { QuayRegistry } from '../quay.js'
import { hasConfigFault } from './config-fault.js'
import { manifestInvalid, QuayAbort, QuayError } from './errors.js'
import { nginxTooLarge, serverError, textReply } from './pages.js'

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
    if (!quay.rows.servesUntagged && !isLedTo(quay, repository, reference.digest, call.at)) throw unknown()
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

/** Whether a tag points at a manifest, or at an index that names it. */
function isLedTo({ history, parents }: QuayRegistry, repository: string, digest: Digest, at: number): boolean {
  if (history.tagsOf(repository, digest, at).length > 0) return true
  for (const parent of parents.of(repository, digest)) {
    if (history.tagsOf(repository, parent, at).length > 0) return true
  }
  return false
}

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
  const { store, history, rows } = quay
  const { repository, reference } = call.route
  const bytes = await readAll(call)
  const mediaType = call.headers['content-type'] ?? ''
  await check(quay, repository, bytes, mediaType)
  const digest = digestOf(bytes, 'sha256')
  const isNew = (await store.manifest(repository, digest)) === undefined
  const reply = await next()
  const manifest = await readManifest(store, repository, digest)
  if (manifest && reference.tag !== undefined && (isNew || rows.expiresOnRepush)) {
    const seconds = expiresAfter(await manifestLabels(store, repository, manifest, call.at))
    if (seconds !== undefined) history.expire(repository, [reference.tag], seconds, call.at)
  }
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

/** Deletes a manifest; Quay knows no way to delete a tag, and forgets manifests that no tag points at. */
export async function deleteManifest(call: ManifestCall, next: Next, quay: QuayRegistry): Promise<Reply> {
  const { repository, reference } = call.route
  if (reference.digest === undefined) throw new QuayAbort(htmlError(405, quay.version))
  if (quay.history.tagsOf(repository, reference.digest, call.at).length === 0) throw unknown()
  return plain(await next())
}
