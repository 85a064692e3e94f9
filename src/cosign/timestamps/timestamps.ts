import { createHash } from 'node:crypto'
import { childrenOf, contentOf, oidOf, tags } from '../../formats/der-values.js'
import { isWithin, type TimeWindow } from '../logs/transparency-log.js'
import { reading } from '../reading.js'
import { CosignError, type Finding } from '../verdict.js'
import { algorithmOf, equal, type Certificate } from '../x509/certificate.js'
import { objectIds } from '../x509/object-ids.js'
import { verifyPath } from '../x509/path.js'
import { digests, isSignedBy } from '../x509/signature.js'
import type { SignedData, SignerInfo } from './signed-data.js'
import { readTimestampResponse } from './timestamp-response.js'

/** Who is trusted to say when something was there. */
export interface TimestampAuthority {
  readonly root: Certificate
  readonly intermediates: readonly Certificate[]
  /** The one that signs, when it is known: then no other does. */
  readonly signer?: Certificate | undefined
  readonly validFor: TimeWindow
}

/** What timestamps showed. */
export interface TimestampedBy {
  /** Milliseconds since 1970, one of each authority, so that no authority counts twice. */
  readonly times: readonly number[]
  /** What was wrong with the others. */
  readonly findings: readonly Finding[]
}

/** Timestamps of one signature that are looked at, at most (GHSA-cq38-jh5f-37mq). */
export const mostTimestamps = 32

/**
 * Verifies timestamps (RFC 3161) of these bytes: each either holds by an authority, or is told of in the findings.
 * @param responses DER of TimeStampResp.
 * @throws CosignError TS_PARSE for more than 32.
 */
export function verifyTimestamps(
  responses: readonly Uint8Array[],
  bytes: Uint8Array,
  authorities: readonly TimestampAuthority[],
): TimestampedBy {
  if (responses.length > mostTimestamps) throw new CosignError('TS_PARSE', `more than ${mostTimestamps} timestamps`)
  const times = new Map<TimestampAuthority, number>()
  const findings: Finding[] = []
  for (const response of responses) {
    try {
      const { authority, time } = verifyTimestamp(response, bytes, authorities)
      if (!times.has(authority)) times.set(authority, time)
    } catch (error) {
      if (!(error instanceof CosignError)) throw error
      findings.push({ code: error.code, message: error.message })
    }
  }
  return { times: [...times.values()], findings }
}

/**
 * Verifies a timestamp of these bytes by the first authority that it is of.
 * @throws CosignError TS_PARSE, TS_IMPRINT, TS_SIGNER for the signature and who made it, TS_CHAIN for the path to the
 *   authority's root, TS_WINDOW for a time at which it was not to be trusted: of what came nearest.
 */
export function verifyTimestamp(
  response: Uint8Array,
  bytes: Uint8Array,
  authorities: readonly TimestampAuthority[],
): { readonly authority: TimestampAuthority; readonly time: number } {
  const { signedData, info } = readTimestampResponse(response)
  const digest = digests.get(info.imprint.algorithm)
  if (!digest || !equal(createHash(digest).update(bytes).digest(), info.imprint.digest)) {
    throw new CosignError('TS_IMPRINT', 'the timestamp is of something else')
  }
  const problems: CosignError[] = []
  for (const authority of authorities) {
    const wrong = authorityFailure(signedData, info.time, authority)
    if (!wrong) return { authority, time: info.time }
    problems.push(wrong)
  }
  const nearest = ['TS_WINDOW', 'TS_CHAIN'].flatMap((code) => problems.filter((one) => one.code === code))[0]
  throw nearest ?? problems[0] ?? new CosignError('TS_CHAIN', 'no timestamp authority is trusted')
}

function authorityFailure(data: SignedData, time: number, authority: TimestampAuthority): CosignError | undefined {
  try {
    const signer = signerOf(data, authority)
    verifySignature(data, signer)
    verifySignerPath(data, signer, time, authority)
    return undefined
  } catch (error) {
    if (error instanceof CosignError) return error
    throw error
  }
}

// The certificate that the signer names, wherever it is among the others (GHSA-xm5m-wgh2-rrg3).
function signerOf({ signer, certificates }: SignedData, authority: TimestampAuthority): Certificate {
  const known = authority.signer ? [authority.signer] : []
  const found = [...certificates, ...known].filter(signer.isOf)
  const [certificate] = found
  if (!certificate || !found.every(({ der }) => equal(der, certificate.der))) {
    throw signerError(certificate ? 'it could be of two certificates' : 'the certificate of who signed it is not there')
  }
  if (authority.signer && !equal(authority.signer.der, certificate.der)) {
    throw signerError('it is not signed by the authority')
  }
  return certificate
}

function verifySignature({ contentType, content, signer }: SignedData, certificate: Certificate): void {
  const digest = digests.get(signer.digest)
  if (!digest) throw signerError('its digest is not taken')
  reading('TS_PARSE', "the timestamp's attributes", () => {
    const type = oidOf(onlyValue(signer, objectIds.contentType))
    const signed = contentOf(onlyValue(signer, objectIds.messageDigest), tags.octetString)
    if (type !== contentType || !equal(signed, createHash(digest).update(content).digest())) {
      throw signerError('what is signed is another timestamp')
    }
    if (!namesCertificate(signer, certificate)) throw signerError('it names another certificate for its signature')
  })
  const { algorithm, signedBytes, signature } = signer
  if (!isSignedBy(certificate.spki, algorithm, { bytes: signedBytes, signature, digest })) {
    throw signerError('its signature is not valid')
  }
}

function onlyValue({ attributes }: SignerInfo, id: string): Parameters<typeof oidOf>[0] {
  const [value, ...more] = attributes.get(id) ?? []
  if (!value || more.length > 0) throw signerError(`it has not one attribute ${id}`)
  return value
}

// RFC 5035 §3 and RFC 2634 §5.4: the first certificate that the attribute names is the signer's, by its hash.
function namesCertificate(signer: SignerInfo, { der }: Certificate): boolean {
  const version2 = signer.attributes.has(objectIds.signingCertificateV2)
  const attribute = onlyValue(signer, version2 ? objectIds.signingCertificateV2 : objectIds.signingCertificate)
  const [first] = childrenOf(childrenOf(attribute)[0], tags.sequence, 'the certificates that signed')
  const parts = [...childrenOf(first, tags.sequence, 'a certificate that signed')]
  const own = version2 && parts[0]?.tag === tags.sequence ? algorithmOf(parts.shift()).id : objectIds.sha256
  // The first version knew SHA-1 alone. It only tells certificates apart here: the signature does not rest on it.
  const digest = version2 ? digests.get(own) : 'sha1'
  const hash = contentOf(parts[0], tags.octetString, 'the hash of a certificate')
  return digest !== undefined && equal(createHash(digest).update(der).digest(), hash)
}

function verifySignerPath(data: SignedData, signer: Certificate, time: number, authority: TimestampAuthority): void {
  const usage = signer.extensions.find(({ id }) => id === objectIds.extendedKeyUsage)
  // RFC 3161 §2.3: for this alone, and critical.
  const usages = signer.extendedKeyUsage ?? []
  if (!usage?.critical || usages.length !== 1 || usages[0] !== objectIds.timeStamping) {
    throw signerError('the certificate of who signed it is not for time stamping alone, critically')
  }
  if (signer.basicConstraints?.ca) throw signerError('the certificate of who signed it is a CA')
  if (signer.keyUsage && !signer.keyUsage.digitalSignature) {
    throw signerError('the certificate of who signed it may not sign')
  }
  verifyChain(data, signer, time, authority)
  if (!isWithin(time, authority.validFor)) {
    throw new CosignError('TS_WINDOW', `its authority was not to be trusted at ${new Date(time).toISOString()}`)
  }
}

function verifyChain(data: SignedData, signer: Certificate, time: number, authority: TimestampAuthority): void {
  const intermediates = [...authority.intermediates, ...data.certificates]
  try {
    verifyPath(signer, { intermediates, roots: [authority.root], times: [time], usage: objectIds.timeStamping })
  } catch (error) {
    if (!(error instanceof CosignError)) throw error
    const code = error.code === 'CERT_EXPIRED_AT' ? 'TS_WINDOW' : 'TS_CHAIN'
    throw new CosignError(code, `the timestamp's authority: ${error.message}`)
  }
}

const signerError = (why: string): CosignError => new CosignError('TS_SIGNER', `the timestamp is refused: ${why}`)
