import type { Policy } from '../../src/cosign/policy.js'
import type { SignatureSource } from '../../src/cosign/source.js'
import type { Verdict } from '../../src/cosign/verdict.js'
import { verifyAttestation, verifyImage, type AttestationOptions } from '../../src/cosign/verify-image.js'
import type { VerifyPolicy } from './options.js'

/** Verifies what is signed with a digest, by a policy that has been read and the rest of the one that it was read from. */
export function verifyBy(
  policy: Policy,
  source: SignatureSource,
  digest: string,
  { strict, annotations, type = 'image', predicateType, ...rest }: VerifyPolicy,
  more: Pick<AttestationOptions, 'reference' | 'signatures' | 'now'> = {},
): Promise<Verdict> {
  const { recursive, experimentalOci11, allowCertificateChain } = rest
  const looked = { annotations, recursive, experimentalOci11, allowCertificateChain }
  const options = { strictness: strict ? 'strict' : 'cosign', ...looked, ...more } as const
  return type === 'image'
    ? verifyImage(source, digest, policy, options)
    : verifyAttestation(source, digest, policy, { ...options, predicateType })
}
