import assert from 'node:assert/strict'
import { pae, writeEnvelope } from '../../../src/cosign/dsse.js'
import type { InclusionProof, LogEntry } from '../../../src/cosign/bundle.js'
import { parsePublicKey } from '../../../src/cosign/keys/public-key.js'
import { readCheckpoint } from '../../../src/cosign/logs/checkpoint.js'
import { keyDetailsOf, type KeyDetails } from '../../../src/cosign/logs/entry-v2.js'
import { verifyLogEntries, type LoggedIn } from '../../../src/cosign/logs/log-entries.js'
import { readRekorBundle } from '../../../src/cosign/logs/rekor-bundle.js'
import type { SignedBy, SignedContent } from '../../../src/cosign/logs/signed-content.js'
import { signWithKey } from '../../../src/formats/certificate-writer.js'
import { leafExtensions, noon } from '../../support/pki.js'
import { bodyOf, entryV1, entryV2, rekorBundleOf, specOf } from '../../support/rekor.js'
import { mutate } from './mutate.js'
import { mutateDeep } from './mutate-deep.js'
import type { FuzzTarget } from './play.js'
import type { Random } from './random.js'
import { orRefused } from './refused.js'
import { seededBox, seededIssue } from './seeded-box.js'

const { rekor, tiles } = seededBox()
const signer = seededIssue(40, { extensions: leafExtensions() })
const { spki, der } = signer.certificate
const signers: readonly SignedBy[] = [{ spki }, { spki, certificate: der }]
// The same key in another certificate, and another key.
const renewed = seededIssue(40, { extensions: leafExtensions(), notAfter: noon + 1000 }).certificate
const stranger = seededIssue(41, { extensions: leafExtensions() }).certificate
const inToto = 'application/vnd.in-toto+json'

function contentsOf(text: string): readonly [message: SignedContent, envelope: SignedContent] {
  const bytes = Buffer.from(text)
  const signature = signWithKey(pae(inToto, bytes), signer.keys.privateKey)
  return [
    { kind: 'message', message: bytes, signature: signWithKey(bytes, signer.keys.privateKey) },
    { kind: 'envelope', payloadType: inToto, payload: bytes, signature, bytes: writeEnvelope(bytes, signature) },
  ]
}

/** An entry, and what it is of. */
interface Logged {
  readonly entry: LogEntry
  readonly content: SignedContent
  readonly by: SignedBy
}

const kinds = ['hashedrekord 0.0.1', 'rekord 0.0.1', 'dsse 0.0.1', 'intoto 0.0.1', 'intoto 0.0.2']
const [details] = keyDetailsOf(parsePublicKey(spki))

function loggedOf(text: string): readonly Logged[] {
  const [message, envelope] = contentsOf(text)
  const v1 = (kind: string, by: SignedBy): readonly Logged[] => {
    const content = kind.includes('rekord') ? message : envelope
    const body = bodyOf(kind, specOf(kind, content, by))
    return [{}, { proof: false }, { promise: false }].map((options) => {
      return { entry: entryV1(rekor, kind, body, options), content, by }
    })
  }
  const v2 = (kind: string, content: SignedContent, by: SignedBy): Logged => {
    return { entry: entryV2(tiles, kind, details as KeyDetails, [content, by]), content, by }
  }
  return signers.flatMap((by) => [
    ...kinds.flatMap((kind) => v1(kind, by)),
    v2('hashedrekord', message, by),
    v2('hashedrekord', envelope, by),
    v2('dsse', envelope, by),
  ])
}

const own = loggedOf('{"critical":{}}')
const others = loggedOf('{"critical":{"other":true}}')
const logs = [rekor.log, tiles.log]

const check = (entry: LogEntry, { content, by }: Pick<Logged, 'content' | 'by'>): LoggedIn | undefined =>
  orRefused(() => verifyLogEntries([entry], { logs, content, by }))?.value

// Or nothing that is made of them would show anything.
for (const one of own) assert.equal(check(one.entry, one)?.logs.length, 1)

/**
 * Entries of Rekor v1 and v2 with their promises, proofs and checkpoints: what is accepted is the entry that the log has
 * signed, at the time that it has signed.
 */
export const logEntry: FuzzTarget = {
  name: 'log-entry',
  run(random) {
    const at = random.below(own.length)
    const logged = own[at] as Logged
    if (random.below(4) === 0) {
      const changed = random.below(3)
        ? { ...logged, content: changedContent(random, logged.content) }
        : otherSigner(random, logged)
      assert.equal(check(logged.entry, changed)?.logs.length ?? 0, 0, 'an entry counts for what it is not of')
      return
    }
    let entry = logged.entry
    for (let left = 1 + random.below(3); left > 0; left -= 1)
      entry = changedEntry(random, entry, (others[at] as Logged).entry)
    assertSigned(entry, logged.entry, check(entry, logged))
  },
}

function otherSigner(random: Random, { by, ...logged }: Logged): Logged {
  const other = random.pick([renewed, stranger])
  if (by.certificate) return { ...logged, by: random.pick([{ spki: other.spki, certificate: other.der }, { spki }]) }
  return { ...logged, by: random.pick([{ spki: stranger.spki }, { spki, certificate: der }]) }
}

// Of the parts alone, as a bundle has them: the first kind of intoto entries is of an envelope's bytes where it has them.
function changedContent(random: Random, content: SignedContent): SignedContent {
  const other = (bytes: Uint8Array): Uint8Array => {
    const changed = mutate(random, bytes)
    return changed.equals(bytes) ? Buffer.concat([changed, Buffer.of(0)]) : changed
  }
  if (random.below(2))
    return { ...content, signature: other(content.signature), ...(content.kind === 'envelope' && { bytes: undefined }) }
  return content.kind === 'message'
    ? { ...content, message: other(content.message) }
    : { ...content, payload: other(content.payload), bytes: undefined }
}

type Change = (random: Random, entry: LogEntry, other: LogEntry) => LogEntry

const anyNumber = (random: Random, old = 0n): bigint =>
  random.pick([old + 1n, old - 1n, 0n, -1n, 2n ** 53n, 2n ** 63n - 1n])

const inProof =
  (change: (random: Random, proof: InclusionProof, other: InclusionProof) => InclusionProof): Change =>
  (random, entry, other) => {
    const { inclusionProof: proof } = entry
    return proof ? { ...entry, inclusionProof: change(random, proof, other.inclusionProof ?? proof) } : entry
  }

const changes: readonly Change[] = [
  (random, entry, other) => {
    const name = random.pick(Object.keys(entry)) as keyof LogEntry
    return { ...entry, [name]: random.pick([other[name], undefined]) }
  },
  (random, entry, other) => ({
    ...entry,
    canonicalizedBody: mutateDeep(random, entry.canonicalizedBody ?? Buffer.of(), [
      other.canonicalizedBody ?? Buffer.of(),
    ]),
  }),
  (random, entry) => ({
    ...entry,
    logId: random.pick([
      { keyId: mutate(random, entry.logId?.keyId ?? Buffer.of()) },
      { keyId: rekor.log.keyIds[0] },
      { keyId: tiles.log.keyIds[0] },
    ]),
  }),
  (random, entry) => ({ ...entry, integratedTime: anyNumber(random, entry.integratedTime) }),
  (random, entry) => ({ ...entry, logIndex: anyNumber(random, entry.logIndex) }),
  (random, entry, other) => ({
    ...entry,
    kindVersion: random.pick([other.kindVersion, ...own.map((one) => one.entry.kindVersion)]),
  }),
  (random, entry) => ({
    ...entry,
    inclusionPromise: {
      signedEntryTimestamp: mutate(random, entry.inclusionPromise?.signedEntryTimestamp ?? Buffer.of(0)),
    },
  }),
  inProof((random, proof) => ({ ...proof, logIndex: anyNumber(random, proof.logIndex) })),
  inProof((random, proof) => ({ ...proof, treeSize: random.pick([anyNumber(random, proof.treeSize), undefined]) })),
  inProof((random, proof, other) => ({
    ...proof,
    rootHash: random.pick([mutate(random, proof.rootHash ?? Buffer.of()), other.rootHash, undefined]),
  })),
  inProof((random, proof, other) => ({
    ...proof,
    hashes: changedHashes(random, [...(proof.hashes ?? [])], other.hashes ?? []),
  })),
  inProof((random, proof, other) => ({
    ...proof,
    checkpoint: { envelope: changedNote(random, noteOf(proof), noteOf(other)) },
  })),
]

const changedEntry: Change = (random, entry, other) => random.pick(changes)(random, entry, other)

const noteOf = ({ checkpoint }: InclusionProof): string => checkpoint?.envelope ?? ''

function changedNote(random: Random, note: string, other: string): string {
  const [text, signatures] = [note.slice(0, note.indexOf('\n\n')), note.slice(note.indexOf('\n\n'))]
  return random.pick([
    () => mutate(random, Buffer.from(note)).toString(),
    () => `${mutate(random, Buffer.from(text)).toString()}${signatures}`,
    () => `${text}${other.slice(other.indexOf('\n\n'))}`,
    () => `${other.slice(0, other.indexOf('\n\n'))}${signatures}`,
    () => `${note}${signatures.slice(2)}`,
    () => `${text}\n${note}`,
    () => `${note.slice(0, note.lastIndexOf(' '))} ${otherSignature(random, note)}\n`,
    () => mutate(random, Buffer.from(note.slice(0, note.indexOf('\n')))).toString() + note.slice(note.indexOf('\n')),
  ])()
}

// Under the same hint of a key, its first four bytes.
function otherSignature(random: Random, note: string): string {
  const bytes = Buffer.from(note.slice(note.lastIndexOf(' ') + 1), 'base64')
  return Buffer.concat([bytes.subarray(0, 4), mutate(random, bytes.subarray(4))]).toString('base64')
}

function changedHashes(random: Random, hashes: Uint8Array[], others: readonly Uint8Array[]): Uint8Array[] {
  const at = random.below(hashes.length + 1)
  const [one = Buffer.alloc(32)] = hashes.splice(at, random.below(2))
  return [...hashes.slice(0, at), ...random.pick([[], [mutate(random, one)], [one, one], others]), ...hashes.slice(at)]
}

/**
 * What an accepted entry may have otherwise than the one that the log has signed: what nobody signs and nothing rests on.
 * With a promise that is all but the proof; with a proof alone all but the body, the tree and the place in it.
 */
function assertSigned(entry: LogEntry, original: LogEntry, found: LoggedIn | undefined): void {
  // An entry of a log that is not known shows nothing.
  if (!found || found.logs.length === 0) return
  assert.deepEqual(Buffer.from(entry.canonicalizedBody ?? []), Buffer.from(original.canonicalizedBody ?? []))
  assert.deepEqual(entry.logId, original.logId)
  const { inclusionProof: proof, inclusionPromise: promise } = entry
  const isTimed = (promise?.signedEntryTimestamp ?? []).length > 0 && found.times.length > 0
  assert.deepEqual(found.times, isTimed ? [noon] : [])
  if (isTimed) {
    const said = [entry.integratedTime, entry.logIndex, promise]
    assert.deepEqual(said, [original.integratedTime, original.logIndex, original.inclusionPromise])
  } else assert.ok(proof, 'an entry counts without promise and proof')
  if (!proof) return
  assert.ok(original.inclusionProof)
  const [tree, signed] = [readCheckpoint(noteOf(proof)), readCheckpoint(noteOf(original.inclusionProof))]
  assert.equal(tree.text, signed.text)
  // Who does not know the key finds no second signature of a text; witnesses may have signed it too, and the name beside
  // it is not signed.
  const isSigned = tree.signatures.some((one) =>
    Buffer.from(one.signature).equals(signed.signatures[0]?.signature ?? Buffer.of()),
  )
  assert.ok(isSigned, 'a checkpoint counts that the log has not signed')
  assert.deepEqual(proof.hashes, original.inclusionProof.hashes)
}

const annotated = own.filter(({ entry }) => entry.inclusionPromise)

/** Rekor v1 entries in annotations of a layer. */
export const rekorBundle: FuzzTarget = {
  name: 'rekor-bundle',
  run(random) {
    const logged = random.pick(annotated)
    const theirs = others
      .filter(({ entry }) => entry.inclusionPromise)
      .map(({ entry }) => Buffer.from(rekorBundleOf(entry)))
    const text = mutateDeep(random, Buffer.from(rekorBundleOf(logged.entry)), [random.pick(theirs)]).toString()
    const entry = orRefused(() => readRekorBundle(text))?.value
    if (entry) assertSigned(entry, { ...logged.entry, inclusionProof: undefined }, check(entry, logged))
  },
}
