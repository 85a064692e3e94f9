import type { Descriptor, SignatureSource, SourceManifest } from '../cosign/source.js'
import { CosignError } from '../cosign/verdict.js'
import { isDigest, isTag, type Digest, type Reference } from '../route/names.js'
import { ClientError } from './errors.js'
import { parseReference, type ImageReference } from './reference.js'
import { fetchReferrers } from './referrers.js'
import { Connection, type ClientOptions } from './connection.js'
import { fetchBlob, fetchManifest, type FetchedManifest } from './repository.js'

/** The repository of an image in a registry, for signatures to be read from. */
export interface RegistrySource extends SignatureSource {
  readonly reference: ImageReference
  /** The digest that the reference means, by what the registry has; undefined when it has no such tag. */
  resolve(): Promise<Digest | undefined>
  /** Where the registry was reached, scheme and host; undefined before it has answered. */
  readonly origin: string | undefined
  /** Ends the connections that are kept. */
  close(): void
}

/**
 * Reads signatures from a registry.
 * @throws TypeError for a reference that is none. What it answers rejects with a ClientError when the registry cannot be
 *   read, and with a CosignError for a blob that is too large or another than its digest says.
 */
export function registrySource(reference: string | ImageReference, options: ClientOptions = {}): RegistrySource {
  const parsed = typeof reference === 'string' ? parseReference(reference) : reference
  const connection = new Connection(parsed, options)
  const manifest = (wanted: Reference): Promise<FetchedManifest | undefined> =>
    fetchManifest(connection, parsed, wanted)
  return {
    reference: parsed,
    // As cosign does, which trusts a digest that it was given and does not ask for its manifest.
    async resolve() {
      return parsed.digest ?? (await manifest({ tag: parsed.tag }))?.digest
    },
    async manifest(wanted): Promise<SourceManifest | undefined> {
      if (isDigest(wanted)) return manifest({ digest: wanted })
      return isTag(wanted) ? manifest({ tag: wanted }) : undefined
    },
    async blob(digest, most) {
      if (!isDigest(digest)) return undefined
      try {
        return await fetchBlob(connection, parsed, digest, most)
      } catch (error) {
        throw asFinding(error)
      }
    },
    async referrers(digest): Promise<readonly Descriptor[] | undefined> {
      return isDigest(digest) ? fetchReferrers(connection, parsed, digest) : []
    },
    get origin() {
      return connection.origin
    },
    close: () => connection.close(),
  }
}

// What is wrong with one signature's blob is no reason to give up on the others.
function asFinding(error: unknown): unknown {
  if (!(error instanceof ClientError)) return error
  if (error.code === 'TOO_LARGE') return new CosignError('PAYLOAD_TOO_LARGE', error.message)
  if (error.code === 'DIGEST_MISMATCH') return new CosignError('BLOB_DIGEST_MISMATCH', error.message)
  return error
}
