import type { Bundle } from './bundle.js'
import type { Envelope } from './dsse.js'
import { verifyWith } from './keys/verify.js'
import type { PublicKey } from './keys/public-key.js'
import { CosignError, type Finding, type SignatureVerdict, type StorageForm, type Strictness } from './verdict.js'

/** A signature with all that stands beside it. */
export interface Evidence {
  readonly form: StorageForm
  readonly strictness: Strictness
  /** The exact bytes that are signed: a payload, or what DSSE makes of an envelope. */
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /** The payload, the envelope (which an attestation's timestamp is of) or the bundle, as it is stored. */
  readonly content: Uint8Array
  /** The layer's annotations: certificate, chain, an entry of Rekor's, a timestamp. A bundle has what they say in itself. */
  readonly annotations: ReadonlyMap<string, string>
  readonly envelope?: Envelope | undefined
  readonly bundle?: Bundle | undefined
}

/** How a signature was found to be valid. */
export type Accepted = Pick<SignatureVerdict, 'algorithm' | 'identity'> & { readonly findings?: readonly Finding[] }

/**
 * Verifies a signature by the certificate that stands beside it: the certificate's path and identity, the logs and timestamps,
 * and the signature itself. @throws CosignError with the rule that does not hold.
 */
export type CheckCertificate = (evidence: Evidence) => Accepted

/**
 * Verifies that a signature that is valid with a key is in a log, or has a timestamp; answers what there is to know of it.
 * @throws CosignError with the rule that does not hold.
 */
export type CheckLog = (evidence: Evidence, key: PublicKey) => readonly Finding[]

/** Whose signatures count: those of these keys (and, if wanted, only when they are in a log), or those of certificates. */
export type Policy =
  | { readonly keys: readonly PublicKey[]; readonly log?: CheckLog | undefined }
  | { readonly certificates: CheckCertificate }

/** Verifies a signature by a policy. @throws CosignError for the rule that does not hold: with several keys, the first's. */
export function verifyByPolicy(evidence: Evidence, policy: Policy): Accepted {
  if ('certificates' in policy) return policy.certificates(evidence)
  const problems: CosignError[] = []
  for (const key of policy.keys) {
    try {
      const accepted = verifyWith(key, evidence.message, evidence.signature, { strictness: evidence.strictness })
      return policy.log ? { ...accepted, findings: policy.log(evidence, key) } : accepted
    } catch (error) {
      if (!(error instanceof CosignError)) throw error
      problems.push(error)
    }
  }
  throw problems[0] ?? new CosignError('KEY_MISMATCH', 'the policy has no key at all')
}
