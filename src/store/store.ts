import type { Readable } from 'node:stream'
import type { Awaitable } from '../protocol/awaitable.js'
import type { Algorithm, Digest } from '../route/names.js'

/** An OCI descriptor (image-spec 1.1 "descriptor.md"), as the referrers API lists it. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly artifactType?: string | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** What is known of a manifest without reading its bytes. */
export interface ManifestEntry extends Descriptor {
  /** The manifest that this one is about; it need not exist. */
  readonly subject?: Digest | undefined
  /** Blobs and child manifests that this one cannot do without: garbage collection keeps them. */
  readonly references: readonly Digest[]
  /** When it was last pushed, in milliseconds since 1970. */
  readonly at: number
}

/** A manifest that is being pushed. `digest` is that of `bytes`: whoever calls has checked it. */
export interface ManifestPush {
  readonly entry: Omit<ManifestEntry, 'at'>
  readonly bytes: Buffer
  readonly tags: readonly string[]
  /** Blobs and manifests that must be in the repository when the push is committed. */
  readonly requires: { readonly blobs: readonly Digest[]; readonly manifests: readonly Digest[] }
  /** What the first of `tags` must point at when the push is committed: a digest, or null for nothing. */
  readonly expected?: Digest | null | undefined
  readonly at: number
}

/** How a push ended: committed, or which condition did not hold. Nothing is changed unless it is committed. */
export type PushResult =
  | { readonly committed: true }
  | { readonly committed: false; readonly missing: readonly Digest[] }
  | { readonly committed: false; readonly current: Digest | null }

/** One change that was committed, as stores keep it and as listeners get it. Plain data. */
export type Change =
  | { readonly type: 'blob.linked'; readonly digest: Digest; readonly size: number }
  | { readonly type: 'blob.unlinked'; readonly digest: Digest }
  | { readonly type: 'manifest.put'; readonly entry: Omit<ManifestEntry, 'at'>; readonly tags: readonly string[] }
  | { readonly type: 'manifest.deleted'; readonly digest: Digest; readonly tags: readonly string[] }
  | { readonly type: 'tag.deleted'; readonly tag: string; readonly digest: Digest }

export interface CommittedChange {
  readonly repository: string
  readonly at: number
  readonly change: Change
}

/** A part of a listing: at most `limit` entries, from the first that is behind `after`. */
export interface Page {
  readonly after?: string | undefined
  readonly limit: number
}

/** A page's entries, and whether more come behind them. */
export interface Listing<T> {
  readonly items: readonly T[]
  readonly more: boolean
}

/** A blob that can be read. `read` gives bytes `start` to `end`, both included, as one buffer or as a stream. */
export interface StoredBlob {
  readonly digest: Digest
  readonly size: number
  readonly read: (start: number, end: number) => Buffer | Readable
}

/** An upload session (distribution-spec 1.1 "Pushing blobs"). */
export interface Upload {
  readonly id: string
  readonly repository: string
  /** Whoever began it, as the caller names them; undefined for nobody in particular. */
  readonly owner: string | undefined
  /** Bytes that have been taken so far. */
  readonly offset: number
  /** When it was begun or last written to, in milliseconds since 1970. */
  readonly at: number
}

/** How an append ended: taken, or the session stood at another offset; either way how it stands now. */
export interface AppendResult {
  readonly taken: boolean
  readonly upload: Upload
}

/** How an upload was closed: as a blob, or with what its bytes are instead. */
export type FinishResult =
  { readonly committed: true; readonly size: number } | { readonly committed: false; readonly actual: Digest }

export interface CollectOptions {
  readonly at: number
  /** Blobs and uploads that were pushed, read or asked about in the last `grace` milliseconds are kept. */
  readonly grace: number
  /** Also take manifests that no tag, no index and no existing subject leads to. */
  readonly untagged?: boolean | undefined
}

/** What a collection took away. */
export interface Collected {
  readonly blobs: number
  readonly manifests: number
  readonly uploads: number
  /** Bytes that no repository holds any more. */
  readonly bytes: number
}

/**
 * Where a registry keeps its content. Names, tags and digests that reach a store have passed route/names.ts.
 *
 * Rules for every driver (store/contract.ts tests them): bytes come back as they came; nothing is visible before it is
 * whole; what a call has answered is kept; no call waits for another client's upload; a listing costs what it returns.
 * Errors that are not in a signature reject: they are the machine's (a full disk is a RegistryError with
 * INSUFFICIENT_STORAGE), never the client's.
 */
export interface Store {
  /** Names of repositories that hold a manifest or a blob, in ASCII order. */
  repositories(page: Page): Awaitable<Listing<string>>

  /** Tags in ASCII order; undefined when the repository holds nothing. */
  tags(repository: string, page: Page): Awaitable<Listing<string> | undefined>

  /** What a tag points at. */
  tag(repository: string, tag: string): Awaitable<Digest | undefined>

  /** What is known of a manifest. */
  manifest(repository: string, digest: Digest): Awaitable<ManifestEntry | undefined>

  /** Manifests in the order of their digests, tagged or not; undefined when the repository holds nothing. */
  manifests(repository: string, page: Page): Awaitable<Listing<ManifestEntry> | undefined>

  /** A manifest's bytes, as they were pushed. */
  manifestBytes(repository: string, digest: Digest): Awaitable<Buffer | undefined>

  /** Manifests whose subject is `subject`, in the order of their digests; `after` is a digest. */
  referrers(repository: string, subject: Digest, page: Page): Awaitable<Listing<Descriptor>>

  /** Indexes that name a manifest of theirs, whether it is there or not, in the order of their digests. */
  parents(repository: string, child: Digest, page: Page): Awaitable<Listing<Digest>>

  /** Commits a manifest with its tags as one change, if its conditions hold. */
  putManifest(repository: string, push: ManifestPush): Awaitable<PushResult>

  /** Deletes a manifest and the tags that point at it; false when it is not there. */
  deleteManifest(repository: string, digest: Digest, at: number): Awaitable<boolean>

  /** Deletes a tag, if it points at `expected` (when given); answers what it pointed at. */
  deleteTag(repository: string, tag: string, at: number, expected?: Digest): Awaitable<Digest | undefined>

  /** A blob of this repository. Asking keeps it from collection for a grace period from `at`. */
  blob(repository: string, digest: Digest, at: number): Awaitable<StoredBlob | undefined>

  /** Repositories that hold a blob, in no order, found without a scan. */
  holders(digest: Digest): AsyncIterable<string> | Iterable<string>

  /** Makes a blob of repository `from` one of `repository` too; false when `from` does not hold it. */
  mountBlob(repository: string, digest: Digest, from: string, at: number): Awaitable<boolean>

  /** Takes a blob out of a repository; false when it is not there. */
  deleteBlob(repository: string, digest: Digest, at: number): Awaitable<boolean>

  /** Begins an upload session. Its id cannot be guessed. `algorithm`: what its digest will be made with, when known. */
  createUpload(
    repository: string,
    options: { owner?: string | undefined; algorithm?: Algorithm | undefined; at: number },
  ): Awaitable<Upload>

  /** An upload session, whatever repository it belongs to. */
  upload(id: string): Awaitable<Upload | undefined>

  /**
   * Appends to an upload session, if it stands at `offset` (when given); undefined when it is not there.
   * When `body` fails half-way (a client that went away), what came is kept and the call rejects with that error.
   * Rejects with `UploadBusy` while another call writes to the same session.
   */
  appendUpload(
    id: string,
    body: AsyncIterable<Buffer>,
    options: { offset?: number | undefined; at: number },
  ): Promise<AppendResult | undefined>

  /**
   * Ends an upload session as a blob of its repository, or, when its bytes have another digest, as nothing:
   * either way the session is gone. Undefined when it is not there; rejects with `UploadBusy` like an append.
   */
  finishUpload(id: string, digest: Digest, at: number): Promise<FinishResult | undefined>

  /** Drops an upload session; false when it is not there. */
  cancelUpload(id: string): Awaitable<boolean>

  /** Garbage collection: takes what nothing leads to. Never runs by itself. */
  collect(options: CollectOptions): Awaitable<Collected>

  /** Calls `listener` once for each committed change, in the order of each repository's commits. */
  onChange(listener: (change: CommittedChange) => void): () => void

  /** Going back to what was; a store without it cannot. */
  readonly snapshots?: Snapshots | undefined

  /** Waits for what is being written and lets go of the storage. A second call waits for the first. */
  close(): Promise<void>
}

/** All that a store held at one time. What is in it only its store knows. */
export interface Snapshot {
  readonly kind: 'snapshot'
}

/** A store that can go back. What a snapshot holds is kept from collection as long as the store is open. */
export interface Snapshots {
  /** Costs nothing that grows with what is stored in memory, and no copy of a blob on disk. */
  take(): Awaitable<Snapshot>
  /** Makes everything as it was. Upload sessions end. @throws Error for a snapshot of another store. */
  restore(snapshot: Snapshot): Awaitable<void>
  /** Calls `listener` after each restore, when whatever was known of the content may be wrong. */
  onRestore(listener: () => void): () => void
}

/** Two requests wrote to one upload session at the same time. */
export class UploadBusy extends Error {
  constructor() {
    super('another request is writing to this upload session')
    this.name = 'UploadBusy'
  }
}
