import t from 'tap'
import { verifyLogEntries, type EntryCheck } from '../../src/cosign/logs/log-entries.js'
import { readRekorBundle } from '../../src/cosign/logs/rekor-bundle.js'
import type { SignedEnvelope, SignedMessage } from '../../src/cosign/logs/signed-content.js'
import { signWithKey, spkiOf } from '../../src/formats/certificate-writer.js'
import { codeOf } from '../support/codes.js'
import { byCertificate, byKey, check, envelope, good, message, rekor, spki, text } from '../support/logged.js'
import { issue, leafExtensions, noon } from '../support/pki.js'
import { bodyOf, entryV1, pemOf, rekorBundleOf, specOf, type EntryOptions } from '../support/rekor.js'

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
