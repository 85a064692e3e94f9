import type { Digest } from '../../route/names.js'
import type { Store } from '../../store/store.js'
import { readManifest, type ShownManifest } from './manifest.js'

/** Something that refers to a manifest, with what refers to it. */
export interface Referrer {
  readonly manifest: ShownManifest
  /** The tag by which cosign finds it; undefined for what has the manifest as its subject. */
  readonly tag: string | undefined
  readonly referrers: readonly Referrer[]
}

const deepest = 4
const most = 100

/**
 * What refers to a manifest: as its subject, or by a tag of cosign's. What stands in more than one place is in the first
 * alone, so that a circle ends.
 */
export async function referrersOf(store: Store, repository: string, digest: Digest): Promise<readonly Referrer[]> {
  const seen = new Set<string>([digest])
  const find = async (subject: Digest, depth: number): Promise<Referrer[]> => {
    const { items } = await store.referrers(repository, subject, { limit: most })
    const named = items.map((one) => ({ digest: one.digest, tag: undefined as string | undefined }))
    for (const suffix of ['sig', 'att', 'sbom']) {
      const tag = `${subject.replace(':', '-')}.${suffix}`
      const tagged = await store.tag(repository, tag)
      if (tagged) named.push({ digest: tagged, tag })
    }
    const found: Referrer[] = []
    for (const { digest, tag } of named) {
      if (seen.has(digest) || seen.size > most) continue
      seen.add(digest)
      const manifest = await readManifest(store, repository, digest)
      if (manifest) found.push({ manifest, tag, referrers: depth < deepest ? await find(digest, depth + 1) : [] })
    }
    return found
  }
  return find(digest, 1)
}
