import type { Call, Reply } from '../../protocol/call.js'
import { RegistryError } from '../../protocol/errors.js'
import { first, type Query } from '../../route/query.js'
import { formatRoute, type Route } from '../../route/route.js'
import type { QuayRegistry } from '../quay.js'
import { QuayAbort, QuayError } from './errors.js'
import { nginxTooLarge } from './pages.js'

export type UploadCall = Call<Extract<Route, { readonly kind: 'uploads' | 'upload' }>>
type Next = () => Reply | Promise<Reply>

/**
 * Everything about uploads as Quay does it (endpoints/v2/blob.py): mounts need a source, digests are sha256, a chunk may
 * overlap with what is there, and blobs have a largest size.
 */
export async function upload(call: UploadCall, next: Next, quay: QuayRegistry): Promise<Reply> {
  if (first(call.query, 'mount') !== undefined && first(call.query, 'from') === undefined) {
    call.query = without(call.query, 'mount')
  }
  const offset = await offsetOf(call, quay)
  if (first(call.query, 'digest')?.startsWith('sha512:')) {
    // Quay only ever reckons sha256, finds another digest, and the upload is gone.
    if (call.route.kind === 'upload') await quay.store.cancelUpload(call.route.id)
    throw new QuayError(400, 'BLOB_UPLOAD_INVALID', 'blob upload invalid')
  }
  skipOverlap(call, offset)
  call.body = limited(call.body, quay.config.MAXIMUM_LAYER_SIZE.bytes - offset)
  try {
    return uploadReply(await next(), call, quay)
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'RANGE_INVALID' && error.upload) {
      throw new QuayAbort(outOfRange(error.upload, call, quay))
    }
    throw error
  }
}

async function offsetOf({ route }: UploadCall, { store }: QuayRegistry): Promise<number> {
  return route.kind === 'upload' ? ((await store.upload(route.id))?.offset ?? 0) : 0
}

const without = (query: Query, name: string): Query => new Map([...query].filter(([key]) => key !== name))

// The end of a Content-Range is not looked at; bytes that are there already are skipped.
function skipOverlap(call: UploadCall, offset: number): void {
  const field = call.headers['content-range']
  if (field === undefined) return
  const [, start] = /^(\d+)-(\d+)$/.exec(field) ?? []
  if (start === undefined) throw new QuayError(400, 'INVALID_REQUEST', 'Invalid range header')
  if (Number(start) > offset) return
  const { 'content-range': _, ...headers } = call.headers
  call.headers = headers
  call.body = skipped(call.body, offset - Number(start))
}

async function* skipped(body: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer, void, undefined> {
  let left = count
  for await (const chunk of body) {
    if (left < chunk.length) yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}

async function* limited(body: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer, void, undefined> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > most) throw new QuayAbort(nginxTooLarge)
    yield chunk
  }
}

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
