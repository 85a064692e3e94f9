import { certificateCheck, logCheck } from '../../src/cosign/evidence-checks.js'
import { parsePublicKey, type PublicKey } from '../../src/cosign/keys/public-key.js'
import type { Policy } from '../../src/cosign/policy.js'
import { readTrustedRoot, type TrustedRoot } from '../../src/cosign/trusted-root.js'
import { CosignError } from '../../src/cosign/verdict.js'
import { FormatError } from '../../src/formats/format-error.js'
import { readPem } from '../../src/formats/pem.js'
import { isPem, pemText, readOption } from '../pem.js'
import type { CertificatePolicy, TrustPolicy, VerifyPolicy } from './options.js'

/**
 * Whose signatures a policy lets count.
 * @param now Milliseconds since 1970: when a certificate has to be valid, if nothing shows when a signature was made.
 * @throws TypeError when it does not say, or twice; Error for a file that cannot be read; CosignError for what is no key.
 */
export function readPolicy(policy: TrustPolicy & Pick<VerifyPolicy, 'strict'>, now: number): Policy {
  const { key, keys, certificate, ignoreTlog, requireTimestamp } = policy
  const given = [key, keys, certificate].filter((one) => one !== undefined)
  if (given.length !== 1) throw wrong('say whose signatures count with one of key, keys and certificate')
  const trustedRoot = policy.trustedRoot === undefined ? undefined : rootOf(policy.trustedRoot)
  if (certificate) return { certificates: certificateCheck(certificatesOf(certificate, policy, trustedRoot, now)) }
  const all = keys ?? (key === undefined ? [] : [key])
  if (all.length === 0) throw wrong('keys must have at least one key')
  const log =
    trustedRoot &&
    logCheck({
      trustedRoot,
      now,
      ...(ignoreTlog && { requireTlog: 0 }),
      requireTimestamp: Number(requireTimestamp ?? 0),
    })
  return { keys: all.map(readKey), log }
}

function certificatesOf(
  { identity, identityRegExp, issuer, issuerRegExp, roots, intermediates, chain }: CertificatePolicy,
  { strict = false, ignoreTlog, ignoreSct, requireTimestamp }: TrustPolicy & Pick<VerifyPolicy, 'strict'>,
  trustedRoot: TrustedRoot | undefined,
  now: number,
): Parameters<typeof certificateCheck>[0] {
  if ([roots, chain, trustedRoot].every((one) => one === undefined)) {
    throw wrong('certificates need CAs: roots, chain or trustedRoot')
  }
  if (roots !== undefined && chain !== undefined) throw wrong('roots and chain do not go together')
  if (intermediates !== undefined && roots === undefined) throw wrong('intermediates goes with roots')
  if ((identity === undefined) === (identityRegExp === undefined)) {
    throw wrong('say who must have signed with one of identity and identityRegExp')
  }
  if ((issuer === undefined) === (issuerRegExp === undefined)) {
    throw wrong('say who must have vouched for them with one of issuer and issuerRegExp')
  }
  const path = chain === undefined ? undefined : readCertificates(chain)
  return {
    roots: roots === undefined ? path?.slice(-1) : readCertificates(roots),
    intermediates: intermediates === undefined ? path?.slice(0, -1) : readCertificates(intermediates),
    trustedRoot,
    identity: { subject: identity, subjectRegExp: identityRegExp, issuer, issuerRegExp, anchored: strict },
    ...(ignoreTlog && { requireTlog: 0 }),
    ...(ignoreSct && { requireSct: 0 }),
    requireTimestamp: Number(requireTimestamp ?? 0),
    now,
  }
}

const rootOf = (text: string): TrustedRoot =>
  readTrustedRoot(text.trimStart().startsWith('{') ? text : readOption('trusted root', text))

function readKey(key: string): PublicKey {
  try {
    return parsePublicKey(pemText('key', key))
  } catch (error) {
    if (!(error instanceof CosignError) || isPem(key)) throw error
    throw new CosignError(error.code, `${key}: ${error.message}`)
  }
}

function readCertificates(text: string): Uint8Array[] {
  const where = isPem(text) ? 'the certificates' : text
  try {
    const blocks = readPem(pemText('certificate', text))
    if (blocks.length > 0 && blocks.every(({ label }) => label === 'CERTIFICATE')) return blocks.map(({ der }) => der)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw wrong(`${where}: ${error.message}`)
  }
  throw wrong(`${where}: a PEM file with certificates, and nothing else, is wanted`)
}

const wrong = (message: string): TypeError => new TypeError(`start-registry: ${message}`)
