import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import type { LogEntry } from '../../src/cosign/bundle.js'
import { parsePublicKey } from '../../src/cosign/keys/public-key.js'
import { keyDetailsOf, writeEntryV2 } from '../../src/cosign/logs/entry-v2.js'
import { verifyLogEntries, type EntryCheck } from '../../src/cosign/logs/log-entries.js'
import type { SignedBy, SignedEnvelope, SignedMessage } from '../../src/cosign/logs/signed-content.js'
import { transparencyLog } from '../../src/cosign/logs/transparency-log.js'
import { spkiOf } from '../../src/formats/certificate-writer.js'
import { codeOf } from '../support/codes.js'
import { byCertificate, byKey, check, envelope, message, rekor, spki, text } from '../support/logged.js'
import { newKeys } from '../support/pki.js'
import { entryV2, testLog } from '../support/rekor.js'

void t.test('entries of Rekor v2 are written anew and compared', async (t) => {
  const details = keyDetailsOf(parsePublicKey(spki))[0] as { name: string; hash: 'sha256' }
  const v2 = (content: SignedMessage | SignedEnvelope, by: SignedBy, kind = 'hashedrekord'): LogEntry =>
    entryV2(rekor, kind, details, [content, by])
  const run = (entry: LogEntry, change: Partial<EntryCheck> = {}): string | undefined =>
    codeOf(() => verifyLogEntries([entry], check(change)))
  for (const by of [byKey, byCertificate]) {
    t.equal(run(v2(message, by), { by }), undefined)
    t.equal(run(v2(envelope, by), { by, content: envelope }), undefined)
    t.equal(run(v2(envelope, by, 'dsse'), { by, content: envelope }), undefined)
  }
  const signature = Buffer.from(message.signature).toString('base64')
  t.equal(
    Buffer.from(v2(message, byKey).canonicalizedBody ?? []).toString(),
    '{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"SHA2_256",' +
      `"digest":"OaBG8eAHiVmmsWKW6slq1toW7V55xp05i/4R2XXpr68="},"signature":{"content":"${signature}","verifier":` +
      `{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"${spki.toString('base64')}"}}}}}}`,
    'its bytes',
  )
  t.equal(run(v2(message, byCertificate)), 'ENTRY_MISMATCH', 'a certificate for a key')
  t.equal(run(v2(message, byKey), { content: { ...message, signature: envelope.signature } }), 'ENTRY_MISMATCH')
  t.equal(run(v2(message, byKey), { content: { ...message, message: Buffer.from('x') } }), 'ENTRY_MISMATCH')
  t.equal(run(v2(envelope, byKey, 'dsse')), 'ENTRY_MISMATCH', 'an envelope for a message')
  const entry = v2(message, byKey)
  const spaced = Buffer.from(
    Buffer.from(entry.canonicalizedBody ?? [])
      .toString()
      .replace('":', '": '),
  )
  t.equal(run({ ...entry, canonicalizedBody: spaced }), 'ENTRY_MISMATCH', 'another way to write it')
  t.equal(
    run({ ...entry, inclusionProof: undefined, inclusionPromise: { signedEntryTimestamp: text } }),
    'INCLUSION_PROOF',
  )
  t.equal(run({ ...entry, logIndex: 2n }), 'INCLUSION_PROOF')
})

void t.test('checkpoints of Rekor v2 are named and signed by the log’s host', async (t) => {
  const run = (log = rekor, change: Parameters<typeof entryV2>[4] = {}, trusted = log.log): string | undefined => {
    const [details] = keyDetailsOf(parsePublicKey(spki))
    const entry = entryV2(log, 'hashedrekord', details as { name: string; hash: 'sha256' }, [message, byKey], change)
    return codeOf(() => verifyLogEntries([entry], check({ logs: [trusted] })))
  }
  t.equal(run(), undefined)
  const witness = Buffer.concat([Buffer.alloc(4), message.signature]).toString('base64')
  t.equal(run(rekor, { more: `\u2014 witness.test ${witness}\n` }), undefined, 'a witness is passed over')
  t.equal(run(rekor, { origin: 'elsewhere.test' }), 'CHECKPOINT_SIG', 'another origin')
  t.equal(run(rekor, { name: 'elsewhere.test' }), 'CHECKPOINT_SIG', 'another name')
  t.equal(run(rekor, { origin: 'rekor.test - 42' }), 'CHECKPOINT_SIG', 'a checkpoint of Rekor v1')
  t.equal(run(rekor, { key: newKeys().privateKey }), 'CHECKPOINT_SIG', 'another key')
  t.equal(run(rekor, {}, transparencyLog(rekor.log.spki)), 'CHECKPOINT_SIG', 'a log without a URL')
  for (const keys of [
    generateKeyPairSync('ed25519'),
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ]) {
    t.equal(run(testLog({}, keys)), undefined, `a log with ${keys.publicKey.asymmetricKeyType}`)
  }
})

void t.test('each kind of key is named as Rekor v2 names it', async (t) => {
  const names = (keys: { publicKey: Parameters<typeof spkiOf>[0] }): string[] =>
    keyDetailsOf(parsePublicKey(spkiOf(keys.publicKey))).map(({ name }) => name)
  t.same(names(newKeys('P-384')), ['PKIX_ECDSA_P384_SHA_384'])
  t.same(names(newKeys('P-521')), ['PKIX_ECDSA_P521_SHA_512'])
  t.same(names(generateKeyPairSync('ed25519')), ['PKIX_ED25519_PH', 'PKIX_ED25519'])
  t.same(names(generateKeyPairSync('rsa', { modulusLength: 3072 })), ['PKIX_RSA_PKCS1V15_3072_SHA256'])
  t.equal(
    codeOf(() => names(generateKeyPairSync('rsa', { modulusLength: 2056 }))),
    'KEY_TYPE_UNSUPPORTED',
  )
  const p384 = { name: 'PKIX_ECDSA_P384_SHA_384', hash: 'sha384' } as const
  t.match(writeEntryV2('hashedrekord', p384, message, byKey), '"algorithm":"SHA2_384"')
})
