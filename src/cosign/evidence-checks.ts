import { requiredLogs, verifyCertificateMaterial, type CertificatePolicy } from './certificate-trust.js'
import { verifyWith } from './keys/verify.js'
import type { LogEntry } from './bundle.js'
import { readRekorBundle } from './logs/rekor-bundle.js'
import type { SignedContent } from './logs/signed-content.js'
import { annotationKeys } from './media-types.js'
import type { CheckCertificate, CheckLog, Evidence } from './policy.js'
import { readJson } from './read-json.js'
import { reading } from './reading.js'
import { verifySigningTimes, type TimeMaterial, type TimePolicy } from './signing-times.js'
import type { TrustedRoot } from './trusted-root.js'
import { CosignError } from './verdict.js'
import { readPem } from '../formats/pem.js'

/** A check of signatures by the certificates beside them, for the policy of `verifyImage` and its like. */
export const certificateCheck =
  (policy: CertificatePolicy): CheckCertificate =>
  (evidence) => {
    const [leaf, ...chain] = certificatesOf(evidence)
    const { trustedRoot, requireTimestamp = 0 } = policy
    const stamped = requireTimestamp > 0 || (trustedRoot?.timestampAuthorities ?? []).length > 0
    const material = timeMaterialOf(evidence, { logged: requiredLogs(policy) > 0, stamped })
    const { message, signature, strictness, form } = evidence
    // Beside a tag the real cosign reads the older extension alone.
    const issuerFrom = strictness === 'cosign' && form !== 'bundle' ? 'raw' : 'any'
    const identity = { issuerFrom, ...policy.identity } as const
    const trusted = verifyCertificateMaterial({ ...material, leaf, chain }, { strictness, ...policy, identity })
    const { algorithm } = verifyWith(trusted.key, message, signature, { strictness })
    return { algorithm, identity: trusted.identity, findings: trusted.findings }
  }

/** What a signature with a key has to show beside it. */
export interface LogPolicy {
  readonly trustedRoot: TrustedRoot
  /** Logs that have it; with 0 entries are not looked at. @default 1 */
  readonly requireTlog?: number | undefined
  /** Authorities that timed it. @default 0 */
  readonly requireTimestamp?: number | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/** A check that signatures with a key are in a log or have a timestamp, for the policy of `verifyImage` and its like. */
export const logCheck =
  ({ trustedRoot, requireTlog = 1, requireTimestamp = 0, now }: LogPolicy): CheckLog =>
  (evidence, key) => {
    const { logs, timestampAuthorities } = trustedRoot
    const policy: TimePolicy = { logs, timestampAuthorities, requireTlog, requireTimestamp, now }
    const stamped = requireTimestamp > 0 || timestampAuthorities.length > 0
    const material = timeMaterialOf(evidence, { logged: requireTlog > 0, stamped })
    return verifySigningTimes({ ...material, by: { spki: key.spki } }, policy).findings
  }

function certificatesOf({ bundle, annotations }: Evidence): readonly [Uint8Array, ...Uint8Array[]] {
  if (bundle?.signer.kind === 'key') {
    throw new CosignError('WRONG_KEY_KIND', 'the signature is of a key, and one of a certificate is wanted')
  }
  if (bundle) return firstOf(bundle.signer.certificates)
  const leaf = pemCertificates(annotations.get(annotationKeys.certificate) ?? '')
  const chain = pemCertificates(annotations.get(annotationKeys.chain) ?? '')
  const [first] = firstOf(leaf)
  if (leaf.length > 1) throw new CosignError('CERT_PARSE', 'the signature has more than one certificate of its own')
  return [first, ...chain]
}

function firstOf(certificates: readonly Uint8Array[]): readonly [Uint8Array, ...Uint8Array[]] {
  const [first, ...rest] = certificates
  if (!first) throw new CosignError('CERT_MISSING', 'the signature has no certificate')
  return [first, ...rest]
}

const mostCertificates = 16

function pemCertificates(text: string): readonly Uint8Array[] {
  const blocks = reading('CERT_PARSE', 'the certificate', () => readPem(text))
  const strange = blocks.find(({ label }) => label !== 'CERTIFICATE')
  if (strange || blocks.length > mostCertificates || (blocks.length === 0 && text.trim() !== '')) {
    throw new CosignError('CERT_PARSE', 'the certificate is not PEM with certificates')
  }
  return blocks.map(({ der }) => der)
}

// What no policy asks for is not read: as in cosign, whatever stands there then does no harm.
function timeMaterialOf(
  evidence: Evidence,
  { logged, stamped }: { readonly logged: boolean; readonly stamped: boolean },
): Omit<TimeMaterial, 'by'> {
  const { bundle, annotations, form, content, signature } = evidence
  const rekor = logged ? (annotations.get(annotationKeys.rekorBundle) ?? '') : ''
  const stamp = stamped ? (annotations.get(annotationKeys.timestamp) ?? '') : ''
  return {
    content: signedContentOf(evidence),
    logEntries: bundle ? bundle.logEntries : entriesOf(rekor),
    timestamps: bundle ? bundle.timestamps : stampsOf(stamp),
    // cosign stamps an attestation behind a tag as a whole.
    timestamped: form === 'att-tag' ? content : signature,
  }
}

function signedContentOf({ envelope, form, content, message, signature }: Evidence): SignedContent {
  if (!envelope) return { kind: 'message', message, signature }
  const { payloadType, payload } = envelope
  return { kind: 'envelope', payloadType, payload, signature, bytes: form === 'att-tag' ? content : undefined }
}

const entriesOf = (text: string): readonly LogEntry[] => (text === '' ? [] : [readRekorBundle(text)])

const stampShape = { members: { SignedRFC3161Timestamp: 'bytes' } } as const

function stampsOf(text: string): readonly Uint8Array[] {
  if (text === '') return []
  const read = reading('TS_PARSE', "the signature's timestamp", () => readJson(text, stampShape, 'exact'))
  return read?.SignedRFC3161Timestamp ? [read.SignedRFC3161Timestamp] : []
}
