import type { Descriptor, SignatureSource, Signed, SourceManifest } from 'start-registry/cosign'
import { CosignError } from 'start-registry/cosign'
import { sha256 } from './content.js'

/** A repository in memory that signatures are put into and read from, as careless as a hostile registry. */
export class SignedStore implements SignatureSource {
  readonly blobs: Map<string, Uint8Array> = new Map()
  readonly manifests: Map<string, SourceManifest> = new Map()
  readonly #referrers = new Map<string, Descriptor[]>()
  readonly #hasApi: boolean

  constructor(options: { readonly referrersApi?: boolean } = {}) {
    this.#hasApi = options.referrersApi ?? true
  }

  /** Puts what `signImage` and `attest` answer. */
  put({ blobs, manifest, tag }: Signed): this {
    for (const { digest, bytes } of blobs) this.blobs.set(digest, bytes)
    this.putManifest(manifest.mediaType, manifest.bytes, tag)
    return this
  }

  putBlob(bytes: Buffer | string): string {
    const digest = sha256(bytes)
    this.blobs.set(digest, Buffer.from(bytes))
    return digest
  }

  /** Puts a manifest, under a tag too; what it says about a subject and its own type is believed. */
  putManifest(mediaType: string, text: Buffer | string, tag?: string): string {
    const bytes = Buffer.from(text)
    const digest = sha256(bytes)
    const manifest = { digest, mediaType, bytes }
    this.manifests.set(digest, manifest)
    if (tag !== undefined) this.manifests.set(tag, manifest)
    const { subject, artifactType, config } = JSON.parse(bytes.toString()) as {
      readonly subject?: Descriptor
      readonly artifactType?: string
      readonly config?: Descriptor
    }
    if (subject) {
      const descriptor = { mediaType, digest, size: bytes.length, artifactType: artifactType ?? config?.mediaType }
      this.#referrers.set(subject.digest, [...(this.#referrers.get(subject.digest) ?? []), descriptor])
    }
    return digest
  }

  /** Puts a manifest that need not be one, under a tag, or as what refers to the image of a digest. */
  putRaw(manifest: SourceManifest, place: string, artifactType?: string): void {
    const { digest, mediaType, bytes } = manifest
    this.manifests.set(digest, manifest)
    if (place.includes(':')) this.#referrers.set(place, [{ mediaType, digest, size: bytes.length, artifactType }])
    else this.manifests.set(place, manifest)
  }

  deleteManifest(digest: string): void {
    this.manifests.delete(digest)
    for (const [subject, listed] of this.#referrers) {
      this.#referrers.set(
        subject,
        listed.filter((one) => one.digest !== digest),
      )
    }
  }

  manifest(reference: string): Promise<SourceManifest | undefined> {
    return Promise.resolve(this.manifests.get(reference))
  }

  blob(digest: string, most: number): Promise<Uint8Array | undefined> {
    const bytes = this.blobs.get(digest)
    if (!bytes || bytes.length <= most) return Promise.resolve(bytes)
    return Promise.reject(new CosignError('PAYLOAD_TOO_LARGE', `the blob has ${bytes.length} bytes`))
  }

  referrers(digest: string): Promise<readonly Descriptor[] | undefined> {
    return Promise.resolve(this.#hasApi ? (this.#referrers.get(digest) ?? []) : undefined)
  }
}
