import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import type { LogEntry } from '../../src/cosign/bundle.js'
import { pae, writeEnvelope } from '../../src/cosign/dsse.js'
import { parsePublicKey } from '../../src/cosign/keys/public-key.js'
import { readCheckpoint } from '../../src/cosign/logs/checkpoint.js'
import { keyDetailsOf, writeEntryV2 } from '../../src/cosign/logs/entry-v2.js'
import { verifyLogEntries, type EntryCheck } from '../../src/cosign/logs/log-entries.js'
import { leafHash, rootFromPath } from '../../src/cosign/logs/merkle.js'
import { readRekorBundle } from '../../src/cosign/logs/rekor-bundle.js'
import type { SignedBy, SignedEnvelope, SignedMessage } from '../../src/cosign/logs/signed-content.js'
import { transparencyLog } from '../../src/cosign/logs/transparency-log.js'
import { verifySigningTimes, type TimeMaterial, type TimePolicy } from '../../src/cosign/signing-times.js'
import { signWithKey, spkiOf } from '../../src/formats/certificate-writer.js'
import { canonicalJson } from '../../src/formats/jcs.js'
import { codeOf } from '../support/codes.js'
import { treeOf } from '../support/merkle-tree.js'
import { mutants } from '../support/mutants.js'
import { issue, leafExtensions, minutes, newKeys, noon } from '../support/pki.js'
import { bodyOf, entryV1, entryV2, pemOf, rekorBundleOf, specOf, testLog, type EntryOptions } from '../support/rekor.js'
import { quickly } from '../support/quickly.js'

const signer = issue({ extensions: leafExtensions() })
const spki = spkiOf(signer.keys.publicKey)
const byKey: SignedBy = { spki }
const byCertificate: SignedBy = { spki, certificate: signer.certificate.der }

const text = Buffer.from('{"critical":{}}')
const message: SignedMessage = { kind: 'message', message: text, signature: signWithKey(text, signer.keys.privateKey) }
const inToto = 'application/vnd.in-toto+json'
const envelopeSignature = signWithKey(pae(inToto, text), signer.keys.privateKey)
const envelope: SignedEnvelope = {
  kind: 'envelope',
  payloadType: inToto,
  payload: text,
  signature: envelopeSignature,
  bytes: writeEnvelope(text, envelopeSignature),
}

const rekor = testLog()
const check = (change: Partial<EntryCheck> = {}): EntryCheck => ({
  logs: [rekor.log],
  content: message,
  by: byKey,
  ...change,
})

void t.test('a path leads from each leaf to the root, and from no other place', async (t) => {
  let paths = 0
  for (let size = 1; size <= 17; size += 1) {
    const leaves = Array.from({ length: size }, (_, index) => Buffer.from(`leaf ${index}`))
    const { root, pathTo } = treeOf(leaves)
    for (const [index, leaf] of leaves.entries()) {
      const [hash, hashes] = [leafHash(leaf), pathTo(index)]
      const leads = (path: Parameters<typeof rootFromPath>[1]): boolean =>
        rootFromPath(hash, path)?.equals(root) ?? false
      paths += 1
      if (!leads({ index, size, hashes })) t.fail(`${index} of ${size}`)
      const others = [
        { index: (index + 1) % size, size, hashes },
        { index, size, hashes: hashes.slice(1) },
        { index, size, hashes: [...hashes, root] },
        { index: size, size, hashes },
        { index: -1, size, hashes },
        { index, size, hashes: hashes.map((one) => one.subarray(1)) },
      ]
      const wrong = others.filter((path) => (size > 1 || path.index !== index || path.hashes.length > 0) && leads(path))
      if (wrong.length > 0) t.fail(`${index} of ${size}: ${JSON.stringify(wrong)}`)
    }
  }
  t.equal(paths, 153)
  // Indexes of Rekor's log have more bits than JavaScript shifts.
  const big = { index: 2 ** 40, size: 2 ** 40 + 1 }
  t.ok(rootFromPath(leafHash(text), { ...big, hashes: [leafHash(text)] }), 'the last leaf beside a full tree')
})

const kinds = ['hashedrekord 0.0.1', 'rekord 0.0.1', 'dsse 0.0.1', 'intoto 0.0.1', 'intoto 0.0.2']
const contentFor = (kind: string): SignedMessage | SignedEnvelope => (kind.includes('rekord') ? message : envelope)

void t.test('entries of Rekor v1 of each kind, by key and by certificate', async (t) => {
  for (const kind of kinds) {
    for (const by of [byKey, byCertificate]) {
      const content = contentFor(kind)
      const entry = entryV1(rekor, kind, bodyOf(kind, specOf(kind, content, by)))
      const found = verifyLogEntries([entry], check({ content, by }))
      t.same(found.times, [noon], kind)
      t.same(found.logs, [rekor.log])
      t.same(found.findings, [])
    }
  }
})

void t.test('an intoto 0.0.1 entry is of the envelope as cosign sent it, when only its parts are kept', async (t) => {
  const kind = 'intoto 0.0.1'
  const entry = entryV1(rekor, kind, bodyOf(kind, specOf(kind, envelope, byKey)))
  const parts = { ...envelope, bytes: undefined }
  t.equal(
    codeOf(() => verifyLogEntries([entry], check({ content: parts }))),
    undefined,
  )
  const other = { ...parts, signature: message.signature }
  t.throws(() => verifyLogEntries([entry], check({ content: other })), { code: 'ENTRY_MISMATCH', message: /hash/ })
})

void t.test(
  'an entry is of this signature, key and content, or it is refused (GHSA-ccxc-vr6p-4858, GHSA-whqx-f9j3-ch6m)',
  async (t) => {
    const stranger = issue({ extensions: leafExtensions() })
    const others: Readonly<Record<string, readonly [RegExp, Partial<EntryCheck>]>> = {
      signature: [/signature|hash/, { by: byKey }],
      key: [/publicKey/, { by: { spki: spkiOf(stranger.keys.publicKey) } }],
      certificate: [/publicKey/, { by: { spki, certificate: stranger.certificate.der } }],
      'certificate for a key': [/publicKey/, { by: byCertificate }],
    }
    for (const kind of kinds) {
      const content = contentFor(kind)
      const entry = entryV1(rekor, kind, bodyOf(kind, specOf(kind, content, byKey)))
      for (const [what, [field, change]] of Object.entries(others)) {
        const signature = what === 'signature' ? signWithKey(text, stranger.keys.privateKey) : content.signature
        const changed = {
          ...content,
          signature,
          ...(kind === 'intoto 0.0.1' && what === 'signature' ? { bytes: undefined } : {}),
        }
        t.throws(
          () => verifyLogEntries([entry], check({ content: changed, ...change })),
          { code: 'ENTRY_MISMATCH', message: field },
          `${kind}: another ${what}`,
        )
      }
      const changed =
        content.kind === 'message'
          ? { ...content, message: Buffer.from('x') }
          : { ...content, payload: Buffer.from('x') }
      t.throws(
        () => verifyLogEntries([entry], check({ content: changed })),
        { code: 'ENTRY_MISMATCH', message: /[Hh]ash/ },
        `${kind}: another content`,
      )
      const swapped = content.kind === 'message' ? envelope : message
      t.equal(
        codeOf(() => verifyLogEntries([entry], check({ content: swapped }))),
        'ENTRY_MISMATCH',
        `${kind}: another form`,
      )
    }
  },
)

void t.test('bodies that are not of their kind', async (t) => {
  const of = (kind: string, body: Buffer, options: EntryOptions = {}): (() => unknown) => {
    return () => verifyLogEntries([entryV1(rekor, kind, body, options)], check({ content: contentFor(kind) }))
  }
  const spec = specOf('hashedrekord 0.0.1', message, byKey)
  const record = (change: object): Buffer => bodyOf('hashedrekord 0.0.1', { ...spec, ...change })
  const sha1 = { hash: { algorithm: 'sha1', value: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' } }
  const two = Buffer.from(`${pemOf(byKey)}${pemOf(byKey)}`).toString('base64')
  const signature = Buffer.from(message.signature).toString('base64')
  const dsse = specOf('dsse 0.0.1', envelope, byKey)
  const signatures = dsse['signatures'] as object[]
  const cases: readonly (readonly [what: string, code: string, check: () => unknown])[] = [
    ['an unknown kind', 'TLOG_PARSE', of('helm 0.0.1', bodyOf('helm 0.0.1', {}))],
    ['an unknown version', 'TLOG_PARSE', of('hashedrekord 0.0.9', bodyOf('hashedrekord 0.0.9', spec))],
    ['another kind than said', 'ENTRY_MISMATCH', of('hashedrekord 0.0.1', bodyOf('rekord 0.0.1', spec))],
    ['no JSON', 'TLOG_PARSE', of('hashedrekord 0.0.1', Buffer.from('nothing'))],
    ['nothing in it', 'ENTRY_MISMATCH', of('hashedrekord 0.0.1', bodyOf('hashedrekord 0.0.1', {}))],
    ['SHA-1', 'ENTRY_MISMATCH', of('hashedrekord 0.0.1', record({ data: sha1 }))],
    [
      'a name twice',
      'TLOG_PARSE',
      of('rekord 0.0.1', Buffer.from('{"apiVersion":"0.0.1","kind":"rekord","kind":"rekord"}')),
    ],
    [
      'two keys',
      'ENTRY_MISMATCH',
      of('hashedrekord 0.0.1', record({ signature: { content: signature, publicKey: { content: two } } })),
    ],
    [
      'two signatures',
      'ENTRY_MISMATCH',
      of('dsse 0.0.1', bodyOf('dsse 0.0.1', { ...dsse, signatures: [...signatures, ...signatures] as never })),
    ],
    ['no signature', 'ENTRY_MISMATCH', of('dsse 0.0.1', bodyOf('dsse 0.0.1', { ...dsse, signatures: [] }))],
  ]
  for (const [what, code, run] of cases) t.equal(codeOf(run), code, what)
})

const good = (options: EntryOptions = {}): LogEntry =>
  entryV1(
    rekor,
    'hashedrekord 0.0.1',
    bodyOf('hashedrekord 0.0.1', specOf('hashedrekord 0.0.1', message, byKey)),
    options,
  )

const proofOf = (entry: LogEntry): NonNullable<LogEntry['inclusionProof']> =>
  entry.inclusionProof as NonNullable<LogEntry['inclusionProof']>

void t.test('promises', async (t) => {
  const run = (entry: LogEntry, logs = [rekor.log]): string | undefined =>
    codeOf(() => verifyLogEntries([entry], check({ logs })))
  t.equal(run(good({ proof: false })), undefined)
  t.equal(run({ ...good(), integratedTime: BigInt(noon / 1000 + 1) }), 'SET_INVALID', 'another time')
  t.equal(run({ ...good(), logIndex: 7n }), 'SET_INVALID', 'another place')
  t.equal(run({ ...good(), inclusionPromise: { signedEntryTimestamp: message.signature } }), 'SET_INVALID')
  const late = transparencyLog(rekor.log.spki, { validFor: { start: noon + 1 } })
  const early = transparencyLog(rekor.log.spki, { validFor: { end: noon - 1 } })
  const inTime = transparencyLog(rekor.log.spki, { validFor: { start: noon, end: noon } })
  t.equal(run(good({ proof: false }), [late]), 'SET_INVALID', 'before the key was used')
  t.equal(run(good({ proof: false }), [early]), 'SET_INVALID', 'after the key was used')
  t.equal(run(good({ proof: false }), [late, inTime, early]), undefined, 'both ends of a window are inside')
  const other = testLog({ keyIds: rekor.log.keyIds })
  t.equal(run(good({ proof: false }), [other.log]), 'SET_INVALID', 'another key under the same name')
})

void t.test('proofs and checkpoints of Rekor v1', async (t) => {
  const other = newKeys().privateKey
  const proofs: readonly (readonly [what: string, code: string, entry: LogEntry])[] = (() => {
    const entry = good({ promise: false })
    const proof = proofOf(entry)
    const changed = (change: object): LogEntry => ({ ...entry, inclusionProof: { ...proof, ...change } })
    const checkpoint = (change: EntryOptions['checkpoint']): LogEntry =>
      good({ promise: false, ...(change ? { checkpoint: change } : {}) })
    const hint = Buffer.concat([Buffer.alloc(4), message.signature]).toString('base64')
    return [
      ['another place', 'INCLUSION_PROOF', changed({ logIndex: 2n })],
      ['beyond the tree', 'INCLUSION_PROOF', changed({ logIndex: 6n })],
      ['a hash missing', 'INCLUSION_PROOF', changed({ hashes: proof.hashes?.slice(1) })],
      ['no hashes', 'INCLUSION_PROOF', changed({ hashes: [] })],
      ['another root', 'CHECKPOINT_ROOT', changed({ rootHash: Buffer.alloc(32) })],
      ['another size', 'CHECKPOINT_ROOT', changed({ treeSize: 7n })],
      ['no checkpoint', 'TLOG_PARSE', changed({ checkpoint: undefined })],
      ['text for a checkpoint', 'TLOG_PARSE', changed({ checkpoint: { envelope: 'rekor.test - 42' } })],
      ['a negative place', 'TLOG_PARSE', changed({ logIndex: -1n })],
      ['a size beyond numbers', 'TLOG_PARSE', changed({ logIndex: 2n ** 60n })],
      ['another key', 'CHECKPOINT_SIG', checkpoint({ key: other })],
      ['a checkpoint of Rekor v2', 'CHECKPOINT_SIG', checkpoint({ origin: 'rekor.test' })],
      ['a signature of somebody else beside', 'CHECKPOINT_SIG', checkpoint({ more: `\u2014 witness ${hint}\n` })],
      ['neither promise nor proof', 'TLOG_PARSE', good({ promise: false, proof: false })],
      [
        'an empty promise',
        'TLOG_PARSE',
        { ...good({ proof: false }), inclusionPromise: { signedEntryTimestamp: new Uint8Array() } },
      ],
      ['no body', 'TLOG_PARSE', { ...good(), canonicalizedBody: undefined }],
    ]
  })()
  for (const [what, code, entry] of proofs)
    t.equal(
      codeOf(() => verifyLogEntries([entry], check())),
      code,
      what,
    )
  const untimed = verifyLogEntries([good({ promise: false })], check())
  t.same([untimed.times, untimed.untimed], [[], [rekor.log]], 'a time that nobody signed is none')
})

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

void t.test('limits, and entries that are not counted (GHSA-cq38-jh5f-37mq, GHSA-9vcr-p3rj-q5q6)', async (t) => {
  const many = Array.from({ length: 33 }, (_, index) => good({ logIndex: index }))
  t.equal(
    codeOf(() => verifyLogEntries(many, check())),
    'TLOG_PARSE',
    '33 entries',
  )
  t.same(verifyLogEntries(many.slice(1), check()).logs, [rekor.log], '32 entries of one log are one log')
  t.equal(
    codeOf(() => verifyLogEntries([good(), good()], check())),
    'TLOG_PARSE',
    'the same entry twice',
  )
  const unknown = verifyLogEntries([good()], check({ logs: [testLog().log] }))
  t.same(unknown.logs, [])
  t.same(
    unknown.findings.map(({ code }) => code),
    ['TLOG_UNKNOWN_LOG'],
  )
  t.equal(
    codeOf(() => verifyLogEntries([good({ logIndex: 1 }), { ...good(), logIndex: 2n }], check())),
    'SET_INVALID',
  )
})

const material = (change: Partial<TimeMaterial> = {}): TimeMaterial => ({
  content: message,
  by: byKey,
  logEntries: [good()],
  timestamps: [],
  timestamped: message.signature,
  ...change,
})

const policy = (change: Partial<TimePolicy> = {}): TimePolicy => ({
  logs: [rekor.log],
  timestampAuthorities: [],
  requireTlog: 1,
  requireTimestamp: 0,
  now: noon,
  ...change,
})

void t.test('what a policy wants of logs', async (t) => {
  const run = (given: Partial<TimeMaterial>, wanted: Partial<TimePolicy> = {}): string | undefined =>
    codeOf(() => verifySigningTimes(material(given), policy(wanted)))
  t.equal(run({}), undefined)
  t.equal(run({ logEntries: [] }), 'TLOG_MISSING')
  t.equal(run({}, { requireTlog: 2 }), 'TLOG_MISSING')
  t.equal(run({ logEntries: [good({ logIndex: 1 }), good({ logIndex: 2 })] }, { requireTlog: 2 }), 'TLOG_MISSING')
  t.equal(run({}, { logs: [] }), 'TLOG_UNKNOWN_LOG')
  t.equal(run({ logEntries: [] }, { requireTlog: 0 }), undefined)
  t.same(verifySigningTimes(material({ logEntries: [{}] }), policy({ requireTlog: 0 })).times, [], 'not looked at')
  t.equal(run({}, { requireTimestamp: 1 }), 'TS_MISSING')
  const old = transparencyLog(rekor.log.spki, { validFor: { end: noon - 1 } })
  const untimed = { logEntries: [good({ promise: false })] }
  t.equal(run(untimed, { logs: [old] }), 'TLOG_UNKNOWN_LOG', 'a key that was not to be used (GHSA-wqqc-jjcq-vfxm)')
  t.equal(run(untimed, { logs: [old], now: noon - minutes(1) }), undefined)
})

void t.test('a Rekor bundle of an annotation goes the same way', async (t) => {
  const read = readRekorBundle(rekorBundleOf(good()))
  t.same(verifyLogEntries([read], check()).times, [noon])
  t.equal(
    codeOf(() => verifyLogEntries([read], check({ content: { ...message, signature: text } }))),
    'ENTRY_MISMATCH',
  )
  const whole = rekorBundleOf(good())
  const broken: readonly (readonly [what: string, text: string])[] = [
    ['nothing', ''],
    ['no JSON', 'x'],
    ['an empty object', '{}'],
    ['a name twice', whole.replace('{', '{"Payload":{},')],
    ['an upper-case log', whole.replace(/"logID":"\w+"/, (id) => id.toUpperCase().replace('LOGID', 'logID'))],
    ['no promise', whole.replace('SignedEntryTimestamp', 'Other')],
    ['base64 with a line end', whole.replace(/"body":"/, '"body":"\\n')],
    ['a body that is no JSON', whole.replace(/"body":"[^"]+"/, '"body":"AAAA"')],
    ['a fraction for a time', whole.replace(/"integratedTime":\d+/, '"integratedTime":1.5')],
  ]
  for (const [what, text] of broken)
    t.equal(
      codeOf(() => readRekorBundle(text)),
      'TLOG_PARSE',
      what,
    )
})

void t.test('checkpoints that are none', async (t) => {
  const note = proofOf(good()).checkpoint?.envelope ?? ''
  t.equal(readCheckpoint(note).size, 6n)
  const broken = [
    '',
    '\n\n',
    note.trimEnd(),
    note.replace('\n6\n', '\n06\n'),
    note.replace('\n6\n', '\n-6\n'),
    note.replace('\u2014', '-'),
  ]
  broken.push(`${note}\u2014 x AAAA\n`, `x`.repeat(70_000), `${note}${'\u2014 x AAAAAAA=\n'.repeat(64)}`)
  for (const text of broken)
    t.equal(
      codeOf(() => readCheckpoint(text)),
      'TLOG_PARSE',
      JSON.stringify(text.slice(0, 30)),
    )
})

void t.test('no mutated entry is accepted for another than it was', async (t) => {
  const entry = good()
  const note = proofOf(entry).checkpoint?.envelope ?? ''
  const whole = rekorBundleOf(entry)
  let accepted = 0
  for (const mutant of mutants(Buffer.from(whole), { seed: 5, count: 2000 })) {
    const code = await quickly(() =>
      codeOf(() => {
        const read = readRekorBundle(mutant.toString('utf8'))
        // An entry of an unknown log shows nothing.
        if (verifyLogEntries([read], check()).logs.length === 0) return
        // What is written otherwise but says the same is the same entry.
        if (rekorBundleOf(read) === whole) accepted += 1
        else t.fail(`accepted: ${mutant.toString()}`)
      }),
    )
    if (code !== undefined && !/^(?:TLOG_PARSE|SET_INVALID|ENTRY_MISMATCH)$/.test(code)) t.fail(code)
  }
  for (const mutant of mutants(Buffer.from(note), { seed: 6, count: 2000 })) {
    const inclusionProof = { ...proofOf(entry), checkpoint: { envelope: mutant.toString('utf8') } }
    const code = codeOf(() => verifyLogEntries([{ ...entry, inclusionProof }], check()))
    // The name of a signature is not signed.
    if (code === undefined && !sameButName(mutant.toString('utf8'), note)) t.fail(`accepted: ${mutant.toString()}`)
  }
  t.ok(accepted < 100, `${accepted} said the same`)
})

const sameButName = (mutant: string, note: string): boolean =>
  mutant.replace(/\u2014 \S+ /u, '') === note.replace(/\u2014 \S+ /u, '')

void t.test('canonical JSON (RFC 8785)', async (t) => {
  const value = { b: 1, a: ['\u20ac"\\\n', null, true], '\u{1f600}': {}, '\ufb33': '' }
  t.equal(canonicalJson(value), '{"a":["\u20ac\\"\\\\\\n",null,true],"b":1,"\u{1f600}":{},"\ufb33":""}')
  t.throws(() => canonicalJson({ a: 0.5 }), RangeError)
})
