import assert from 'node:assert/strict'
import type { Registry } from '../harness/index.js'
import { ask, sha256, type Descriptor, type Login } from './served.js'

const types = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const

/** Where somebody pushes to. */
export interface Target {
  readonly registry: Registry
  readonly account?: Login | undefined
  readonly repository: string
}

/**
 * Pushes an image of one layer by the API, for stories that begin when there is one, and answers its descriptor.
 * The layer is `text`, which is no tar: it is signed and copied, and never unpacked.
 */
export async function pushImage(
  target: Target,
  tag: string | undefined,
  text: string,
  architecture = 'amd64',
): Promise<Descriptor> {
  const layer = await pushBlob(target, types.layer, text)
  const config = { architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [layer.digest] } }
  const manifest = {
    schemaVersion: 2,
    mediaType: types.image,
    config: await pushBlob(target, types.config, JSON.stringify(config)),
    layers: [layer],
  }
  return pushManifest(target, tag, types.image, JSON.stringify(manifest))
}

/** Pushes an index of an image for amd64 and one for arm64, and answers its descriptor and theirs. */
export async function pushIndex(
  target: Target,
  tag: string,
  text: string,
): Promise<{ readonly index: Descriptor; readonly images: readonly Descriptor[] }> {
  const images: Descriptor[] = []
  for (const architecture of ['amd64', 'arm64']) {
    const image = await pushImage(target, undefined, `${text} on ${architecture}`, architecture)
    images.push({ ...image, platform: { os: 'linux', architecture } })
  }
  const manifest = { schemaVersion: 2, mediaType: types.index, manifests: images }
  return { index: await pushManifest(target, tag, types.index, JSON.stringify(manifest)), images }
}

/** Pushes a blob, and answers its descriptor. */
export async function pushBlob(
  { registry, account, repository }: Target,
  mediaType: string,
  content: Buffer | string,
): Promise<Descriptor> {
  const digest = sha256(content)
  const path = `/v2/${repository}/blobs/uploads/?digest=${digest}`
  assert.equal((await ask(registry, path, { account, method: 'POST', body: content })).status, 201)
  return { mediaType, digest, size: Buffer.byteLength(content) }
}

/** Pushes a manifest under a tag, or by its digest alone, and answers its descriptor. */
export async function pushManifest(
  { registry, account, repository }: Target,
  tag: string | undefined,
  mediaType: string,
  bytes: Buffer | string,
): Promise<Descriptor> {
  const digest = sha256(bytes)
  const path = `/v2/${repository}/manifests/${tag ?? digest}`
  assert.equal((await ask(registry, path, { account, method: 'PUT', type: mediaType, body: bytes })).status, 201)
  return { mediaType, digest, size: Buffer.byteLength(bytes) }
}
