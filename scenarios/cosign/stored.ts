import assert from 'node:assert/strict'
import { parseManifest, served, sha256, type Descriptor, type Manifest, type Served } from '../served.js'
import type { Signer } from './signer.js'

export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json'

/** The tag that a digest's signatures or attestations stand behind; without a suffix, the referrers tag schema's. */
export const tagOf = (digest: string, suffix: '.sig' | '.att' | '' = ''): string =>
  `sha256-${digest.slice('sha256:'.length)}${suffix}`

/** The manifest under a tag or a digest, whose bytes are those of its digest. */
export async function manifestAt(
  { registry, account }: Signer,
  repository: string,
  reference: string,
): Promise<Served & { readonly manifest: Manifest }> {
  const reply = await served(registry, `/v2/${repository}/manifests/${reference}`, account)
  assert.equal(reply.status, 200)
  assert.equal(sha256(reply.bytes), reply.digest)
  return { ...reply, manifest: parseManifest(reply) }
}

/** The bytes of a blob, which are those of its descriptor. */
export async function blobAt(
  { registry, account }: Signer,
  repository: string,
  { digest, size }: Descriptor,
): Promise<Buffer> {
  const { status, bytes } = await served(registry, `/v2/${repository}/blobs/${digest}`, account)
  assert.equal(status, 200)
  assert.equal(bytes.length, size)
  assert.equal(sha256(bytes), digest)
  return bytes
}

/** The tags of a repository. */
export async function tagsOf({ registry, account }: Signer, repository: string): Promise<readonly string[]> {
  const { bytes } = await served(registry, `/v2/${repository}/tags/list`, account)
  return (JSON.parse(bytes.toString()) as { tags: string[] }).tags
}

/**
 * The bundles of an image as clients find them: what the referrers API lists, or, where there is none, the index behind
 * the tag of the referrers tag schema (distribution-spec 1.1 "Referrers Tag Schema").
 */
export async function bundlesOf(signer: Signer, repository: string, digest: string): Promise<readonly Descriptor[]> {
  const { registry, account, referrers } = signer
  const index = referrers
    ? await served(registry, `/v2/${repository}/referrers/${digest}`, account)
    : await manifestAt(signer, repository, tagOf(digest))
  assert.equal(index.status, 200)
  assert.equal(index.type, 'application/vnd.oci.image.index.v1+json')
  return parseManifest(index).manifests ?? []
}

/** The layer of a manifest that has one. */
export function onlyLayer({ layers = [] }: Manifest): Descriptor {
  assert.equal(layers.length, 1)
  return layers[0] as Descriptor
}
