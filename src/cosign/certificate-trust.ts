import { parsePublicKey, type PublicKey } from './keys/public-key.js'
import { verifyCertificateTimestamps } from './logs/certificate-timestamps.js'
import { isWithin } from './logs/transparency-log.js'
import { verifySigningTimes, type TimeMaterial } from './signing-times.js'
import type { TrustedAuthority, TrustedRoot } from './trusted-root.js'
import { CosignError, type Finding, type Strictness } from './verdict.js'
import { parseCertificate, type Certificate } from './x509/certificate.js'
import { verifyIdentity, type Identity, type IdentityPolicy } from './x509/identity.js'
import { objectIds } from './x509/object-ids.js'
import { verifyPath, type CertificatePath, type PathSearch } from './x509/path.js'

/** A signature's certificate, and what stands beside it. */
export interface CertificateMaterial extends Omit<TimeMaterial, 'by'> {
  /** DER. */
  readonly leaf: Uint8Array
  /** DER: certificates that came with it. None of them is trusted, whatever it says of itself. */
  readonly chain?: readonly Uint8Array[] | undefined
}

/** Whose certificates are trusted: those of CAs of one's own, or of a trusted root, or of both's CAs when both are given. */
export interface CertificatePolicy {
  /** DER. */
  readonly roots?: readonly Uint8Array[] | undefined
  readonly intermediates?: readonly Uint8Array[] | undefined
  /** Its CAs count unless `roots` are given; its logs and timestamp authorities always do. */
  readonly trustedRoot?: TrustedRoot | undefined
  readonly identity: IdentityPolicy
  /** How many transparency logs have to have the signature; with 0 entries are not looked at. @default 1 with a trusted root */
  readonly requireTlog?: number | undefined
  /** How many authorities have to have timed it. @default 0 */
  readonly requireTimestamp?: number | undefined
  /** How many logs have to have timed the certificate. @default 1 when the trusted root's CAs count */
  readonly requireSct?: number | undefined
  /** `cosign`: a certificate that names no usages at all will do, as it does for the real one. @default 'strict' */
  readonly strictness?: Strictness | undefined
  /** Milliseconds since 1970: when the certificate has to be valid, if nothing shows when the signature was made. */
  readonly now: number
}

export interface TrustedCertificate {
  /** What the signature is to be verified with: that is for the caller, and nothing is verified before. */
  readonly key: PublicKey
  readonly identity: Identity
  readonly path: CertificatePath
  /** Milliseconds since 1970: when the signature was there, as logs and authorities signed it. */
  readonly times: readonly number[]
  readonly findings: readonly Finding[]
}

/**
 * Verifies all about a signature's certificate but the signature itself: the logs and timestamps, which give the times;
 * the path to a root at each of them; the certificate logs; who it is for. One way for every form of storage
 * (GHSA-whqx-f9j3-ch6m).
 * @throws CosignError for the first rule that does not hold, in this order.
 * @throws TypeError for a policy that trusts nobody, or does not say who may sign.
 */
export function verifyCertificateMaterial(
  material: CertificateMaterial,
  policy: CertificatePolicy,
): TrustedCertificate {
  const authorities = authoritiesOf(policy)
  const leaf = parseCertificate(material.leaf)
  const key = parsePublicKey(leaf.spki)
  const { times, findings } = verifySigningTimes(
    { ...material, by: { spki: leaf.spki, certificate: leaf.der } },
    {
      logs: policy.trustedRoot?.logs ?? [],
      timestampAuthorities: policy.trustedRoot?.timestampAuthorities ?? [],
      requireTlog: requiredLogs(policy),
      requireTimestamp: policy.requireTimestamp ?? 0,
      now: policy.now,
    },
  )
  const search = {
    intermediates: (material.chain ?? []).map(parseCertificate),
    times: times.length > 0 ? times : [policy.now],
    usage: objectIds.codeSigning,
    anyLeafUsage: policy.strictness === 'cosign',
  }
  const path = trustedPath(leaf, authorities, search)
  verifyScts(path, policy)
  return { key, path, times, findings, identity: verifyIdentity(leaf, policy.identity) }
}

/** How many transparency logs a policy wants to have the signature. */
export const requiredLogs = ({ requireTlog, trustedRoot }: CertificatePolicy): number =>
  requireTlog ?? (trustedRoot ? 1 : 0)

function authoritiesOf({ roots, intermediates = [], trustedRoot }: CertificatePolicy): readonly TrustedAuthority[] {
  const own = roots?.map((root): TrustedAuthority => {
    return { root: parseCertificate(root), intermediates: intermediates.map(parseCertificate), validFor: {} }
  })
  const authorities = own ?? trustedRoot?.certificateAuthorities ?? []
  if (authorities.length === 0) throw new TypeError('start-registry: a policy of certificates trusts some CA')
  return authorities
}

function trustedPath(
  leaf: Certificate,
  authorities: readonly TrustedAuthority[],
  search: Omit<PathSearch, 'roots'>,
): CertificatePath {
  const problems: CosignError[] = []
  for (const { root, intermediates, validFor } of authorities) {
    try {
      const path = verifyPath(leaf, {
        ...search,
        roots: [root],
        intermediates: [...intermediates, ...search.intermediates],
      })
      const late = search.times.find((time) => !isWithin(time, validFor))
      if (late === undefined) return path
      const message = `its CA was not to be trusted at ${new Date(late).toISOString()}`
      throw new CosignError('CERT_EXPIRED_AT', message)
    } catch (error) {
      if (!(error instanceof CosignError)) throw error
      problems.push(error)
    }
  }
  // Of several CAs most have nothing to do with a certificate; what is wrong with the one that has says more.
  throw problems.find(({ code }) => code !== 'CERT_CHAIN') ?? problems[0]
}

function verifyScts([leaf, issuer]: CertificatePath, { trustedRoot, roots, requireSct }: CertificatePolicy): void {
  const required = requireSct ?? (trustedRoot && !roots ? 1 : 0)
  if (required === 0) return
  const found = verifyCertificateTimestamps(leaf, issuer, trustedRoot?.certificateLogs ?? []).length
  if (found < required) {
    throw new CosignError(
      'SCT_MISSING',
      `the certificate is in ${found} certificate logs, and ${required} are required`,
    )
  }
}
