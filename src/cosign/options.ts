import type { SignatureSource } from './source.js'
import type { Strictness } from './verdict.js'

/** What a payload's docker-reference is to be: this very text, or something in this repository (`host/name`). */
export type ExpectedReference = { readonly exact: string } | { readonly repository: string }

/** How signatures are verified. */
export interface VerifyOptions {
  /**
   * `strict` looks at every form of storage, and one good signature in any of them counts. `cosign` looks where the real one
   * looks: an image with one bundle that can be read has nothing but bundles.
   * @default 'strict'
   */
  readonly strictness?: Strictness | undefined
  /** What a signature has to say, as `cosign verify -a` asks for it. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** Which docker-reference a payload must have; cosign does not look at it. @default any */
  readonly reference?: ExpectedReference | undefined
  /** Where signatures are, when not beside the image: COSIGN_REPOSITORY. */
  readonly signatures?: SignatureSource | undefined
  /** In `cosign`, look for signatures of the OCI 1.1 mode first (`--experimental-oci11`). @default false */
  readonly experimentalOci11?: boolean | undefined
  /** Take a certificate chain in a bundle (`--allow-certificate-chain`). @default false */
  readonly allowCertificateChain?: boolean | undefined
  /** Bytes of a payload, attestation or bundle that are read at most. @default 4 MiB, in `cosign` 128 MiB as cosign does */
  readonly mostBytes?: number | undefined
  /** What the time is, in milliseconds since 1970. @default now */
  readonly now?: number | undefined
  /** Verify each image of an index too, and what it holds in turn. @default false */
  readonly recursive?: boolean | undefined
}

/** Options as they apply to one image. */
export type Verification = VerifyOptions & {
  readonly mostBytes: number
  readonly now: number
  readonly strictness: Strictness
  /** Where the signatures are. */
  readonly from: SignatureSource
  readonly digest: string
}

// containers/image reads no more of a signature; cosign has COSIGN_MAX_ATTACHMENT_SIZE for its number.
const mostBytes = { strict: 4 << 20, cosign: 128 * 1024 * 1024 } as const

export function verification(source: SignatureSource, digest: string, options: VerifyOptions): Verification {
  const strictness = options.strictness ?? 'strict'
  const from = options.signatures ?? source
  return {
    ...options,
    strictness,
    from,
    digest,
    mostBytes: options.mostBytes ?? mostBytes[strictness],
    now: options.now ?? Date.now(),
  }
}
