import type { FetchedManifest } from '../../src/client/repository.js'
import type { Digest, Reference } from '../../src/route/names.js'

/**
 * What a registry asks for content that it does not have. Repositories are named as they are here. Everything rejects
 * with a ClientError for what could not be found out, and with NotRecorded for what a recording does not know.
 */
export interface Upstream {
  /** For messages. */
  readonly name: string
  /** Undefined for one that is not there, as in the rest. */
  manifest(repository: string, reference: Reference): Promise<FetchedManifest | undefined>
  /** The digest of a manifest without its bytes; 'unknown' where it is not told. */
  manifestDigest(repository: string, reference: Reference): Promise<Digest | 'absent' | 'unknown'>
  /** The bytes of a blob, which nobody has hashed; they must be read. */
  blob(repository: string, digest: Digest): Promise<AsyncIterable<Buffer> | undefined>
  blobSize(repository: string, digest: Digest): Promise<number | undefined>
  tags(repository: string): Promise<readonly string[] | undefined>
  /** The manifests whose subject is this one. */
  referrers(repository: string, subject: Digest): Promise<readonly Digest[]>
  close(): void
}
