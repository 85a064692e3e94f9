/** Why a signature, or what it is made of, was not accepted: one word for each rule. */
export type Code =
  | 'NO_SIGNATURES'
  | 'TAG_NOT_FOUND'
  | 'MANIFEST_INVALID'
  | 'TOO_MANY_LAYERS'
  | 'BLOB_MISSING'
  | 'BLOB_DIGEST_MISMATCH'
  | 'PAYLOAD_TOO_LARGE'
  | 'SIG_ANNOTATION_MISSING'
  | 'SIG_BASE64'
  | 'SIG_DER'
  | 'SIG_RAW_RS'
  | 'SIG_INVALID'
  | 'KEY_TYPE_UNSUPPORTED'
  | 'KEY_PARSE'
  | 'KEY_LABEL'
  | 'KEY_KDF'
  | 'KEY_CIPHER'
  | 'KEY_PARAMETERS'
  | 'KEY_PASSWORD'
  | 'KEY_MISMATCH'
  | 'HASH_ALG_MISMATCH'
  | 'PAYLOAD_JSON'
  | 'PAYLOAD_DUP_KEY'
  | 'PAYLOAD_TYPE'
  | 'DIGEST_MISMATCH'
  | 'REFERENCE_MISMATCH'
  | 'ANNOTATION_MISMATCH'
  | 'MEDIA_TYPE'
  | 'ANNOTATION_INVALID'
  | 'CERT_MISSING'
  | 'CERT_PARSE'
  | 'CERT_CHAIN'
  | 'CERT_EXPIRED_AT'
  | 'CERT_EKU'
  | 'SAN_MISMATCH'
  | 'ISSUER_MISMATCH'
  | 'SCT_MISSING'
  | 'SCT_INVALID'
  | 'TLOG_MISSING'
  | 'TLOG_PARSE'
  | 'TLOG_UNKNOWN_LOG'
  | 'SET_INVALID'
  | 'ENTRY_MISMATCH'
  | 'INCLUSION_PROOF'
  | 'CHECKPOINT_SIG'
  | 'CHECKPOINT_ROOT'
  | 'TS_MISSING'
  | 'TS_PARSE'
  | 'TS_IMPRINT'
  | 'TS_SIGNER'
  | 'TS_CHAIN'
  | 'TS_WINDOW'
  | 'DSSE_SHAPE'
  | 'DSSE_COUNT'
  | 'DSSE_PAYLOAD_TYPE'
  | 'STATEMENT'
  | 'STATEMENT_SUBJECT'
  | 'PREDICATE_TYPE'
  | 'BUNDLE_VERSION'
  | 'BUNDLE_SHAPE'
  | 'BUNDLE_CERT_CHAIN'
  | 'WRONG_KEY_KIND'
  | 'LEGACY_V1_ATTESTATION'

/** A rule that did not hold, or that somebody should know of. */
export interface Finding {
  readonly code: Code
  /** What is wrong, in words. */
  readonly message: string
}

/** A check that failed; the functions of this folder throw it among themselves and answer verdicts to others. */
export class CosignError extends Error {
  readonly code: Code

  constructor(code: Code, message: string) {
    super(message)
    this.name = 'CosignError'
    this.code = code
  }
}

/** Which rules are applied: those of podman's containers/image, or what the real cosign accepts. */
export type Strictness = 'strict' | 'cosign'

/** Where a signature was found. */
export type StorageForm = 'sig-tag' | 'att-tag' | 'oci-1-1' | 'bundle'

/** One signature, and what became of it. */
export interface SignatureVerdict {
  readonly form: StorageForm
  /** The manifest that it stands in. */
  readonly manifest: string
  /** The blob with its payload or bundle, and for a `.sig` its place among the layers. */
  readonly blob: string
  readonly layer: number
  readonly verified: boolean
  /** The rules that did not hold when it is not verified; what else there is to know when it is. */
  readonly findings: readonly Finding[]
  /** The algorithm that matched: `ecdsa-p256-sha256`, `rsa-pkcs1v15-sha256`, `ed25519ph`, … */
  readonly algorithm?: string | undefined
  /** Who signed, by a certificate. */
  readonly identity?: { readonly subject: string; readonly issuer: string | undefined } | undefined
  /** What was signed: the simple signing payload's `optional`, or the statement's predicate type. */
  readonly annotations?: Readonly<Record<string, unknown>> | undefined
  readonly predicateType?: string | undefined
}

/** What became of all signatures of an image or index. */
export interface Verdict {
  /** Whether one of the signatures is verified; of an index that is verified with its images, whether each has one. */
  readonly verified: boolean
  /** The digest that was verified. */
  readonly digest: string
  readonly strictness: Strictness
  readonly signatures: readonly SignatureVerdict[]
  /** Why there is nothing to verify, when there is not. */
  readonly findings: readonly Finding[]
  /**
   * The exit code that cosign 2 and 3 would end with: 0; 10 without a signature; 11 without the tag; 12 when no signature
   * behind a tag is right; 1 for all else, so for bundles and attestations always. Of 13, for a signature without a
   * certificate, they know the number alone: it becomes one of the reasons of 12.
   */
  readonly exitCode: number
  /** When that was asked for, the verdicts of all images and indexes that this index leads to. */
  readonly children?: readonly Verdict[] | undefined
}
