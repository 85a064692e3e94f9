import {
  pae,
  readTrustedRoot,
  type Code,
  type LogEntry,
  type SignedContent,
  type TrustedRoot,
} from 'start-registry/cosign'
import { keyDetailsOf, type KeyDetails } from '../../src/cosign/logs/entry-v2.js'
import { parsePublicKey } from '../../src/cosign/keys/public-key.js'
import { extension, signWithKey } from '../../src/formats/certificate-writer.js'
import { oid, utf8String } from '../../src/formats/der.js'
import { issueLogged, sctOf } from './fulcio.js'
import { caExtensions, issue, leafExtensions, minutes, noon, type Issued, type IssueOptions } from './pki.js'
import { bodyOf, entryV1, entryV2, specOf, testLog, type TestLog } from './rekor.js'
import { stampOf, testAuthority, type TestAuthority } from './timestamps.js'

/** Sigstore's services without servers: their keys, and the file that trusts them. */
export interface Box {
  readonly fulcio: { readonly root: Issued; readonly intermediate: Issued }
  readonly ctLog: TestLog
  readonly rekor: TestLog
  /** Another log, of the second generation. */
  readonly tiles: TestLog
  readonly tsa: TestAuthority
}

export function testBox(): Box {
  const root = issue({ name: 'fulcio root' })
  const intermediate = issue({ name: 'fulcio', by: root, extensions: caExtensions(0) })
  return {
    fulcio: { root, intermediate },
    ctLog: testLog(),
    rekor: testLog(),
    tiles: testLog({ baseUrl: 'https://tiles.test' }),
    tsa: testAuthority(),
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** `trusted_root.json` of a box. */
export function trustedRootJson({ fulcio, ctLog, rekor, tiles, tsa }: Box): string {
  const validFor = { start: '2025-12-31T00:00:00Z' }
  const log = ({ log }: TestLog): object => ({
    baseUrl: log.baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(log.spki), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: base64(log.keyIds[0] as Uint8Array) },
  })
  const authority = (...chain: readonly Issued[]): object => ({
    subject: { organization: 'start-registry', commonName: 'test' },
    uri: 'https://ca.test',
    certChain: { certificates: chain.map(({ certificate }) => ({ rawBytes: base64(certificate.der) })) },
    validFor,
  })
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log(rekor), log(tiles)],
    certificateAuthorities: [authority(fulcio.intermediate, fulcio.root)],
    ctlogs: [log(ctLog)],
    timestampAuthorities: [authority(tsa.signer, tsa.intermediate, tsa.root)],
  })
}

export const trustedRootOf = (box: Box): TrustedRoot => readTrustedRoot(trustedRootJson(box))

/** What is to be wrong with a keyless signature. */
export interface KeylessOptions {
  /** The kind of its entry: `dsse 0.0.1`, `intoto 0.0.2`, or of Rekor v2. @default dsse 0.0.1 */
  readonly kind?: string
  readonly stamp?: 'none' | 'right' | 'of something else' | 'of a stranger'
  /** Minutes after noon at which the log took it. */
  readonly logged?: number
  readonly ctLog?: TestLog
  /** What is to be otherwise in the signer's certificate. */
  readonly signer?: IssueOptions
  /** The entry is of another signature. */
  readonly swapped?: boolean
  readonly change?: (entry: LogEntry) => LogEntry
  readonly entries?: (entry: LogEntry) => readonly LogEntry[]
}

export const keylessIssuer = 'https://issuer.test'
export const keylessSubject = 'alice@example.com'
const inToto = 'application/vnd.in-toto+json'

/** Who vouches for the signer, as Fulcio says it. */
export const issuerExtension: Buffer = extension(oid('1.3.6.1.4.1.57264.1.8'), false, utf8String(keylessIssuer))

/** A bundle (version 0.3) as cosign 3 makes it of a keyless signature, right or wrong, made at noon. */
export function keylessBundle(box: Box, payload: Uint8Array, options: KeylessOptions = {}): Buffer {
  const { fulcio, tsa, tiles } = box
  const { kind = 'dsse 0.0.1', stamp = 'right', logged = 1, ctLog = box.ctLog } = options
  const signer = issueLogged(
    {
      by: fulcio.intermediate,
      notBefore: noon,
      notAfter: noon + minutes(10),
      extensions: [...leafExtensions(), issuerExtension],
      ...options.signer,
    },
    (unlogged) => [sctOf(unlogged, fulcio.intermediate, ctLog)],
  )
  const by = { spki: signer.certificate.spki, certificate: signer.certificate.der }
  const contentBy = (): SignedContent => ({
    kind: 'envelope',
    payloadType: inToto,
    payload,
    signature: signWithKey(pae(inToto, payload), signer.keys.privateKey),
  })
  const content = contentBy()
  const entryOf = options.swapped ? contentBy() : content
  const [details] = keyDetailsOf(parsePublicKey(by.spki))
  const entry =
    kind === 'hashedrekord'
      ? entryV2(tiles, kind, details as KeyDetails, [entryOf, by])
      : entryV1(box.rekor, kind, bodyOf(kind, specOf(kind, entryOf, by)), { integratedTime: noon / 1000 + logged * 60 })
  const entries = options.entries?.(entry) ?? [options.change?.(entry) ?? entry]
  const stamps = {
    none: [],
    right: [stampOf(content.signature, tsa, { time: noon + minutes(2) })],
    'of something else': [stampOf(payload, tsa, { time: noon + minutes(2) })],
    'of a stranger': [stampOf(content.signature, testAuthority(), { time: noon + minutes(2) })],
  }
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: base64(signer.certificate.der) },
      tlogEntries: entries.map(entryJson),
      timestampVerificationData: {
        rfc3161Timestamps: stamps[stamp].map((signedTimestamp) => ({ signedTimestamp: base64(signedTimestamp) })),
      },
    },
    dsseEnvelope: { payload: base64(payload), payloadType: inToto, signatures: [{ sig: base64(content.signature) }] },
  }
  return Buffer.from(JSON.stringify(bundle))
}

const entryJson = (entry: LogEntry): unknown =>
  JSON.parse(
    JSON.stringify(entry, (_, value: unknown) => {
      if (typeof value === 'bigint') return String(value)
      const bytes = value as { type?: unknown; data?: readonly number[] } | null
      return bytes?.type === 'Buffer' && bytes.data ? base64(Buffer.from(bytes.data)) : value
    }),
  )

/** A case, and what is said of it. */
export interface KeylessCase {
  readonly name: string
  readonly options: KeylessOptions
  readonly said: Code | 'accepted'
  /** Where a version of the real one ends otherwise. */
  readonly real?: Readonly<Record<string, number>>
}

const withProof = (entry: LogEntry, change: object): LogEntry => ({
  ...entry,
  inclusionProof: { ...entry.inclusionProof, ...change },
})

const hashedRekord = { kind: 'hashedrekord' } as const

export const keylessCases: readonly KeylessCase[] = [
  { name: 'Rekor v1 and a timestamp', options: {}, said: 'accepted' },
  { name: 'Rekor v1 alone', options: { stamp: 'none' }, said: 'accepted' },
  { name: 'an entry of the kind intoto', options: { kind: 'intoto 0.0.2' }, said: 'accepted' },
  { name: 'Rekor v2 and a timestamp', options: hashedRekord, said: 'accepted' },
  { name: 'Rekor v2 without a timestamp', options: { ...hashedRekord, stamp: 'none' }, said: 'CERT_EXPIRED_AT' },
  { name: 'no entry', options: { entries: () => [] }, said: 'TLOG_MISSING' },
  { name: 'an entry of another signature', options: { swapped: true }, said: 'ENTRY_MISMATCH' },
  { name: 'one of Rekor v2', options: { ...hashedRekord, swapped: true }, said: 'ENTRY_MISMATCH' },
  { name: 'logged after the certificate', options: { logged: 11 }, said: 'CERT_EXPIRED_AT' },
  { name: 'logged before the certificate', options: { logged: -1 }, said: 'CERT_EXPIRED_AT' },
  {
    name: 'another time than promised',
    options: { change: (entry) => ({ ...entry, integratedTime: BigInt(noon / 1000) }) },
    said: 'SET_INVALID',
  },
  {
    name: 'another place in the tree',
    options: { change: (entry) => withProof(entry, { logIndex: 2n }) },
    said: 'INCLUSION_PROOF',
  },
  {
    name: 'another root',
    options: { change: (entry) => withProof(entry, { rootHash: Buffer.alloc(32) }) },
    said: 'CHECKPOINT_ROOT',
  },
  {
    name: 'an unknown log',
    options: { change: (entry) => ({ ...entry, logId: { keyId: Buffer.alloc(32) } }) },
    said: 'TLOG_UNKNOWN_LOG',
  },
  { name: 'the same entry twice', options: { entries: (entry) => [entry, entry] }, said: 'TLOG_PARSE' },
  { name: 'a certificate log that is not known', options: { ctLog: testLog() }, said: 'SCT_INVALID' },
  {
    name: 'a timestamp of something else, beside Rekor v2',
    options: { ...hashedRekord, stamp: 'of something else' },
    said: 'CERT_EXPIRED_AT',
  },
  {
    name: 'a timestamp of a stranger, beside Rekor v2',
    options: { ...hashedRekord, stamp: 'of a stranger' },
    said: 'CERT_EXPIRED_AT',
  },
]
