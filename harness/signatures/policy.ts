import { parsePublicKey, type PublicKey } from '../../src/cosign/keys/public-key.js'
import type { Policy } from '../../src/cosign/policy.js'
import type { SignatureSource } from '../../src/cosign/source.js'
import { CosignError, type Verdict } from '../../src/cosign/verdict.js'
import { verifyAttestation, verifyImage, type AttestationOptions } from '../../src/cosign/verify-image.js'
import { isPem, pemText } from '../pem.js'
import type { VerifyPolicy } from './options.js'

/**
 * Whose signatures a policy lets count.
 * @throws TypeError when it does not say, or twice; Error for a file that cannot be read; CosignError for what is no key.
 */
export function readPolicy({ key, keys, certificate }: VerifyPolicy): Policy {
  const given = [key, keys, certificate].filter((one) => one !== undefined)
  if (given.length !== 1) {
    throw new TypeError('start-registry: say whose signatures count with one of key, keys and certificate')
  }
  if (certificate) throw new Error('start-registry: signatures by certificates cannot be verified yet')
  const all = keys ?? (key === undefined ? [] : [key])
  if (all.length === 0) throw new TypeError('start-registry: keys must have at least one key')
  return { keys: all.map(readKey) }
}

function readKey(key: string): PublicKey {
  try {
    return parsePublicKey(pemText('key', key))
  } catch (error) {
    if (!(error instanceof CosignError) || isPem(key)) throw error
    throw new CosignError(error.code, `${key}: ${error.message}`)
  }
}

/** Verifies what is signed with a digest, by a policy that has been read and the rest of the one that it was read from. */
export function verifyBy(
  policy: Policy,
  source: SignatureSource,
  digest: string,
  { strict, annotations, type = 'image', predicateType }: VerifyPolicy,
  more: Pick<AttestationOptions, 'reference' | 'signatures' | 'now'> = {},
): Promise<Verdict> {
  const options = { strictness: strict ? 'strict' : 'cosign', annotations, ...more } as const
  return type === 'image'
    ? verifyImage(source, digest, policy, options)
    : verifyAttestation(source, digest, policy, { ...options, predicateType })
}
