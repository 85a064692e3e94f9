import type { SignatureVerdict, Verdict } from '../../src/cosign/verdict.js'

/**
 * Certificates that signatures are to be made with: whose, and vouched for by whom. CAs are those of `roots` or `chain`, or
 * else those of the policy's `trustedRoot`.
 */
export interface CertificatePolicy {
  /** Who must have signed: an e-mail address, URI or name that the certificate is for. */
  readonly identity?: string | undefined
  /** The same as a regular expression; it need only match somewhere, as cosign has it, unless `strict` is on. */
  readonly identityRegExp?: string | undefined
  /** The issuer of the identity token, as the certificate has it; '' for a certificate without. */
  readonly issuer?: string | undefined
  readonly issuerRegExp?: string | undefined
  /** The CAs that are trusted: PEM text or the path of a file with it. */
  readonly roots?: string | undefined
  /** With `roots`: CAs between one of them and a leaf, as `roots`. */
  readonly intermediates?: string | undefined
  /** The path to one that is, the CA last, those between it and a leaf in front: PEM text or a path. */
  readonly chain?: string | undefined
}

/** Which signatures count, and how they are looked at. One of `key`, `keys` and `certificate` says whose. */
export interface VerifyPolicy {
  /** A public key: PEM text or the path of a file with it. */
  readonly key?: string | undefined
  /** Several of them: a signature by one is enough. */
  readonly keys?: readonly string[] | undefined
  readonly certificate?: CertificatePolicy | undefined
  /**
   * Logs and timestamp authorities that are trusted, and CAs: sigstore's trusted_root.json, its text or the path of it.
   * Signatures must then be in a log, and certificates of its CAs too. @default none: nothing is asked of a log
   */
  readonly trustedRoot?: string | undefined
  /** With `trustedRoot`: a signature need not be in a log. @default false */
  readonly ignoreTlog?: boolean | undefined
  /** With `trustedRoot`: a certificate need not be in one. @default false */
  readonly ignoreSct?: boolean | undefined
  /** With `trustedRoot`: a signature must have a timestamp of one of its authorities. @default false */
  readonly requireTimestamp?: boolean | undefined
  /** Verify by the rules of podman's containers/image, and not by what the real cosign accepts. @default false */
  readonly strict?: boolean | undefined
  /** What a signature has to say, as with `cosign verify -a`. @default nothing */
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** @default 'image' */
  readonly type?: 'image' | 'attestation' | undefined
  /** Of an attestation: the predicate type's URI or cosign's name of it. @default any */
  readonly predicateType?: string | undefined
  /** Verify each image of an index as well, and what that holds in turn. @default false */
  readonly recursive?: boolean | undefined
  /** Look at signatures of cosign's OCI 1.1 mode too; `strict` always does. @default false */
  readonly experimentalOci11?: boolean | undefined
  /** Take a bundle that has its certificate's whole chain, which a bundle of version 0.3 should not. @default false */
  readonly allowCertificateChain?: boolean | undefined
}

/** Whose signatures count. */
export type TrustPolicy = Pick<
  VerifyPolicy,
  'key' | 'keys' | 'certificate' | 'trustedRoot' | 'ignoreTlog' | 'ignoreSct' | 'requireTimestamp'
>

/** Looks at the signatures of what a registry holds, without a request. */
export interface Signatures {
  /**
   * Verifies an image, chart or other artifact.
   * @param reference `team/app:1` or `team/app@sha256:…`; the registry's name may stand in front.
   * @returns The verdict; a tag that is not there is one too.
   * @throws TypeError for a reference or a policy that is none; Error for a key that cannot be read.
   */
  readonly verify: (reference: string, policy: VerifyPolicy) => Promise<Verdict>
  /**
   * All signatures and attestations of an image, with what became of each.
   * @param policy Whose signatures are verified. @default the keys of the admission rules for this repository
   */
  readonly signatures: (reference: string, policy?: TrustPolicy) => Promise<readonly SignatureVerdict[]>
}
