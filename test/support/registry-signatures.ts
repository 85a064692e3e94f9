import type { Store } from 'start-registry/core'
import { CosignError, type SignatureSource, type Signed } from 'start-registry/cosign'
import type { Digest } from '../../src/route/names.js'
import type { Wire } from './content.js'
import type { SignedStore } from './signed-store.js'

export interface SourceOptions {
  /** @default true */
  readonly referrersApi?: boolean
}

/** A repository of a registry's store as signatures are read from it; without the referrers API, by the tag alone. */
export function signaturesIn(store: Store, repository: string, options: SourceOptions = {}): SignatureSource {
  const { referrersApi = true } = options
  return {
    async manifest(reference) {
      const digest = reference.includes(':') ? (reference as Digest) : await store.tag(repository, reference)
      const entry = digest && (await store.manifest(repository, digest))
      const bytes = digest && (await store.manifestBytes(repository, digest))
      return entry && bytes ? { digest, mediaType: entry.mediaType, bytes } : undefined
    },
    async blob(digest, most) {
      const blob = await store.blob(repository, digest as Digest, Date.now())
      if (!blob) return undefined
      if (blob.size > most) throw new CosignError('PAYLOAD_TOO_LARGE', `the blob has ${blob.size} bytes`)
      const content = blob.read(0, blob.size - 1)
      return Buffer.isBuffer(content) ? content : Buffer.concat(await content.toArray())
    },
    async referrers(digest) {
      if (!referrersApi) return undefined
      return (await store.referrers(repository, digest as Digest, { limit: 2000 })).items
    },
  }
}

/** Pushes a signature as somebody with a client of their own does. */
export async function pushSigned(wire: Wire, repository: string, { blobs, manifest, tag }: Signed): Promise<void> {
  for (const { bytes } of blobs) await wire.blob(repository, bytes)
  await pushManifest(wire, repository, tag ?? manifest.digest, manifest)
}

/** Pushes all that is in a store, whatever it is. */
export async function pushAll(wire: Wire, repository: string, { blobs, manifests }: SignedStore): Promise<void> {
  for (const bytes of blobs.values()) await wire.blob(repository, Buffer.from(bytes))
  for (const [reference, manifest] of manifests) await pushManifest(wire, repository, reference, manifest)
}

async function pushManifest(
  wire: Wire,
  repository: string,
  reference: string,
  { bytes, mediaType }: { readonly bytes: Uint8Array; readonly mediaType: string },
): Promise<void> {
  const text = Buffer.from(bytes).toString()
  const reply = await wire.manifest(repository, reference, text, { 'Content-Type': mediaType })
  if (reply.status !== 201) throw new Error(`manifest not pushed: ${reply.status} ${reply.text}`)
}
