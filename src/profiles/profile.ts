/** What a registry is played like, as data: handlers read rows, and never ask for a profile's name. */
export interface Profile {
  readonly name: string
  /** The largest manifest that is taken, in bytes; above it 413. distribution-spec 1.1 asks for at least 4 MiB. */
  readonly manifestLimit: number
  /** Entries in a listing of tags or repositories when the client does not say, and at most when it does. */
  readonly pageLimit: number
  /** Milliseconds after which an upload session that nobody writes to has ended. */
  readonly uploadLifetime: number
  /** Bytes of one page of referrers; oras-go reads no more than 4 MiB of a page. */
  readonly referrersPageBytes: number
}
