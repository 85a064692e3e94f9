import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import assert from 'node:assert/strict'
import type { Digest } from '../../route/names.js'
import { digestOf } from '../hashing.js'
import type { Awaitable } from '../../protocol/awaitable.js'
import type { ManifestPush, Store, StoredBlob } from '../store.js'

/** Opens a new, empty store. */
export type OpenStore = () => Awaitable<Store>

/** One thing that a store must do. */
export interface ContractCase {
  readonly name: string
  readonly run: (open: OpenStore) => Promise<void>
}

/** A digest of nothing in particular. */
export const someDigest = (text: string): Digest => digestOf(text)

/** A body as a request brings it. */
export const bodyOf = (...chunks: readonly (Buffer | string)[]): AsyncIterable<Buffer> =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk)))

/** A body that ends in an error, as one does whose client goes away. */
export async function* brokenBody(...chunks: readonly string[]): AsyncGenerator<Buffer, void, undefined> {
  for (const chunk of chunks) yield Buffer.from(chunk)
  throw new Error('the client went away')
}

/** Pushes a blob and answers its digest. */
export async function pushBlob(store: Store, repository: string, bytes: Buffer | string, at = 0): Promise<Digest> {
  const upload = await store.createUpload(repository, { at })
  await store.appendUpload(upload.id, bodyOf(bytes), { at })
  const digest = digestOf(bytes)
  assert.deepEqual(await store.finishUpload(upload.id, digest, at), {
    committed: true,
    size: Buffer.byteLength(bytes),
  })
  return digest
}

/** A push of a manifest with these members that differ from the plain ones. */
export function manifestPush(
  text: string,
  push: Partial<ManifestPush> & Partial<ManifestPush['entry']> = {},
): ManifestPush {
  const { tags = [], requires = { blobs: [], manifests: [] }, expected, at = 0, ...entry } = push
  const bytes = Buffer.from(text)
  return {
    entry: {
      digest: digestOf(bytes),
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      size: bytes.length,
      references: [],
      ...entry,
    },
    bytes,
    tags,
    requires,
    expected,
    at,
  }
}

/** Commits a push and answers its digest. */
export async function putManifest(store: Store, repository: string, push: ManifestPush): Promise<Digest> {
  assert.deepEqual(await store.putManifest(repository, push), { committed: true })
  return push.entry.digest
}

/** Bytes `start` to `end` of a blob. */
export async function readBlob(blob: StoredBlob | undefined, start = 0, end?: number): Promise<Buffer> {
  assert.ok(blob, 'the blob is not there')
  const bytes = blob.read(start, end ?? blob.size - 1)
  return Buffer.isBuffer(bytes) ? bytes : Buffer.concat(await bytes.toArray())
}

/** Bytes that no other case has. */
export const randomContent = (size: number): Buffer => randomBytes(size)
