import { FormatError } from '../formats/format-error.js'
import { transparencyLog, type TimeWindow, type TransparencyLog } from './logs/transparency-log.js'
import { readJson, type Read, type Shape } from './read-json.js'
import type { TimestampAuthority } from './timestamps/timestamps.js'
import { CosignError } from './verdict.js'
import { parseCertificate, type Certificate } from './x509/certificate.js'

/** A CA whose certificates are trusted while it lasts. */
export interface TrustedAuthority {
  readonly root: Certificate
  readonly intermediates: readonly Certificate[]
  readonly validFor: TimeWindow
}

/** Who is trusted: what the file `trusted_root.json` says. */
export interface TrustedRoot {
  readonly certificateAuthorities: readonly TrustedAuthority[]
  readonly certificateLogs: readonly TransparencyLog[]
  readonly logs: readonly TransparencyLog[]
  readonly timestampAuthorities: readonly TimestampAuthority[]
}

const most = { bytes: 4 << 20, each: 64 }
const mediaType = /^application\/vnd\.dev\.sigstore\.trustedroot(?:\+json;version=0\.[12]|\.v0\.[12]\+json)$/

/**
 * Reads a `trusted_root.json` (sigstore_trustroot.proto), as `cosign trusted-root create` and TUF give it.
 * @throws TypeError for what is none: it is no signature's fault.
 */
export function readTrustedRoot(json: string | Uint8Array): TrustedRoot {
  try {
    if (json.length > most.bytes) throw new FormatError(`more than ${most.bytes} bytes are not read`, 0)
    return trustedRootOf(readJson(json, shape, 'proto') ?? {})
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof CosignError)) throw error
    throw new TypeError(`start-registry: the trusted root cannot be read: ${error.message}`, { cause: error })
  }
}

function trustedRootOf(read: Read<typeof shape>): TrustedRoot {
  const { certificateAuthorities = [], ctlogs = [], tlogs = [], timestampAuthorities = [] } = read
  if (!mediaType.test(read.mediaType ?? '')) {
    throw new FormatError(`its media type is ${JSON.stringify(read.mediaType ?? '')}`, 0)
  }
  for (const list of [certificateAuthorities, ctlogs, tlogs, timestampAuthorities]) {
    if (list.length > most.each) throw new FormatError(`more than ${most.each} of a kind are not read`, 0)
  }
  return {
    certificateAuthorities: certificateAuthorities.map(authorityOf),
    certificateLogs: ctlogs.map(logOf),
    logs: tlogs.map(logOf),
    timestampAuthorities: timestampAuthorities.map(timestampAuthorityOf),
  }
}

function authorityOf({ certChain, validFor }: Read<typeof authorityShape> = {}): TrustedAuthority {
  const certificates = (certChain?.certificates ?? []).map((one) => parseCertificate(one?.rawBytes ?? new Uint8Array()))
  const root = certificates.pop()
  if (!root) throw new FormatError('an authority has no certificates', 0)
  return { root, intermediates: certificates, validFor: windowOf(validFor) }
}

// The first of several may be the one that signs timestamps, and then no other does.
function timestampAuthorityOf(read: Read<typeof authorityShape> | undefined): TimestampAuthority {
  const { root, intermediates, validFor } = authorityOf(read)
  const [first, ...rest] = intermediates
  if (!first || first.basicConstraints?.ca) return { root, intermediates, validFor }
  return { root, intermediates: rest, signer: first, validFor }
}

function logOf({ publicKey, logId, checkpointKeyId, baseUrl }: Read<typeof logShape> = {}): TransparencyLog {
  if (!publicKey?.rawBytes) throw new FormatError('a log has no key', 0)
  const keyIds = [logId?.keyId, checkpointKeyId?.keyId].filter((one) => one !== undefined)
  const validFor = windowOf(publicKey.validFor)
  return transparencyLog(publicKey.rawBytes, { baseUrl, validFor, keyIds: keyIds.length > 0 ? keyIds : undefined })
}

const windowOf = ({ start, end }: Read<typeof windowShape> = {}): TimeWindow => ({
  start: start === undefined ? undefined : timeOf(start),
  end: end === undefined ? undefined : timeOf(end),
})

// RFC 3339, as protocol buffers write times; fractions are cut to the millisecond.
function timeOf(text: string): number {
  const wellFormed = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text)
  const time = wellFormed ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw new FormatError(`${JSON.stringify(text)} is not a time`, 0)
  return time
}

const windowShape = { members: { start: 'string', end: 'string' } } as const satisfies Shape

const logShape = {
  members: {
    baseUrl: 'string',
    hashAlgorithm: 'any',
    publicKey: { members: { rawBytes: 'bytes', keyDetails: 'any', validFor: windowShape } },
    logId: { members: { keyId: 'bytes' } },
    checkpointKeyId: { members: { keyId: 'bytes' } },
    operator: 'string',
  },
} as const satisfies Shape

const authorityShape = {
  members: {
    subject: 'any',
    uri: 'string',
    certChain: { members: { certificates: { list: { members: { rawBytes: 'bytes' } } } } },
    validFor: windowShape,
    operator: 'string',
  },
} as const satisfies Shape

const shape = {
  members: {
    mediaType: 'string',
    tlogs: { list: logShape },
    certificateAuthorities: { list: authorityShape },
    ctlogs: { list: logShape },
    timestampAuthorities: { list: authorityShape },
  },
} as const satisfies Shape
