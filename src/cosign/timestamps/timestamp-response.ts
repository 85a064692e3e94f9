import { readDer, type DerNode } from '../../formats/der-reader.js'
import { booleanOf, childrenOf, contentOf, integerOf, oidOf, tags, timeOf } from '../../formats/der-values.js'
import { FormatError } from '../../formats/format-error.js'
import { reading } from '../reading.js'
import { algorithmOf } from '../x509/certificate.js'
import { objectIds } from '../x509/object-ids.js'
import { signedDataOf, type SignedData } from './signed-data.js'

/** What a timestamp says (RFC 3161 §2.4.2). */
export interface TimestampInfo {
  /** The digest, by its object identifier, and its value: of what was there at that time. */
  readonly imprint: { readonly algorithm: string; readonly digest: Uint8Array }
  /** Milliseconds since 1970. */
  readonly time: number
}

export interface TimestampResponse {
  readonly signedData: SignedData
  readonly info: TimestampInfo
}

// Real ones are below 8 KiB.
const limits = { size: 64 << 10, depth: 32, count: 4000 }

/** Reads a TimeStampResp (RFC 3161 §2.4.2); nothing of it is verified. @throws CosignError TS_PARSE */
export const readTimestampResponse = (der: Uint8Array): TimestampResponse =>
  reading('TS_PARSE', 'the timestamp', () => {
    const [status, token, ...more] = childrenOf(readDer(der, limits), tags.sequence, 'a timestamp response')
    const granted = integerOf(childrenOf(status, tags.sequence, 'a status')[0])
    // granted, and grantedWithMods.
    if (granted !== 0n && granted !== 1n) throw new FormatError(`it was not granted: status ${granted}`, 0)
    if (!token || more.length > 0) throw new FormatError('it has not one token', 0)
    const signedData = signedDataOf(token)
    if (signedData.contentType !== objectIds.timestampInfo) throw new FormatError('what is signed is no timestamp', 0)
    return { signedData, info: timestampInfoOf(readDer(signedData.content, limits)) }
  })

function timestampInfoOf(node: DerNode): TimestampInfo {
  const [version, policy, imprint, serial, time, ...optional] = childrenOf(node, tags.sequence, 'a timestamp')
  if (integerOf(version) !== 1n) throw new FormatError('its version is not 1', node.offset)
  oidOf(policy)
  integerOf(serial)
  const extensions = optional.find(({ tag }) => tag === 0xa1)
  if (extensions?.children.some(({ children }) => children.length === 3 && booleanOf(children[1]))) {
    throw new FormatError('it has a critical extension, and none is known', extensions.offset)
  }
  const [algorithm, digest] = childrenOf(imprint, tags.sequence, 'an imprint')
  return {
    imprint: { algorithm: algorithmOf(algorithm).id, digest: contentOf(digest, tags.octetString, 'an imprint') },
    time: timeOf(time, { fractions: true }).getTime(),
  }
}
