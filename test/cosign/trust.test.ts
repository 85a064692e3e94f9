import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import {
  verifyCertificateMaterial,
  type CertificateMaterial,
  type CertificatePolicy,
} from '../../src/cosign/certificate-trust.js'
import { verifyCertificateTimestamps } from '../../src/cosign/logs/certificate-timestamps.js'
import type { SignedMessage } from '../../src/cosign/logs/signed-content.js'
import { transparencyLog } from '../../src/cosign/logs/transparency-log.js'
import { readTrustedRoot, type TrustedRoot } from '../../src/cosign/trusted-root.js'
import { extension, signWithKey } from '../../src/formats/certificate-writer.js'
import { oid, utf8String } from '../../src/formats/der.js'
import { codeOf } from '../support/codes.js'
import { issueLogged, sctExtension, sctList, sctOf, type SctOptions } from '../support/fulcio.js'
import { caExtensions, issue, leafExtensions, minutes, noon, type Issued, type IssueOptions } from '../support/pki.js'
import { bodyOf, entryV1, specOf, testLog, type TestLog } from '../support/rekor.js'
import { stampOf, testAuthority, trusted } from '../support/timestamps.js'
import { Random } from './fuzz/random.js'

const root = issue({ name: 'fulcio root' })
const intermediate = issue({ name: 'fulcio', by: root, extensions: caExtensions(0) })
const issuer = extension(oid('1.3.6.1.4.1.57264.1.8'), false, utf8String('https://issuer.test'))
const [ctLog, rekor, tsa] = [testLog(), testLog(), testAuthority()]
const hour = minutes(60)

const keyless = (options: IssueOptions = {}, sct: SctOptions = {}, logs: readonly TestLog[] = [ctLog]): Issued =>
  issueLogged(
    {
      by: intermediate,
      notBefore: noon,
      notAfter: noon + minutes(10),
      extensions: [...leafExtensions(), issuer],
      ...options,
    },
    (unlogged) => logs.map((log) => sctOf(unlogged, intermediate, log, sct)),
  )

const trustedRoot: TrustedRoot = {
  certificateAuthorities: [{ root: root.certificate, intermediates: [intermediate.certificate], validFor: {} }],
  certificateLogs: [ctLog.log],
  logs: [rekor.log],
  timestampAuthorities: [trusted(tsa)],
}

const identity = { subject: 'alice@example.com', issuer: 'https://issuer.test' }
const wanted = (change: Partial<CertificatePolicy> = {}): CertificatePolicy => ({
  trustedRoot,
  identity,
  now: noon + hour * 24,
  ...change,
})

const payload = Buffer.from('{"critical":{}}')

// All that a keyless signature leaves beside it; parts may be changed.
function material(signer: Issued = keyless(), integratedTime = noon / 1000 + 60): CertificateMaterial {
  const content: SignedMessage = {
    kind: 'message',
    message: payload,
    signature: signWithKey(payload, signer.keys.privateKey),
  }
  const kind = 'hashedrekord 0.0.1'
  const by = { spki: signer.certificate.spki, certificate: signer.certificate.der }
  return {
    leaf: signer.certificate.der,
    content,
    logEntries: [entryV1(rekor, kind, bodyOf(kind, specOf(kind, content, by)), { integratedTime })],
    timestamps: [stampOf(content.signature, tsa, { time: noon + minutes(2) })],
    timestamped: content.signature,
  }
}

void t.test('a keyless signature, long after its certificate has expired', async (t) => {
  const signer = keyless()
  const found = verifyCertificateMaterial(material(signer), wanted())
  t.same(found.times, [noon + 60_000, noon + minutes(2)])
  t.same(found.identity, identity)
  t.equal(found.key.kind, 'P-256')
  t.same(Buffer.from(found.key.spki), Buffer.from(signer.certificate.spki))
  t.equal(found.path.length, 3)
  t.same(found.findings, [])
})

void t.test('each part of it that is wrong or missing', async (t) => {
  const good = material()
  const run = (given: Partial<CertificateMaterial>, change: Partial<CertificatePolicy> = {}): string | undefined =>
    codeOf(() => verifyCertificateMaterial({ ...good, ...given }, wanted(change)))
  t.equal(run({}), undefined)
  t.equal(run({ leaf: Buffer.from('x') }), 'CERT_PARSE')
  t.equal(run({ logEntries: [] }), 'TLOG_MISSING')
  t.equal(run({ logEntries: [] }, { requireTlog: 0 }), undefined, 'the timestamp alone shows when')
  t.equal(run({ timestamps: [] }), undefined, 'the log alone shows when')
  t.equal(run({ timestamps: [] }, { requireTimestamp: 1 }), 'TS_MISSING')
  t.equal(run({ timestamps: [stampOf(payload, tsa)] }, { requireTimestamp: 1 }), 'TS_IMPRINT')
  t.equal(run({ timestamps: [stampOf(payload, tsa)] }), undefined, 'one that does not hold, and is not needed')
  t.equal(run({ logEntries: [], timestamps: [] }, { requireTlog: 0 }), 'CERT_EXPIRED_AT', 'nothing shows when')
  t.equal(run({ logEntries: [], timestamps: [] }, { requireTlog: 0, now: noon + 1 }), undefined, 'it is valid now')
  t.equal(run({}, { trustedRoot: { ...trustedRoot, logs: [] } }), 'TLOG_UNKNOWN_LOG')
  t.equal(run({}, { trustedRoot: { ...trustedRoot, certificateLogs: [] } }), 'SCT_INVALID')
  t.equal(run({}, { trustedRoot: { ...trustedRoot, certificateLogs: [] }, requireSct: 0 }), undefined)
  t.equal(run({}, { requireSct: 2 }), 'SCT_MISSING')
  t.equal(run({}, { identity: { ...identity, subject: 'bob@example.com' } }), 'SAN_MISMATCH')
  t.equal(run({}, { identity: { ...identity, issuer: 'https://other.test' } }), 'ISSUER_MISMATCH')
  const other = issue({ name: 'fulcio root' })
  const stranger = { root: other.certificate, intermediates: [], validFor: {} }
  t.equal(run({}, { trustedRoot: { ...trustedRoot, certificateAuthorities: [stranger] } }), 'CERT_CHAIN')
  const [own] = trustedRoot.certificateAuthorities
  t.equal(
    run({}, { trustedRoot: { ...trustedRoot, certificateAuthorities: [stranger, own as typeof stranger] } }),
    undefined,
  )
  const windows: readonly (readonly [object, string | undefined])[] = [
    [{ start: noon, end: noon + minutes(2) }, undefined],
    [{ end: noon + minutes(2) - 1 }, 'CERT_EXPIRED_AT'],
    [{ start: noon + minutes(1) + 1 }, 'CERT_EXPIRED_AT'],
  ]
  for (const [validFor, code] of windows) {
    const authorities = [{ ...(own as typeof stranger), validFor }, stranger]
    t.equal(run({}, { trustedRoot: { ...trustedRoot, certificateAuthorities: authorities } }), code, 'a CA’s window')
  }
  t.throws(() => verifyCertificateMaterial(good, { identity, now: noon }), TypeError, 'nobody is trusted')
  t.throws(() => verifyCertificateMaterial(good, wanted({ roots: [] })), TypeError, 'nobody is trusted')
})

void t.test('every certificate of the chain is valid at every time (GHSA-wfqv-66vq-46rm)', async (t) => {
  t.equal(
    codeOf(() => verifyCertificateMaterial(material(keyless(), noon / 1000 - 1), wanted())),
    'CERT_EXPIRED_AT',
    'before the leaf',
  )
  t.equal(
    codeOf(() => verifyCertificateMaterial(material(keyless(), noon / 1000 + 601), wanted())),
    'CERT_EXPIRED_AT',
    'after the leaf',
  )
  const old = issue({
    name: 'fulcio',
    by: root,
    keys: intermediate.keys,
    extensions: caExtensions(0),
    notAfter: noon + 61_000,
  })
  const authorities = [{ root: root.certificate, intermediates: [old.certificate], validFor: {} }]
  const run = (given: CertificateMaterial): string | undefined =>
    codeOf(() =>
      verifyCertificateMaterial(
        given,
        wanted({ trustedRoot: { ...trustedRoot, certificateAuthorities: authorities } }),
      ),
    )
  t.equal(run(material()), 'CERT_EXPIRED_AT', 'at the timestamp’s time the intermediate has expired')
  t.equal(run({ ...material(), timestamps: [] }), undefined, 'at the log’s time it has not')
})

void t.test('CAs of one’s own', async (t) => {
  const signer = issue({ by: intermediate, extensions: leafExtensions() })
  const given: CertificateMaterial = { ...material(signer), logEntries: [], timestamps: [] }
  const own = { identity: { subject: 'alice@example.com', issuer: '' }, now: noon, roots: [root.certificate.der] }
  const run = (change: Partial<CertificatePolicy>, chain?: readonly Uint8Array[]): string | undefined =>
    codeOf(() => verifyCertificateMaterial({ ...given, chain }, { ...own, ...change }))
  t.equal(run({}), 'CERT_CHAIN', 'without the intermediate')
  t.equal(run({ intermediates: [intermediate.certificate.der] }), undefined)
  t.equal(run({}, [intermediate.certificate.der, root.certificate.der]), undefined, 'the signature brings it')
  const self = issue({ name: 'self', extensions: leafExtensions() })
  const forged = { ...given, leaf: self.certificate.der, chain: [self.certificate.der] }
  t.equal(
    codeOf(() => verifyCertificateMaterial(forged, own)),
    'CERT_CHAIN',
    'a root that the signature brings is none',
  )
  t.equal(run({ trustedRoot }), 'TLOG_MISSING', 'with a trusted root, its logs are wanted')
  t.equal(run({ trustedRoot, requireTlog: 0, intermediates: [intermediate.certificate.der] }), undefined)
  t.equal(run({ roots: [Buffer.from('x')] }), 'CERT_PARSE')
  const brainpool = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const strange = {
    ...given,
    leaf: issue({ by: intermediate, keys: brainpool, extensions: leafExtensions() }).certificate.der,
  }
  t.equal(
    codeOf(() => verifyCertificateMaterial(strange, own)),
    'KEY_TYPE_UNSUPPORTED',
  )
})

const scts = (signer: Issued, logs = [ctLog.log], by: Issued | null = intermediate): string | undefined =>
  codeOf(() => verifyCertificateTimestamps(signer.certificate, by?.certificate, logs))

void t.test('timestamps in certificates (RFC 6962)', async (t) => {
  t.equal(scts(keyless()), undefined)
  t.equal(scts(keyless({}, { extensions: Buffer.from('of the log') })), undefined)
  const rsa = testLog({}, generateKeyPairSync('rsa', { modulusLength: 2048 }))
  t.equal(scts(keyless({}, {}, [rsa]), [rsa.log]), undefined, 'a log with an RSA key')
  const other = testLog()
  t.equal(scts(keyless({}, {}, [other, ctLog])), undefined, 'an unknown log is passed over')
  const both = keyless({}, {}, [other, ctLog, ctLog])
  const found = verifyCertificateTimestamps(both.certificate, intermediate.certificate, [other.log, ctLog.log])
  t.equal(found.length, 2, 'each log counts once')
  t.equal(scts(issue({ by: intermediate, extensions: leafExtensions() })), 'SCT_MISSING')
  t.equal(scts(keyless(), [ctLog.log], null), 'SCT_INVALID', 'a certificate that is trusted itself')
  t.equal(scts(keyless(), [other.log]), 'SCT_INVALID', 'no known log')
  t.equal(
    scts(keyless(), [transparencyLog(other.log.spki, { keyIds: ctLog.log.keyIds })]),
    'SCT_INVALID',
    'another key',
  )
  t.equal(scts(keyless({}, { issuer: root })), 'SCT_INVALID', 'logged for another issuer')
  t.equal(scts(keyless(), [ctLog.log], root), 'SCT_INVALID', 'another issuer')
  t.equal(scts(keyless({}, { algorithm: 0x0203 })), 'SCT_INVALID', 'SHA-1')
  t.equal(scts(keyless({}, { algorithm: 0x0401 })), 'SCT_INVALID', 'RSA by an EC key')
  t.equal(scts(keyless({}, { version: 1 })), 'SCT_INVALID', 'another version')
  const windowed = (validFor: object): typeof ctLog.log => transparencyLog(ctLog.log.spki, { validFor })
  t.equal(scts(keyless(), [windowed({ start: noon, end: noon })]), undefined, 'both ends are inside')
  t.equal(scts(keyless(), [windowed({ start: noon + 1 })]), 'SCT_INVALID')
  t.equal(scts(keyless(), [windowed({ end: noon - 1 })]), 'SCT_INVALID')
  const moved = issueLogged({ by: intermediate, extensions: leafExtensions() }, () => {
    const elsewhere = issue({ by: intermediate, extensions: leafExtensions() })
    return [sctOf(elsewhere, intermediate, ctLog)]
  })
  t.equal(scts(moved), 'SCT_INVALID', 'of another certificate')
})

void t.test('lists of timestamps that are none', async (t) => {
  const sct = sctOf(issue({ by: intermediate, extensions: leafExtensions() }), intermediate, ctLog)
  const lists: Readonly<Record<string, Buffer>> = {
    empty: sctList([]),
    nothing: Buffer.alloc(0),
    'too short': sctList([sct]).subarray(0, -1),
    'too long': Buffer.concat([sctList([sct]), Buffer.of(0)]),
    'a byte after one': sctList([Buffer.concat([sct, Buffer.of(0)])]),
    'too many': sctList(Array.from({ length: 17 }, () => sct)),
    'a time beyond numbers': sctList([Buffer.concat([sct.subarray(0, 33), Buffer.alloc(8, 0xff), sct.subarray(41)])]),
  }
  for (const [what, list] of Object.entries(lists)) {
    const signer = issue({ by: intermediate, extensions: [...leafExtensions(), sctExtension(list)] })
    t.equal(scts(signer), 'SCT_INVALID', what)
  }
})

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const logJson = ({ log }: TestLog, validFor: object): object => ({
  baseUrl: 'https://rekor.test',
  hashAlgorithm: 'SHA2_256',
  publicKey: { rawBytes: base64(log.spki), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
  logId: { keyId: base64(log.keyIds[0] as Uint8Array) },
})

const authorityJson = (certificates: readonly Issued[], validFor: object): object => ({
  subject: { organization: 'start-registry', commonName: 'test' },
  uri: 'https://ca.test',
  certChain: { certificates: certificates.map(({ certificate }) => ({ rawBytes: base64(certificate.der) })) },
  validFor,
})

const file = {
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  tlogs: [logJson(rekor, { start: '2026-01-01T00:00:00Z' })],
  certificateAuthorities: [
    authorityJson([intermediate, root], { start: '2026-01-01T11:59:59.5Z', end: '2026-01-01T12:02:00Z' }),
  ],
  ctlogs: [logJson(ctLog, { start: '2026-01-01T00:00:00+01:00' })],
  timestampAuthorities: [authorityJson([tsa.signer, tsa.intermediate, tsa.root], {})],
}

void t.test('trusted_root.json', async (t) => {
  const read = readTrustedRoot(JSON.stringify(file))
  t.equal(
    codeOf(() => verifyCertificateMaterial(material(), wanted({ trustedRoot: read }))),
    undefined,
  )
  const [authority] = read.certificateAuthorities
  t.same(
    authority?.validFor,
    { start: Date.UTC(2026, 0, 1, 11, 59, 59, 500), end: noon + minutes(2) },
    'both ends are inside',
  )
  t.equal(authority?.intermediates.length, 1)
  t.same(Buffer.from(read.timestampAuthorities[0]?.signer?.der ?? []), Buffer.from(tsa.signer.certificate.der))
  t.equal(read.timestampAuthorities[0]?.intermediates.length, 1)
  t.equal(read.logs[0]?.baseUrl, 'https://rekor.test')
  t.same(read.certificateLogs[0]?.validFor.start, Date.UTC(2025, 11, 31, 23))
  const noSigner = { ...file, timestampAuthorities: [authorityJson([tsa.intermediate, tsa.root], {})] }
  t.equal(readTrustedRoot(JSON.stringify(noSigner)).timestampAuthorities[0]?.signer, undefined)
  t.same(readTrustedRoot(JSON.stringify({ mediaType: file.mediaType })).logs, [])
})

void t.test('files that are no trusted root', async (t) => {
  const key = (change: object): object => ({
    ...file,
    tlogs: [{ publicKey: { rawBytes: base64(rekor.log.spki), ...change } }],
  })
  const files: Readonly<Record<string, unknown>> = {
    'another media type': { ...file, mediaType: 'application/json' },
    'no certificates': { ...file, certificateAuthorities: [{ certChain: { certificates: [] } }] },
    'a certificate that is none': {
      ...file,
      certificateAuthorities: [{ certChain: { certificates: [{ rawBytes: 'AAAA' }] } }],
    },
    'a log without a key': { ...file, tlogs: [{}] },
    'a key that is none': { ...file, tlogs: [{ publicKey: { rawBytes: 'AAAA' } }] },
    'a day that is none': key({ validFor: { start: '2026-13-01T00:00:00Z' } }),
    'a date alone': key({ validFor: { start: '2026-01-01' } }),
    'an unknown member': { ...file, more: 1 },
    'too many': { ...file, tlogs: Array.from({ length: 65 }, () => file.tlogs[0]) },
    'an array': [],
  }
  for (const [what, value] of Object.entries(files)) {
    t.throws(() => readTrustedRoot(JSON.stringify(value)), TypeError, what)
  }
  t.throws(() => readTrustedRoot('{'), /^start-registry: the trusted root cannot be read/)
})

void t.test('parts of several signatures do not make one', async (t) => {
  // Whatever is mixed of two signers' material, only what is all of one is accepted.
  const all = [material(), material()]
  const random = new Random(11)
  const pick = (): number => random.below(2)
  for (let round = 0; round < 60; round += 1) {
    const from = { leaf: pick(), content: pick(), logEntries: pick() }
    const part = (index: number): CertificateMaterial => all[index] as CertificateMaterial
    const { leaf } = part(from.leaf)
    const { content, timestamped } = part(from.content)
    const { logEntries } = part(from.logEntries)
    const code = codeOf(() =>
      verifyCertificateMaterial({ leaf, content, timestamped, logEntries, timestamps: [] }, wanted()),
    )
    const whole = from.leaf === from.content && from.leaf === from.logEntries
    t.equal(code, whole ? undefined : 'ENTRY_MISMATCH', JSON.stringify(from))
  }
})
