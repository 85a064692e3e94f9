import { canonicalJson } from '../../formats/jcs.js'

/** What an entry of Rekor v1 says beside its body. */
export interface EntryPlace {
  /** Seconds since 1970. */
  readonly integratedTime: number
  readonly logIndex: number
  readonly logId: Uint8Array
}

/** What Rekor v1 signs to promise that an entry will be in its log: the SignedEntryTimestamp's bytes. */
export const entryTimestampBytes = (body: Uint8Array, { integratedTime, logIndex, logId }: EntryPlace): Buffer =>
  Buffer.from(
    canonicalJson({
      body: Buffer.from(body).toString('base64'),
      integratedTime,
      logID: Buffer.from(logId).toString('hex'),
      logIndex,
    }),
  )
