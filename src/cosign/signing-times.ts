import type { LogEntry } from './bundle.js'
import { verifyLogEntries } from './logs/log-entries.js'
import type { SignedBy, SignedContent } from './logs/signed-content.js'
import { isWithin, type TransparencyLog } from './logs/transparency-log.js'
import { verifyTimestamps, type TimestampAuthority } from './timestamps/timestamps.js'
import { CosignError, type Finding } from './verdict.js'

/** What stands beside a signature to show when it was made. */
export interface TimeMaterial {
  readonly content: SignedContent
  readonly by: SignedBy
  readonly logEntries: readonly LogEntry[]
  /** DER of TimeStampResp. */
  readonly timestamps: readonly Uint8Array[]
  /** What timestamps are of: the signature, or for an attestation behind a tag the whole envelope. */
  readonly timestamped: Uint8Array
}

/** What has to be shown, and by whom. */
export interface TimePolicy {
  readonly logs: readonly TransparencyLog[]
  readonly timestampAuthorities: readonly TimestampAuthority[]
  /** Logs that have the signature; with 0 entries are not looked at. */
  readonly requireTlog: number
  /** Authorities that timed it; with 0 their timestamps count all the same when they hold. */
  readonly requireTimestamp: number
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface SigningTimes {
  /** Milliseconds since 1970: each is one at which the signature was there. */
  readonly times: readonly number[]
  readonly findings: readonly Finding[]
}

/**
 * Verifies that a signature is in logs and has timestamps, as far as a policy asks for it.
 * @throws CosignError TLOG_MISSING, TLOG_UNKNOWN_LOG and those of `verifyLogEntries`; TS_MISSING and, when timestamps are
 *   required, those of `verifyTimestamp`.
 */
export function verifySigningTimes(material: TimeMaterial, policy: TimePolicy): SigningTimes {
  const logged = policy.requireTlog > 0 ? verifyLogs(material, policy) : { times: [], untimed: [], findings: [] }
  const stamped = verifyStamps(material, policy)
  const times = [...logged.times, ...stamped.times]
  const at = times.length > 0 ? times : [policy.now]
  // Nothing but the time tells whether the key was still the log's (GHSA-wqqc-jjcq-vfxm).
  if (logged.untimed.some(({ validFor }) => !at.every((time) => isWithin(time, validFor)))) {
    throw new CosignError('TLOG_UNKNOWN_LOG', "the log's key was not to be used when the signature was made")
  }
  return { times, findings: [...logged.findings, ...stamped.findings] }
}

function verifyLogs({ logEntries, content, by }: TimeMaterial, { logs, requireTlog }: TimePolicy) {
  const logged = verifyLogEntries(logEntries, { logs, content, by })
  if (logged.logs.length >= requireTlog) return logged
  const [unknown] = logged.findings
  if (unknown && logged.logs.length === 0) throw new CosignError(unknown.code, unknown.message)
  const found = logged.logs.length
  throw new CosignError(
    'TLOG_MISSING',
    `the signature is in ${found} transparency logs, and ${requireTlog} are required`,
  )
}

function verifyStamps({ timestamps, timestamped }: TimeMaterial, policy: TimePolicy) {
  const { timestampAuthorities, requireTimestamp } = policy
  if (timestampAuthorities.length === 0 && requireTimestamp === 0) return { times: [], findings: [] }
  const stamped = verifyTimestamps(timestamps, timestamped, timestampAuthorities)
  if (stamped.times.length >= requireTimestamp) return stamped
  const [failed] = stamped.findings
  if (failed) throw new CosignError(failed.code, failed.message)
  const found = stamped.times.length
  throw new CosignError('TS_MISSING', `the signature has ${found} timestamps, and ${requireTimestamp} are required`)
}
