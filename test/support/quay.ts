import type { Call, Reply } from '../../src/protocol/call.js'
import { parseTarget } from '../../src/route/route.js'
import { isDigest, type Digest } from '../../src/route/names.js'
import type { QuayVersion } from '../../src/profiles/quay.js'
import { quayApi } from '../../src/quay/api/api.js'
import type { ApiConfig } from '../../src/quay/api/config.js'
import type { DirectoryConfig } from '../../src/quay/directory/config.js'
import { Directory } from '../../src/quay/directory/directory.js'
import { findNamespace } from '../../src/quay/directory/namespaces.js'
import { seededRandom } from '../../src/quay/directory/secrets.js'
import { seedDirectory, type DirectorySeed } from '../../src/quay/directory/seed.js'
import { TagHistory } from '../../src/quay/history/tag-history.js'
import { memoryStore } from '../../src/store/memory/store.js'
import type { Store } from '../../src/store/store.js'
import { sha256 } from './content.js'

/** When the tests of Quay begin: what quay.md's samples of dates say. */
export const start: number = Date.UTC(2025, 7, 21, 10)

export interface SentCall {
  /** An OAuth token. */
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is. */
  readonly text?: string
}

/** What came back, with its body as text and read. */
export interface Answer {
  readonly status: number
  readonly headers: Reply['headers']
  readonly text: string
  readonly json: Json
}

// Tests look into answers that they expect to be there.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any

export interface TestQuay {
  readonly directory: Directory
  readonly store: Store
  readonly history: TagHistory
  /** The tokens of `seed`, by `organization/application`. */
  readonly oauthTokens: Readonly<Record<string, readonly string[]>>
  /** Now; tests put it forward. */
  now: number
  /** Calls the API. */
  readonly send: (method: string, target: string, sent?: SentCall) => Promise<Answer>
}

export interface TestQuayOptions {
  readonly seed?: DirectorySeed
  readonly config?: Partial<ApiConfig & DirectoryConfig>
  readonly version?: QuayVersion
}

/** A Quay without a socket: its API over a memory store, at a time that stands still. */
export function testQuay({ seed = {}, config, version = '3.7' }: TestQuayOptions = {}): TestQuay {
  const store = memoryStore()
  const directory = new Directory({ config, random: seededRandom('test') })
  const { oauthTokens } = seedDirectory(directory, seed, start)
  const history = new TagHistory((namespace) => findNamespace(directory, namespace)?.tagExpiration ?? 0)
  store.onChange((change) => history.record(change))
  const api = quayApi({
    directory,
    store,
    history,
    config: { FEATURE_MAILING: false, ...config },
    version,
  })
  const quay: TestQuay = {
    directory,
    store,
    history,
    oauthTokens,
    now: start,
    async send(method, target, sent = {}) {
      const reply = await api(callOf(method, target, sent, quay.now))
      if (!reply) throw new Error(`${target} is none of the API's paths`)
      const body = typeof reply.body === 'function' ? reply.body() : reply.body
      const text = Buffer.isBuffer(body) ? body.toString() : ''
      const isJson = String(reply.headers['Content-Type']).startsWith('application/json') && text !== ''
      return {
        status: reply.status,
        headers: reply.headers,
        text,
        json: isJson ? JSON.parse(text) : undefined,
      }
    },
  }
  return quay
}

function callOf(method: string, target: string, { token, headers, body, text }: SentCall, at: number): Call {
  const bytes = text ?? (body === undefined ? '' : JSON.stringify(body))
  return {
    method,
    ...parseTarget(target),
    headers: {
      host: 'quay.test',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: (async function* () {
      if (bytes !== '') yield Buffer.from(bytes)
    })(),
    origin: { scheme: 'http', host: 'quay.test' },
    at,
  }
}

/** What an image has in it for tests: labels, and a text that makes it another one. */
export interface TestImage {
  readonly text?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** Pushes an image with one layer, straight into the store; answers its digest. */
export async function pushImage(
  { store, now }: Pick<TestQuay, 'store' | 'now'>,
  repository: string,
  tags: readonly string[],
  { text = 'layer', labels, annotations }: TestImage = {},
): Promise<Digest> {
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: labels ?? {} },
    rootfs: { type: 'layers', diff_ids: [sha256(text)] },
    history: [
      { created: '2025-08-21T10:00:00Z', created_by: '/bin/sh -c #(nop) ADD file', comment: 'base', author: 'me' },
      { created: '2025-08-21T10:00:00Z', created_by: 'CMD', empty_layer: true },
    ],
  })
  const [configDigest, layerDigest] = [
    await pushBlob(store, repository, config, now),
    await pushBlob(store, repository, text, now),
  ]
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest, size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: layerDigest, size: text.length }],
    ...(annotations && { annotations }),
  })
  const digest = digestOf(manifest)
  const references = [configDigest, layerDigest]
  await store.putManifest(repository, {
    entry: { digest, mediaType: 'application/vnd.oci.image.manifest.v1+json', size: manifest.length, references },
    bytes: Buffer.from(manifest),
    tags,
    requires: { blobs: references, manifests: [] },
    at: now,
  })
  return digest
}

/** Pushes an index of manifests that are there, without a tag; answers its digest. */
export async function pushIndex(
  { store, now }: Pick<TestQuay, 'store' | 'now'>,
  repository: string,
  children: readonly Digest[],
  tags: readonly string[] = [],
): Promise<Digest> {
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const manifests = children.map((digest) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest,
    size: 1,
  }))
  const index = JSON.stringify({ schemaVersion: 2, mediaType, manifests })
  const digest = digestOf(index)
  await store.putManifest(repository, {
    entry: { digest, mediaType, size: index.length, references: children },
    bytes: Buffer.from(index),
    tags,
    requires: { blobs: [], manifests: children },
    at: now,
  })
  return digest
}

async function pushBlob(store: Store, repository: string, text: string, at: number): Promise<Digest> {
  const upload = await store.createUpload(repository, { at })
  await store.appendUpload(upload.id, oneChunk(text), { at })
  const digest = digestOf(text)
  await store.finishUpload(upload.id, digest, at)
  return digest
}

function digestOf(text: string): Digest {
  const digest = sha256(text)
  if (!isDigest(digest)) throw new Error('sha256 makes digests')
  return digest
}

async function* oneChunk(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}
