import { parsePublicKey, type PublicKey } from '../../src/cosign/keys/public-key.js'
import type { Policy } from '../../src/cosign/policy.js'
import { CosignError } from '../../src/cosign/verdict.js'
import { isPem, pemText } from '../pem.js'
import type { TrustPolicy, VerifyPolicy } from './options.js'

/**
 * Whose signatures a policy lets count.
 * @param now Milliseconds since 1970: when a certificate has to be valid, if nothing shows when a signature was made.
 * @throws TypeError when it does not say, or twice; Error for a file that cannot be read; CosignError for what is no key.
 */
export async function readPolicy(policy: TrustPolicy & Pick<VerifyPolicy, 'strict'>, now: number): Promise<Policy> {
  const { key, keys, certificate, trustedRoot } = policy
  const given = [key, keys, certificate].filter((one) => one !== undefined)
  if (given.length !== 1) throw wrong('say whose signatures count with one of key, keys and certificate')
  const all = keys ?? (key === undefined ? [] : [key])
  if (!certificate && all.length === 0) throw wrong('keys must have at least one key')
  if (!certificate && trustedRoot === undefined) return readKeys(all)
  // What reads certificates and logs is as much again as all else that verifies.
  const { certificatePolicy, logPolicy } = await import('./evidence-policies.js')
  if (certificate) return certificatePolicy(certificate, policy, now)
  return { ...logPolicy(policy, now), ...readKeys(all) }
}

/** The policy of keys alone: PEM text, or names of files. @throws Error as `readPolicy`. */
export const readKeys = (keys: readonly string[]): { readonly keys: readonly PublicKey[] } => ({
  keys: keys.map(readKey),
})

function readKey(key: string): PublicKey {
  try {
    return parsePublicKey(pemText('key', key))
  } catch (error) {
    if (!(error instanceof CosignError) || isPem(key)) throw error
    throw new CosignError(error.code, `${key}: ${error.message}`)
  }
}

const wrong = (message: string): TypeError => new TypeError(`start-registry: ${message}`)
