import type { SignatureVerdict, Verdict } from '../../src/cosign/verdict.js'

/** Certificates that signatures are to be made with. */
export interface CertificatePolicy {
  /** Who must have signed: an e-mail address, URI or name that the certificate is for. */
  readonly identity: string
  /** Who must have let them: the issuer of the identity token, as the certificate has it. */
  readonly issuer: string
  /** The CAs that are trusted: PEM text or the path of a file with it. One of `roots` and `chain` is needed. */
  readonly roots?: string | undefined
  /** The path to a CA that is trusted, the CA last, those between it and a leaf in front: PEM text or a path. */
  readonly chain?: string | undefined
}

/** Which signatures count, and how they are looked at. One of `key`, `keys` and `certificate` says whose. */
export interface VerifyPolicy {
  /** A public key: PEM text or the path of a file with it. */
  readonly key?: string | undefined
  /** Several of them: a signature by one is enough. */
  readonly keys?: readonly string[] | undefined
  readonly certificate?: CertificatePolicy | undefined
  /** Verify by the rules of podman's containers/image, and not by what the real cosign accepts. @default false */
  readonly strict?: boolean | undefined
  /** What a signature has to say, as with `cosign verify -a`. @default nothing */
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** @default 'image' */
  readonly type?: 'image' | 'attestation' | undefined
  /** Of an attestation: the predicate type's URI or cosign's name of it. @default any */
  readonly predicateType?: string | undefined
}

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
  readonly signatures: (
    reference: string,
    policy?: Pick<VerifyPolicy, 'key' | 'keys' | 'certificate'>,
  ) => Promise<readonly SignatureVerdict[]>
}
