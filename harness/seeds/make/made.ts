import type { Digest } from '../../../src/route/names.js'
import { digestOf } from '../../../src/store/hashing.js'
import type { Attachment } from '../signed.js'

/** Bytes with their digest. */
export interface Blob {
  readonly digest: Digest
  readonly bytes: Buffer
}

/** What stands in a manifest for a blob or another manifest (image-spec 1.1 "descriptor.md"). */
export interface SeededDescriptor {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly artifactType?: string | undefined
  readonly platform?: Readonly<Record<string, string>> | undefined
}

/** A manifest, and all that has to be in a repository with it. */
export interface Made extends Blob {
  readonly mediaType: string
  readonly manifest: Readonly<Record<string, unknown>>
  readonly config: unknown
  readonly blobs: readonly Blob[]
  readonly children: readonly Made[]
  /** Of an image: what it runs on. */
  readonly platform: string | undefined
  /** What is to be signed of it, the first first. */
  readonly attachments: readonly Attachment[]
  /** Where it was found, when it was not made: it can be nowhere else. */
  readonly foundIn?: string | undefined
}

export const blobOf = (bytes: Buffer): Blob => ({ digest: digestOf(bytes), bytes })

export const describeBlob = (
  { digest, bytes }: Blob,
  mediaType: string,
  annotations?: Readonly<Record<string, string>>,
): SeededDescriptor => ({
  mediaType,
  digest,
  size: bytes.length,
  ...(annotations && { annotations }),
})

/** A manifest as a descriptor has it. */
export const describeManifest = ({ mediaType, digest, bytes }: Made): SeededDescriptor => ({
  mediaType,
  digest,
  size: bytes.length,
})

/** Makes a manifest of its members. */
export function madeOf(
  manifest: Readonly<Record<string, unknown>> & { readonly mediaType: string },
  parts: Partial<Pick<Made, 'config' | 'blobs' | 'children' | 'platform'>>,
): Made {
  const { config, blobs = [], children = [], platform } = parts
  const { mediaType } = manifest
  const bytes = Buffer.from(JSON.stringify(manifest))
  return { ...blobOf(bytes), mediaType, manifest, config, blobs, children, platform, attachments: [] }
}

/** The subject of a manifest, as one of its members. */
export const subjectMember = (subject: Made | undefined): { readonly subject?: SeededDescriptor } =>
  subject ? { subject: describeManifest(subject) } : {}
