import type { Call, Reply } from '../../protocol/call.js'
import { RegistryError } from '../../protocol/errors.js'
import { isDigest } from '../../route/names.js'
import { first } from '../../route/query.js'
import { formatRoute, type Route } from '../../route/route.js'
import { splitRepository } from '../directory/names.js'
import { findRepository } from '../directory/repositories.js'
import type { Upload } from '../../store/store.js'
import type { QuayRegistry } from '../quay.js'
import { atMost, chunkRange, part } from './content-range.js'
import { QuayAbort, QuayError } from './errors.js'
import { nginxTooLarge, serverError } from './pages.js'
import { checkQuota } from './quota.js'

export type UploadCall = Call<Extract<Route, { readonly kind: 'uploads' | 'upload' }>>
type Next = () => Reply | Promise<Reply>

/**
 * Everything about uploads as Quay does it (endpoints/v2/blob.py): mounts need a source, digests are sha256, a chunk may
 * overlap with what is there, and blobs have a largest size.
 */
export async function upload(call: UploadCall, next: Next, quay: QuayRegistry): Promise<Reply> {
  const { route, method } = call
  const session = route.kind === 'upload' ? await ownSession(call, route, quay) : undefined
  const commits = method === 'PUT' || (method === 'POST' && call.query.has('digest'))
  const isKnown = route.kind === 'uploads' || session !== undefined
  try {
    if (method === 'PUT' && !call.query.has('digest')) throw withoutDigest
    if (isKnown && (method === 'POST' || method === 'PUT' || method === 'PATCH')) {
      const { namespace } = splitRepository(route.repository, quay.config.LIBRARY_NAMESPACE)
      await checkQuota(quay, namespace, session?.offset ?? 0, call.at)
    }
    if (method === 'POST') await dropVainMount(call, quay)
    // Only where bytes come in does anybody look at what is said of them.
    if (isKnown && (commits || method === 'PATCH') && !call.query.has('mount')) readChunk(call, session, quay)
    const digest = first(call.query, 'digest')
    if (isKnown && commits && !/^sha256:[0-9a-f]{64}$/.test(digest ?? '')) throw new RegistryError('DIGEST_INVALID')
    return uploadReply(await next(), call, quay)
  } catch (error) {
    // An upload that was to end is over, however it ended, and one that a quota stops too.
    const stopped = error instanceof QuayError && error.code === 'DENIED'
    if (session && error !== withoutDigest && (commits || stopped)) await quay.store.cancelUpload(session.id)
    if (error instanceof RegistryError && error.code === 'RANGE_INVALID' && error.upload) {
      throw new QuayAbort(outOfRange(error.upload, call, quay))
    }
    throw error
  }
}

const withoutDigest = new QuayError(400, 'BLOB_UPLOAD_INVALID', 'blob upload invalid', {
  detail: { reason: 'Missing digest arg on monolithic upload' },
})

async function ownSession(
  { account }: UploadCall,
  { repository, id }: Extract<Route, { readonly kind: 'upload' }>,
  { store }: QuayRegistry,
): Promise<Upload | undefined> {
  const session = await store.upload(id)
  return session?.repository === repository && session.owner === account ? session : undefined
}

// What cannot be mounted from where the client says becomes an upload, though the blob may be here already.
async function dropVainMount(call: UploadCall, { store, config, directory }: QuayRegistry): Promise<void> {
  const mount = first(call.query, 'mount')
  if (mount === undefined) return
  const { namespace, name } = splitRepository(first(call.query, 'from') ?? '', config.LIBRARY_NAMESPACE)
  const from = `${namespace}/${name}`
  const isThere =
    isDigest(mount) &&
    findRepository(directory, namespace, name) !== undefined &&
    call.permissions?.may(from, 'pull') === true &&
    (await store.blob(from, mount, call.at)) !== undefined
  const query = new Map([...call.query].filter(([key]) => key !== 'mount'))
  call.query = isThere ? new Map([...query, ['mount', [mount]], ['from', [from]]]) : query
}

/**
 * Reads what a chunk says of itself: bytes that are there already are skipped, and those behind its end are not read. A
 * chunk that says nothing, or that it is the first, goes to the end, as in a Quay with its blobs in the cloud.
 */
function readChunk(call: UploadCall, session: Upload | undefined, quay: QuayRegistry): void {
  const most = quay.config.MAXIMUM_LAYER_SIZE.bytes
  const offset = session?.offset ?? 0
  const range = chunkRange(call)
  if (range && range.start > offset) throw new RegistryError('RANGE_INVALID', undefined, { upload: session })
  if (range && range.start + range.length > most) throw tooLarge
  // nginx counts what one request brings, and Quay what the blob becomes.
  call.body = atMost(call.body, most, new QuayAbort(nginxTooLarge))
  if (range) {
    const skip = range.start > 0 ? offset - range.start : 0
    call.body = part(call.body, skip, Math.max(0, range.length - skip))
    // How long the rest is nobody has said.
    const { 'content-range': _, 'content-length': __, ...headers } = call.headers
    call.headers = { ...headers, 'transfer-encoding': 'chunked' }
  }
  call.body = atMost(call.body, most - offset, tooLarge)
}

// Quay fails on the way to its refusal.
const tooLarge = new QuayAbort(serverError)

/** A session as Quay tells it: where it is in full, its id as a UUID, and its range in three notations. */
function uploadReply(reply: Reply, call: UploadCall, quay: QuayRegistry): Reply {
  const { repository } = call.route
  const digest = reply.headers['Docker-Content-Digest']
  if (reply.status === 201 && digest !== undefined) {
    const Location = `${baseOf(call, quay)}/v2/${repository}/blobs/${String(digest)}`
    return { status: 201, headers: { 'Content-Length': 0, 'Docker-Content-Digest': digest, Location } }
  }
  if (!reply.upload) return reply
  const { id, offset } = reply.upload
  const uuid = { 'Docker-Upload-UUID': uuidOf(id) }
  if (reply.status === 204) return { status: 204, headers: { ...uuid, Range: `bytes=0-${offset}` } }
  const Location = locationOf(id, call, quay)
  const Range = call.method === 'POST' ? 'bytes=0--1' : `0-${offset - 1}`
  return { status: 202, headers: { 'Content-Length': 0, ...uuid, Location, Range } }
}

// A chunk that does not begin where the last one ended: no body, and a range that is one too long.
function outOfRange({ id, offset }: NonNullable<Reply['upload']>, call: UploadCall, quay: QuayRegistry): Reply {
  const Location = locationOf(id, call, quay)
  const headers = { 'Content-Length': 0, Location, Range: `0-${offset}`, 'Docker-Upload-UUID': uuidOf(id) }
  return { status: 416, headers }
}

function baseOf(call: UploadCall, quay: QuayRegistry): string {
  const { scheme, host } = quay.origin(call)
  return `${scheme}://${host}`
}

const locationOf = (id: string, call: UploadCall, quay: QuayRegistry): string =>
  `${baseOf(call, quay)}${formatRoute({ kind: 'upload', repository: call.route.repository, id: uuidOf(id) })}`

/** The id of an upload as Quay writes it: a UUID. */
const uuidOf = (id: string): string =>
  [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-')
