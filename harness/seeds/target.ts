import type { Awaitable } from '../../src/protocol/awaitable.js'
import type { Reference } from '../../src/route/names.js'
import type { Blob } from './make/made.js'

/** A manifest as it is put somewhere, and as it is found there. */
export interface PutManifest extends Blob {
  readonly mediaType: string
}

/** Where content is seeded to. */
export interface SeedTarget {
  /** Host and port, as signatures name the registry. */
  readonly host: string
  /** Whether it has the referrers API; without, what has a subject is listed behind a tag as well. */
  readonly referrers: boolean
  /** The repository that clients mean by a name. */
  readonly repository: (name: string) => string
  /** Makes a repository that is to be pushed to, where that has to be done. */
  readonly open: (repository: string) => Awaitable<void>
  readonly find: (repository: string, reference: Reference) => Promise<PutManifest | undefined>
  /** Puts a blob into a repository, unless it is there. */
  readonly putBlob: (repository: string, blob: Blob) => Promise<void>
  /** Puts a manifest, by its digest or with a tag. All that it needs is there. */
  readonly putManifest: (repository: string, manifest: PutManifest, tag: string | undefined) => Promise<void>
}
