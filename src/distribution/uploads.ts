import { emptyReply, type Call, type Reply } from '../protocol/call.js'
import { RegistryError } from '../protocol/errors.js'
import { algorithmOf, isDigest, isRepositoryName, type Algorithm, type Digest } from '../route/names.js'
import { first, type Query } from '../route/query.js'
import { formatRoute } from '../route/route.js'
import { UploadBusy, type Upload } from '../store/store.js'
import { entityTag } from '../protocol/entity-tag.js'
import type { Handler, Registry, RouteOf } from './registry.js'

type UploadCall = Call<RouteOf<'upload'>>

/**
 * Begins an upload, or does it all at once: distribution-spec 1.1 end-4a (session), end-4b (`digest=` and the blob),
 * end-11 (`mount=`, with or without `from=`). A mount that cannot be done becomes a session, as the spec asks:
 * containerd gives up on anything else.
 */
export const beginUpload: Handler<'uploads'> = async (call, registry) => {
  const { route, query, at, account } = call
  const { repository } = route
  const mount = digestParameter(query, 'mount')
  if (mount && (await mountBlob(call, registry, mount))) {
    return blobCreated(repository, mount)
  }
  const digest = digestParameter(query, 'digest')
  const algorithm = digest ? algorithmOf(digest) : algorithmParameter(query)
  const upload = await registry.store.createUpload(repository, { owner: account, algorithm, at })
  if (!digest) return sessionReply(202, upload)
  try {
    await append(call, registry, upload.id, undefined)
  } catch (error) {
    // Nobody knows the id of a session that was to end with this request.
    await registry.store.cancelUpload(upload.id)
    throw error
  }
  return finish(registry, upload, digest, at)
}

/** Where an upload stands: distribution-spec 1.1 end-13. */
export const uploadStatus: Handler<'upload'> = async (call, registry) =>
  sessionReply(204, await findUpload(call, registry))

/** Takes a chunk, or a stream of unknown length: distribution-spec 1.1 end-5. Without Content-Range it goes to the end. */
export const writeChunk: Handler<'upload'> = async (call, registry) => {
  const upload = await findUpload(call, registry)
  return sessionReply(202, await append(call, registry, upload.id, contentRange(call)))
}

/** Ends an upload with its digest and whatever bytes are still to come: distribution-spec 1.1 end-6. */
export const finishUpload: Handler<'upload'> = async (call, registry) => {
  const upload = await findUpload(call, registry)
  const digest = digestParameter(call.query, 'digest')
  if (!digest) throw new RegistryError('DIGEST_INVALID', 'name the blob with ?digest=<algorithm>:<hex>')
  const range = contentRange(call)
  if (hasBody(call)) await append(call, registry, upload.id, range)
  return finish(registry, upload, digest, call.at)
}

/** Drops an upload: distribution-spec 1.1 "Canceling an upload"; podman does so after each mount. */
export const cancelUpload: Handler<'upload'> = async (call, registry) => {
  const upload = await findUpload(call, registry)
  await registry.store.cancelUpload(upload.id)
  return emptyReply(204)
}

// The source is read on behalf of whoever asks: their token need not name it, as the conformance tests ask for the
// target's alone, but their account must be allowed to pull from it.
async function mountBlob(
  { route: { repository }, query, permissions, at }: Call<RouteOf<'uploads'>>,
  { store }: Registry,
  digest: Digest,
): Promise<boolean> {
  const mayRead = (name: string): boolean => permissions?.may(name, 'pull') ?? true
  // What is here already needs no source.
  if (await store.blob(repository, digest, at)) return true
  const from = first(query, 'from')
  if (from !== undefined) {
    return isRepositoryName(from) && mayRead(from) && (await store.mountBlob(repository, digest, from, at))
  }
  for await (const holder of store.holders(digest)) {
    if (mayRead(holder)) return store.mountBlob(repository, digest, holder, at)
  }
  return false
}

// A session is the right to write, but only for who began it, and only where (quay: CVE-2026-32589).
async function findUpload({ route, account, at }: UploadCall, { store, profile }: Registry): Promise<Upload> {
  const upload = await store.upload(route.id)
  if (!upload || upload.repository !== route.repository || upload.owner !== account) throw uploadUnknown()
  if (at - upload.at <= profile.uploadLifetime) return upload
  await store.cancelUpload(upload.id)
  throw uploadUnknown()
}

interface ContentRange {
  readonly start: number
  readonly length: number
}

async function append(
  { body, headers, at }: Call,
  { store }: Registry,
  id: string,
  range: ContentRange | undefined,
): Promise<Upload> {
  const length = headers['content-length']
  if (range && length !== undefined && Number(length) !== range.length) {
    throw new RegistryError('SIZE_INVALID', `Content-Range is ${range.length} bytes long, Content-Length ${length}`)
  }
  const appended = await store.appendUpload(id, body, { offset: range?.start, at }).catch(explainBusy)
  if (!appended) throw uploadUnknown()
  const { taken, upload } = appended
  if (!taken) {
    throw new RegistryError('RANGE_INVALID', `the next byte of this upload is ${upload.offset}`, {
      headers: position(upload),
      upload,
    })
  }
  if (range && upload.offset !== range.start + range.length) {
    throw new RegistryError('SIZE_INVALID', `Content-Range is ${range.length} bytes long, the body was not`, {
      headers: position(upload),
    })
  }
  return upload
}

async function finish({ store }: Registry, upload: Upload, digest: Digest, at: number): Promise<Reply> {
  const finished = await store.finishUpload(upload.id, digest, at).catch(explainBusy)
  if (!finished) throw uploadUnknown()
  if (!finished.committed) {
    throw new RegistryError('DIGEST_INVALID', 'the bytes have another digest; this upload is over, begin a new one', {
      detail: { digest, actual: finished.actual },
    })
  }
  return blobCreated(upload.repository, digest)
}

function explainBusy(error: unknown): never {
  if (error instanceof UploadBusy) {
    throw new RegistryError('BLOB_UPLOAD_INVALID', `${error.message}: wait for it, or begin a new one`, { status: 409 })
  }
  throw error
}

const uploadUnknown = (): RegistryError =>
  new RegistryError('BLOB_UPLOAD_UNKNOWN', 'no such upload session in this repository: begin a new one')

function blobCreated(repository: string, digest: Digest): Reply {
  return emptyReply(201, {
    Location: formatRoute({ kind: 'blob', repository, digest }),
    'Docker-Content-Digest': digest,
    ETag: entityTag(digest),
  })
}

const sessionReply = (status: number, upload: Upload): Reply => ({
  ...emptyReply(status, { ...position(upload), 'Docker-Upload-UUID': upload.id }),
  upload,
})

// An upload with nothing in it is at 0-0 too: the header cannot say less, and clients parse nothing else (spec#213).
function position({ id, repository, offset }: Upload): Readonly<Record<'Location' | 'Range', string>> {
  return { Location: formatRoute({ kind: 'upload', repository, id }), Range: `0-${Math.max(0, offset - 1)}` }
}

const hasBody = ({ headers }: Call): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Reads `Content-Range: <first>-<last>`, which for uploads has no unit and no total (distribution-spec 1.1). */
function contentRange({ headers }: Call): ContentRange | undefined {
  const field = headers['content-range']
  if (field === undefined) return undefined
  const [, first, last] = /^(\d{1,15})-(\d{1,15})$/.exec(field) ?? []
  if (first === undefined || Number(last) < Number(first)) {
    throw new RegistryError('BLOB_UPLOAD_INVALID', 'Content-Range must be <first byte>-<last byte>, such as 0-1023')
  }
  return { start: Number(first), length: Number(last) - Number(first) + 1 }
}

function digestParameter(query: Query, name: string): Digest | undefined {
  const text = first(query, name)
  if (text === undefined || isDigest(text)) return text
  throw new RegistryError(
    'DIGEST_INVALID',
    `${name} must be sha256:<64 hex digits> or sha512:<128 hex digits>, lower case`,
  )
}

function algorithmParameter(query: Query): Algorithm | undefined {
  const text = first(query, 'digest-algorithm')
  if (text === undefined || text === 'sha256' || text === 'sha512') return text
  throw new RegistryError('DIGEST_INVALID', 'digest-algorithm must be sha256 or sha512')
}
