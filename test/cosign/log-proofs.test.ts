import t from 'tap'
import type { LogEntry } from '../../src/cosign/bundle.js'
import { readCheckpoint } from '../../src/cosign/logs/checkpoint.js'
import { verifyLogEntries } from '../../src/cosign/logs/log-entries.js'
import { leafHash, rootFromPath } from '../../src/cosign/logs/merkle.js'
import { transparencyLog } from '../../src/cosign/logs/transparency-log.js'
import { codeOf } from '../support/codes.js'
import { check, good, message, proofOf, rekor, text } from '../support/logged.js'
import { treeOf } from '../support/merkle-tree.js'
import { newKeys, noon } from '../support/pki.js'
import { testLog, type EntryOptions } from '../support/rekor.js'

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
