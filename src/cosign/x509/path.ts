import { CosignError } from '../verdict.js'
import { equal, type Certificate } from './certificate.js'
import { constraintFailure } from './name-constraints.js'
import { objectIds } from './object-ids.js'
import { isSignedBy } from './signature.js'

/** What a path is looked for in, and for. */
export interface PathSearch {
  /** Certificates that may stand between; none of them is trusted for being here. */
  readonly intermediates: readonly Certificate[]
  readonly roots: readonly Certificate[]
  /** Milliseconds since 1970: every certificate of the path is valid at every one of them. At least one. */
  readonly times: readonly number[]
  /** The usage that the leaf and everything above allow, as an object identifier. */
  readonly usage: string
  /** Whether a leaf that names no usages at all will do, as it does for Go. @default false */
  readonly anyLeafUsage?: boolean | undefined
}

/** Certificates, the leaf first and the trusted root last. */
export type CertificatePath = readonly [Certificate, ...Certificate[]]

// Real chains have three; a web of certificates that sign each other must not cost more than this.
const limits = { length: 8, candidates: 64, signatures: 64 }

/**
 * The path from a leaf to a root (RFC 5280 §6.1, read as Go reads it): each signature, who may sign certificates and how
 * deep, names that a CA constrains, usages (nested as in Go: a CA with others only cannot have a leaf with this one),
 * critical extensions that are not understood, and the validity of every certificate at every time.
 * @throws CosignError CERT_CHAIN, CERT_EKU, CERT_EXPIRED_AT: what was wrong with the path that came nearest.
 * @throws TypeError without a time: no time would mean that none is checked.
 */
export function verifyPath(leaf: Certificate, search: PathSearch): CertificatePath {
  if (search.times.length === 0) throw new TypeError('start-registry: a certificate path is verified at some time')
  const candidates = search.intermediates.length + search.roots.length
  if (candidates > limits.candidates) {
    throw new CosignError('CERT_CHAIN', `more than ${limits.candidates} certificates are not searched for a path`)
  }
  return new PathFinder(search).find(leaf)
}

class PathFinder {
  readonly #search: PathSearch
  #signatures = limits.signatures
  #nearest: CosignError | undefined

  constructor(search: PathSearch) {
    this.#search = search
  }

  find(leaf: Certificate): CertificatePath {
    const path = this.#extend([leaf])
    if (path) return path
    throw this.#nearest ?? new CosignError('CERT_CHAIN', 'no path leads from the certificate to a trusted root')
  }

  #extend(path: CertificatePath): CertificatePath | undefined {
    const last = path.at(-1) as Certificate
    if (includes(this.#search.roots, last)) return this.#accepted(path)
    if (path.length >= limits.length) return undefined
    for (const issuer of [...this.#search.roots, ...this.#search.intermediates]) {
      if (includes(path, issuer) || !equal(last.issuerName, issuer.subjectName)) continue
      if (!this.#signed(last, issuer)) continue
      const found = this.#extend([...path, issuer])
      if (found) return found
    }
    return undefined
  }

  #signed(certificate: Certificate, issuer: Certificate): boolean {
    this.#signatures -= 1
    if (this.#signatures < 0) throw new CosignError('CERT_CHAIN', 'so many signatures are not tried for one path')
    const { algorithm, tbs, signature } = certificate
    return isSignedBy(issuer.spki, algorithm, { bytes: tbs.bytes, signature })
  }

  #accepted(path: CertificatePath): CertificatePath | undefined {
    const wrong = pathFailure(path, this.#search)
    this.#nearest ??= wrong
    return wrong ? undefined : path
  }
}

const includes = (list: readonly Certificate[], one: Certificate): boolean =>
  list.some(({ der }) => equal(der, one.der))

function pathFailure(path: CertificatePath, { times, usage, anyLeafUsage }: PathSearch): CosignError | undefined {
  const unknown = path.flatMap(({ notUnderstood }) => notUnderstood)
  const chain = unknown.length > 0 ? `a critical extension is not understood: ${unknown[0]}` : issuersFailure(path)
  if (chain !== undefined) return new CosignError('CERT_CHAIN', chain)
  const usages = usageFailure(path, usage, anyLeafUsage === true)
  if (usages !== undefined) return new CosignError('CERT_EKU', usages)
  const expired = times.find((time) => path.some(({ notBefore, notAfter }) => time < notBefore || time > notAfter))
  if (expired === undefined) return undefined
  const which = path.findIndex(({ notBefore, notAfter }) => expired < notBefore || expired > notAfter)
  return new CosignError('CERT_EXPIRED_AT', `${nameOf(which)} is not valid at ${new Date(expired).toISOString()}`)
}

function issuersFailure(path: CertificatePath): string | undefined {
  for (const [at, issuer] of path.entries()) {
    if (at === 0) continue
    const { basicConstraints, keyUsage, version } = issuer
    // Before version 3 nothing could say who is a CA, so only being trusted does.
    const trusted = at === path.length - 1 && version < 3
    if (!basicConstraints?.ca && !trusted) return `${nameOf(at)} is not a CA`
    if (keyUsage && !keyUsage.certificateSigning) return `${nameOf(at)} may not sign certificates`
    const most = basicConstraints?.pathLength
    if (most !== undefined && at - 1 > most) return `${nameOf(at)} allows ${most} CAs below it, and there are ${at - 1}`
    const constrained = namesFailure(path, at)
    if (constrained !== undefined) return constrained
  }
  return undefined
}

function namesFailure(path: CertificatePath, at: number): string | undefined {
  const constraints = path[at]?.nameConstraints
  if (!constraints) return undefined
  return path
    .slice(0, at)
    .flatMap(({ subjectAltNames = [] }) => subjectAltNames)
    .map((name) => constraintFailure(name, constraints))
    .find((failure) => failure !== undefined)
}

function usageFailure(path: CertificatePath, usage: string, anyLeafUsage: boolean): string | undefined {
  const allows = (usages: readonly string[]): boolean =>
    usages.includes(usage) || usages.includes(objectIds.anyExtendedKeyUsage)
  // A CA without the extension allows all; a leaf without it was not made for this.
  const at = path.findIndex(({ extendedKeyUsage }, at) =>
    extendedKeyUsage ? !allows(extendedKeyUsage) : at === 0 && !anyLeafUsage,
  )
  return at < 0 ? undefined : `${nameOf(at)} is not for ${usageNames.get(usage) ?? usage}`
}

const usageNames = new Map<string, string>([
  [objectIds.codeSigning, 'code signing'],
  [objectIds.timeStamping, 'time stamping'],
])

const nameOf = (at: number): string => (at === 0 ? 'the certificate' : `the CA ${at} above the certificate`)
