import type { Descriptor, SignatureSource, SourceManifest } from '../../src/cosign/source.js'
import { CosignError } from '../../src/cosign/verdict.js'
import { isDigest, isTag } from '../../src/route/names.js'
import type { Store, StoredBlob } from '../../src/store/store.js'

/** How a registry shows what it stores. */
export interface StoreView {
  /** Whether it has a referrers API; without it there are tags. */
  readonly referrers: boolean
  /** The time, in milliseconds since 1970. */
  readonly clock: () => number
}

/** What of a store its signatures are read from. */
export type SourceStore = Pick<Store, 'tag' | 'manifest' | 'manifestBytes' | 'blob' | 'referrers'>

/** Reads the signatures of one repository in a store, as a client of its registry would. */
export function storeSource(store: SourceStore, repository: string, { referrers, clock }: StoreView): SignatureSource {
  return {
    async manifest(reference): Promise<SourceManifest | undefined> {
      const digest = isDigest(reference)
        ? reference
        : isTag(reference)
          ? await store.tag(repository, reference)
          : undefined
      const entry = digest && (await store.manifest(repository, digest))
      const bytes = entry && (await store.manifestBytes(repository, entry.digest))
      return bytes && { digest: entry.digest, mediaType: entry.mediaType, bytes }
    },
    async blob(digest, most) {
      const blob = isDigest(digest) ? await store.blob(repository, digest, clock()) : undefined
      if (blob && blob.size > most) {
        throw new CosignError('PAYLOAD_TOO_LARGE', `the blob has ${blob.size} bytes, and at most ${most} are read`)
      }
      return blob && contentOf(blob)
    },
    async referrers(digest): Promise<readonly Descriptor[] | undefined> {
      if (!referrers) return undefined
      return isDigest(digest) ? (await store.referrers(repository, digest, { limit: Infinity })).items : []
    },
  }
}

async function contentOf({ size, read }: StoredBlob): Promise<Uint8Array> {
  if (size === 0) return new Uint8Array()
  const content = read(0, size - 1)
  return Buffer.isBuffer(content) ? content : Buffer.concat(await content.toArray())
}
