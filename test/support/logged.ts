import type { LogEntry } from '../../src/cosign/bundle.js'
import { pae, writeEnvelope } from '../../src/cosign/dsse.js'
import type { EntryCheck } from '../../src/cosign/logs/log-entries.js'
import type { SignedBy, SignedEnvelope, SignedMessage } from '../../src/cosign/logs/signed-content.js'
import { signWithKey, spkiOf } from '../../src/formats/certificate-writer.js'
import { issue, leafExtensions, type Issued } from './pki.js'
import { bodyOf, entryV1, specOf, testLog, type EntryOptions, type TestLog } from './rekor.js'

/** Who signs, and what: a message and an envelope of the same bytes. */
export const signer: Issued = issue({ extensions: leafExtensions() })
export const spki: Buffer = spkiOf(signer.keys.publicKey)
export const byKey: SignedBy = { spki }
export const byCertificate: SignedBy = { spki, certificate: signer.certificate.der }

export const text: Buffer = Buffer.from('{"critical":{}}')
export const message: SignedMessage = {
  kind: 'message',
  message: text,
  signature: signWithKey(text, signer.keys.privateKey),
}
const inToto = 'application/vnd.in-toto+json'
const envelopeSignature = signWithKey(pae(inToto, text), signer.keys.privateKey)
export const envelope: SignedEnvelope = {
  kind: 'envelope',
  payloadType: inToto,
  payload: text,
  signature: envelopeSignature,
  bytes: writeEnvelope(text, envelopeSignature),
}

/** The log that has it. */
export const rekor: TestLog = testLog()
/** What entries are held against; the message by the key when nothing else is said. */
export const check = (change: Partial<EntryCheck> = {}): EntryCheck => ({
  logs: [rekor.log],
  content: message,
  by: byKey,
  ...change,
})

/** An entry of the message, by the key. */
export const good = (options: EntryOptions = {}): LogEntry =>
  entryV1(
    rekor,
    'hashedrekord 0.0.1',
    bodyOf('hashedrekord 0.0.1', specOf('hashedrekord 0.0.1', message, byKey)),
    options,
  )

export const proofOf = (entry: LogEntry): NonNullable<LogEntry['inclusionProof']> =>
  entry.inclusionProof as NonNullable<LogEntry['inclusionProof']>
