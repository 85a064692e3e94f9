import { writeFallback } from '../../src/cosign/write-manifest.js'
import type { SeedTarget, PutManifest } from './target.js'

/** Lists what has a subject behind the tag of the referrers tag schema, for a registry without the referrers API. */
export async function putFallback(
  target: SeedTarget,
  repository: string,
  { subject, tag, listed }: { readonly subject: string; readonly tag: string; readonly listed: PutManifest },
): Promise<void> {
  const existing = await target.find(repository, { tag })
  const { manifest } = writeFallback(subject, { blobs: [], manifest: listed }, existing)
  await target.putManifest(repository, manifest as PutManifest, tag)
}
