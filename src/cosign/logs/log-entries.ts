import type { InclusionProof, LogEntry } from '../bundle.js'
import { CosignError, type Finding } from '../verdict.js'
import { equal } from '../x509/certificate.js'
import { isOfRekorV1, readCheckpoint, verifyCheckpointV1, verifyCheckpointV2 } from './checkpoint.js'
import { bindEntry, kindOf, type EntryKind } from './entry-body.js'
import { entryV2, isRekorV2 } from './entry-v2.js'
import { leafHash, rootFromPath } from './merkle.js'
import { entryTimestampBytes } from './signed-entry-timestamp.js'
import type { SignedBy, SignedContent } from './signed-content.js'
import { isLogSignature, isNamed, isWithin, type TransparencyLog } from './transparency-log.js'

/** What entries are held against. */
export interface EntryCheck {
  readonly logs: readonly TransparencyLog[]
  readonly content: SignedContent
  readonly by: SignedBy
}

/** What was found in logs. */
export interface LoggedIn {
  /** The logs that have the signature, each once (GHSA-9vcr-p3rj-q5q6: entries are not counted). */
  readonly logs: readonly TransparencyLog[]
  /** When logs took it up, as they signed it; milliseconds since 1970, one of each log. */
  readonly times: readonly number[]
  /** The logs that did not sign a time: their keys are to be valid at the times that come from elsewhere. */
  readonly untimed: readonly TransparencyLog[]
  readonly findings: readonly Finding[]
}

/** Entries of one signature that are looked at, at most (GHSA-cq38-jh5f-37mq). */
export const mostEntries = 32

/**
 * Verifies entries of transparency logs, Rekor v1's and v2's, from a bundle or an annotation, by the same rules: the entry
 * is of this content, signature and key; its promise (SET) and its proof of inclusion hold, as far as it has them, and it
 * has at least one. Entries of logs that are not known are passed over, and told of.
 * @throws CosignError for the first rule that an entry of a known log breaks: ENTRY_MISMATCH, SET_INVALID,
 *   INCLUSION_PROOF, CHECKPOINT_SIG, CHECKPOINT_ROOT; TLOG_PARSE for too many, twice the same one, and what cannot be read.
 */
export function verifyLogEntries(entries: readonly LogEntry[], check: EntryCheck): LoggedIn {
  if (entries.length > mostEntries) throw new CosignError('TLOG_PARSE', `more than ${mostEntries} log entries`)
  const whole = entries.map(wholeEntry)
  const places = new Set(whole.map(({ keyId, logIndex }) => `${Buffer.from(keyId).toString('hex')} ${logIndex}`))
  if (places.size < whole.length) throw new CosignError('TLOG_PARSE', 'a log entry is there twice')
  const times = new Map<TransparencyLog, number | undefined>()
  const findings: Finding[] = []
  for (const entry of whole) {
    const log = logOf(entry, check.logs)
    if (log) {
      const time = verifyEntry(entry, log, check)
      times.set(log, times.get(log) ?? time)
    } else findings.push(unknownLog(entry.keyId))
  }
  return {
    logs: [...times.keys()],
    times: [...times.values()].filter((time) => time !== undefined),
    untimed: [...times].filter(([, time]) => time === undefined).map(([log]) => log),
    findings,
  }
}

const unknownLog = (keyId: Uint8Array): Finding => ({
  code: 'TLOG_UNKNOWN_LOG',
  message: `no log that is trusted is called ${Buffer.from(keyId).toString('hex')}`,
})

/** An entry with the parts that each has. */
interface WholeEntry {
  readonly body: Uint8Array
  readonly kind: EntryKind
  readonly keyId: Uint8Array
  readonly logIndex: number
  /** Seconds since 1970; 0 when there is none. */
  readonly integratedTime: number
  readonly promise: Uint8Array | undefined
  readonly proof: InclusionProof | undefined
}

function wholeEntry(entry: LogEntry): WholeEntry {
  const { canonicalizedBody: body, logId, kindVersion, inclusionPromise, inclusionProof: proof } = entry
  const [kind, version] = [kindVersion?.kind, kindVersion?.version]
  const logIndex = indexOf(entry.logIndex)
  const integratedTime = indexOf(entry.integratedTime)
  // Empty bytes are how protocol buffers write that there are none.
  const promise = inclusionPromise?.signedEntryTimestamp
  const kept = promise && promise.length > 0 ? promise : undefined
  if (!body || !logId?.keyId || kind === undefined || version === undefined || (!kept && !proof)) {
    throw new CosignError(
      'TLOG_PARSE',
      'a log entry is not whole: it has a body, a log, a kind, and a promise or a proof',
    )
  }
  return { body, kind: { kind, version }, keyId: logId.keyId, logIndex, integratedTime, promise: kept, proof }
}

// Protocol buffers leave out what is 0.
function indexOf(value = 0n): number {
  const number = Number(value)
  if (number >= 0 && Number.isSafeInteger(number)) return number
  throw new CosignError('TLOG_PARSE', `a log entry has a number that cannot be: ${value}`)
}

// A key may be there for several windows, so the one that has the entry's time goes before another.
function logOf(
  { keyId, promise, integratedTime }: WholeEntry,
  logs: readonly TransparencyLog[],
): TransparencyLog | undefined {
  const named = logs.filter((log) => isNamed(log, keyId))
  const inTime = named.find((log) => promise && isWithin(integratedTime * 1000, log.validFor))
  return inTime ?? named[0]
}

// The time that the log signed, in milliseconds; undefined when it signed none.
function verifyEntry(entry: WholeEntry, log: TransparencyLog, check: EntryCheck): number | undefined {
  const { kind, version } = kindOf(entry.body)
  if (kind !== entry.kind.kind || version !== entry.kind.version) {
    throw new CosignError('ENTRY_MISMATCH', `a log entry is of the kind ${kind} ${version}, not as it is said to be`)
  }
  return isRekorV2(entry.kind) ? verifyV2(entry, log, check) : verifyV1(entry, log, check)
}

function verifyV1(entry: WholeEntry, log: TransparencyLog, { content, by }: EntryCheck): number | undefined {
  bindEntry(entry.body, entry.kind, content, by)
  if (entry.proof) {
    const checkpoint = checkpointOf(entry.proof)
    if (!isOfRekorV1(checkpoint)) throw new CosignError('CHECKPOINT_SIG', 'the checkpoint is not one of Rekor v1')
    verifyInclusion(entry.body, indexOf(entry.proof.logIndex), entry.proof, checkpoint)
    verifyCheckpointV1(checkpoint, log)
  }
  return entry.promise ? verifyPromise(entry, entry.promise, log) : undefined
}

function verifyV2(entry: WholeEntry, log: TransparencyLog, { content, by }: EntryCheck): undefined {
  if (!entry.proof) throw new CosignError('INCLUSION_PROOF', 'an entry of Rekor v2 has no proof of inclusion')
  const body = entryV2(entry.body, entry.kind, content, by)
  const checkpoint = checkpointOf(entry.proof)
  verifyInclusion(body, entry.logIndex, entry.proof, checkpoint)
  verifyCheckpointV2(checkpoint, log)
}

function verifyPromise(entry: WholeEntry, promise: Uint8Array, log: TransparencyLog): number {
  const { integratedTime, logIndex, keyId } = entry
  const signed = entryTimestampBytes(entry.body, { integratedTime, logIndex, logId: keyId })
  if (!isLogSignature(log, signed, promise)) {
    throw new CosignError('SET_INVALID', "the log's promise is not signed by it for this entry")
  }
  const time = integratedTime * 1000
  if (!isWithin(time, log.validFor)) {
    throw new CosignError('SET_INVALID', `the log's key was not to be used at ${new Date(time).toISOString()}`)
  }
  return time
}

type Checkpoint = ReturnType<typeof readCheckpoint>

const checkpointOf = ({ checkpoint }: InclusionProof): Checkpoint => readCheckpoint(checkpoint?.envelope ?? '')

// The proof's own root and size are compared too: nothing may say two things (rekor #1092).
function verifyInclusion(body: Uint8Array, index: number, proof: InclusionProof, checkpoint: Checkpoint): void {
  const { rootHash, treeSize, hashes = [] } = proof
  const size = indexOf(checkpoint.size)
  const told = rootHash !== undefined && rootHash.length > 0
  if ((told && !equal(rootHash, checkpoint.rootHash)) || (treeSize !== undefined && treeSize !== checkpoint.size)) {
    throw new CosignError('CHECKPOINT_ROOT', 'the proof of inclusion is of another tree than the checkpoint')
  }
  const root = rootFromPath(leafHash(body), { index, size, hashes })
  if (!root || !equal(root, checkpoint.rootHash)) {
    throw new CosignError('INCLUSION_PROOF', "the proof of inclusion does not lead from the entry to the log's root")
  }
}
