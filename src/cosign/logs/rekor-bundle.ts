import { decodeBase64 } from '../../formats/base64.js'
import type { LogEntry } from '../bundle.js'
import { readJson, type Shape } from '../read-json.js'
import { reading } from '../reading.js'
import { CosignError } from '../verdict.js'
import { kindOf } from './entry-body.js'

const shape = {
  members: {
    SignedEntryTimestamp: 'bytes',
    Payload: { members: { body: 'string', integratedTime: 'integer', logIndex: 'integer', logID: 'string' } },
  },
} as const satisfies Shape

/**
 * The entry that the annotation `dev.sigstore.cosign/bundle` of a signature has, in the form that sigstore's bundles have,
 * so that it is verified by the same rules.
 * @throws CosignError TLOG_PARSE
 */
export function readRekorBundle(text: string): LogEntry {
  const read = reading('TLOG_PARSE', "the signature's Rekor bundle", () => readJson(text, shape, 'exact'))
  const { body = '', integratedTime, logIndex, logID = '' } = read?.Payload ?? {}
  const canonicalizedBody = reading('TLOG_PARSE', "a log entry's body", () => decodeBase64(body, 'strict'))
  if (!read?.SignedEntryTimestamp || !/^(?:[0-9a-f]{2})+$/.test(logID)) {
    throw new CosignError('TLOG_PARSE', "the signature's Rekor bundle is not whole")
  }
  return {
    integratedTime,
    logIndex,
    logId: { keyId: Buffer.from(logID, 'hex') },
    kindVersion: kindOf(canonicalizedBody),
    inclusionPromise: { signedEntryTimestamp: read.SignedEntryTimestamp },
    canonicalizedBody,
  }
}
