/** An OCI descriptor, as signatures need it. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly artifactType?: string | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** A manifest with the bytes that its digest is of: whoever reads them has checked that. */
export interface SourceManifest {
  readonly digest: string
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/**
 * Where signatures are read: one repository of a registry, of a store in this process, or a folder. The functions of this
 * room do no I/O of their own.
 */
export interface SignatureSource {
  /** A manifest by tag or digest; undefined when it is not there. */
  manifest(reference: string): Promise<SourceManifest | undefined>
  /**
   * A blob; undefined when it is not there.
   * @param most Bytes; a larger one is not read, and rejects with a CosignError PAYLOAD_TOO_LARGE.
   */
  blob(digest: string, most: number): Promise<Uint8Array | undefined>
  /** Referrers of a digest by the API; undefined when there is no such API. */
  referrers(digest: string): Promise<readonly Descriptor[] | undefined>
}
