import { certificateCheck, logCheck } from '../../src/cosign/evidence-checks.js'
import type { CheckCertificate, CheckLog } from '../../src/cosign/policy.js'
import { readTrustedRoot, type TrustedRoot } from '../../src/cosign/trusted-root.js'
import { FormatError } from '../../src/formats/format-error.js'
import { readPem } from '../../src/formats/pem.js'
import { isPem, pemText, readOption } from '../pem.js'
import type { CertificatePolicy, TrustPolicy, VerifyPolicy } from './options.js'

type Beside = TrustPolicy & Pick<VerifyPolicy, 'strict'>

/**
 * The policy of certificates. @param now As for `readPolicy`.
 * @throws TypeError when it does not say whose, or twice; Error for a file that cannot be read.
 */
export const certificatePolicy = (
  certificate: CertificatePolicy,
  policy: Beside,
  now: number,
): { readonly certificates: CheckCertificate } => ({
  certificates: certificateCheck(certificatesOf(certificate, policy, rootOf(policy), now)),
})

/** What signatures with a key have to show, when there is a trusted root. @throws Error as `certificatePolicy`. */
export function logPolicy(policy: Beside, now: number): { readonly log?: CheckLog } {
  const trustedRoot = rootOf(policy)
  if (!trustedRoot) return {}
  const { ignoreTlog, requireTimestamp } = policy
  const log = logCheck({
    trustedRoot,
    now,
    ...(ignoreTlog && { requireTlog: 0 }),
    requireTimestamp: Number(requireTimestamp ?? 0),
  })
  return { log }
}

function certificatesOf(
  { identity, identityRegExp, issuer, issuerRegExp, roots, intermediates, chain }: CertificatePolicy,
  { strict = false, ignoreTlog, ignoreSct, requireTimestamp }: Beside,
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

function rootOf({ trustedRoot: text }: Beside): TrustedRoot | undefined {
  if (text === undefined) return undefined
  return readTrustedRoot(text.trimStart().startsWith('{') ? text : readOption('trusted root', text))
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
