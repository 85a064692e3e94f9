import { createHash } from 'node:crypto'

/** Content that is ready to be pushed. */
export interface Written {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Buffer
}

/** A signature or attestation, ready to be pushed: the blobs, then the manifest, under its tag or else by its digest. */
export interface Signed {
  readonly blobs: readonly Written[]
  readonly manifest: Written
  readonly tag?: string | undefined
}

export const written = (mediaType: string, bytes: Buffer): Written => ({
  mediaType,
  bytes,
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
})

/** A descriptor with its members in the order of go-containerregistry. */
export const describe = ({
  mediaType,
  digest,
  bytes,
}: Written): { mediaType: string; size: number; digest: string } => ({
  mediaType,
  size: bytes.length,
  digest,
})
