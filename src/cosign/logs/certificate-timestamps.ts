import { explicit, sequence } from '../../formats/der.js'
import { FormatError } from '../../formats/format-error.js'
import { oidOf } from '../../formats/der-values.js'
import { reading } from '../reading.js'
import { CosignError } from '../verdict.js'
import type { Certificate } from '../x509/certificate.js'
import { objectIds } from '../x509/object-ids.js'
import { isLogSignature, isNamed, isWithin, spkiHash, type TransparencyLog } from './transparency-log.js'

/** A signed certificate timestamp (RFC 6962 §3.2). */
export interface CertificateTimestamp {
  readonly keyId: Uint8Array
  /** Milliseconds since 1970. */
  readonly time: number
  readonly extensions: Uint8Array
  /** The digest and the kind of key, as TLS 1.2 numbers them. */
  readonly algorithm: number
  readonly signature: Uint8Array
}

const mostTimestamps = 16
// SHA-256 with RSA and with ECDSA (RFC 5246 §7.4.1.4.1); RFC 6962 §2.1.4 knows no others.
const keyTypes = new Map([
  [0x0401, 'rsa'],
  [0x0403, 'ec'],
])

/**
 * The logs that signed that they have a certificate, each once, by the timestamps that are in it (RFC 6962 §3). Those of
 * logs that are not known are passed over.
 * @param issuer The certificate above it in its verified path.
 * @throws CosignError SCT_MISSING when there is none, SCT_INVALID when one of a known log does not hold, and when no log
 *   is known.
 */
export function verifyCertificateTimestamps(
  certificate: Certificate,
  issuer: Certificate | undefined,
  logs: readonly TransparencyLog[],
): readonly TransparencyLog[] {
  const { timestampList } = certificate
  if (!timestampList) throw new CosignError('SCT_MISSING', 'the certificate has no timestamp of a certificate log')
  if (!issuer) throw new CosignError('SCT_INVALID', 'the certificate has no issuer whom a log could have named')
  const timestamps = reading('SCT_INVALID', "the certificate's timestamps", () => timestampsOf(timestampList))
  const found = new Set<TransparencyLog>()
  for (const timestamp of timestamps) {
    const named = logs.filter((log) => isNamed(log, timestamp.keyId))
    const log = named.find(({ validFor }) => isWithin(timestamp.time, validFor))
    if (!log && named.length > 0) throw new CosignError('SCT_INVALID', 'a log timed the certificate out of its time')
    if (!log) continue
    const known = log.key.asymmetricKeyType === keyTypes.get(timestamp.algorithm)
    if (!known || !isLogSignature(log, signedBytes(certificate, issuer, timestamp), timestamp.signature)) {
      throw new CosignError('SCT_INVALID', 'a log did not sign the timestamp in the certificate for it')
    }
    found.add(log)
  }
  if (found.size === 0) throw new CosignError('SCT_INVALID', "no log of the certificate's timestamps is known")
  return [...found]
}

/**
 * What a log signs (RFC 6962 §3.2): the certificate as it was before the timestamps went into it.
 * @param timestamp Its time and extensions are signed.
 */
export function signedBytes(
  certificate: Certificate,
  issuer: Certificate,
  { time, extensions }: Pick<CertificateTimestamp, 'time' | 'extensions'>,
): Buffer {
  const tbs = withoutTimestamps(certificate)
  const head = Buffer.alloc(12)
  head.writeBigUInt64BE(BigInt(time), 2)
  head.writeUInt16BE(1, 10)
  const lengths = Buffer.alloc(5)
  lengths.writeUIntBE(tbs.length, 0, 3)
  lengths.writeUInt16BE(extensions.length, 3)
  return Buffer.concat([head, spkiHash(issuer.spki), lengths.subarray(0, 3), tbs, lengths.subarray(3), extensions])
}

// RFC 6962 §3.2: the TBSCertificate without the extension; all else stays byte by byte.
function withoutTimestamps({ tbs }: Certificate): Buffer {
  const parts = tbs.children.flatMap((part) => {
    if (part.tag !== 0xa3) return [part.bytes]
    const kept = (part.children[0]?.children ?? []).filter(
      ({ children }) => oidOf(children[0]) !== objectIds.signedCertificateTimestamps,
    )
    return kept.length > 0 ? [explicit(3, sequence(...kept.map(({ bytes }) => bytes)))] : []
  })
  return sequence(...parts)
}

// RFC 6962 §3.3, in the presentation language of TLS.
function timestampsOf(list: Uint8Array): CertificateTimestamp[] {
  const reader = new TlsReader(list)
  const timestamps: CertificateTimestamp[] = []
  const items = new TlsReader(reader.vector(2))
  reader.end()
  while (!items.isAtEnd) {
    if (timestamps.length >= mostTimestamps) throw new FormatError(`more than ${mostTimestamps} are not read`, 0)
    timestamps.push(timestampOf(new TlsReader(items.vector(2))))
  }
  if (timestamps.length === 0) throw new FormatError('there is none in the list', 0)
  return timestamps
}

function timestampOf(reader: TlsReader): CertificateTimestamp {
  if (reader.number(1) !== 0) throw new FormatError('the version of one is not known', 0)
  const timestamp = {
    keyId: reader.bytes(32),
    time: reader.number(2) * 2 ** 48 + reader.number(6),
    extensions: reader.vector(2),
    algorithm: reader.number(2),
    signature: reader.vector(2),
  }
  reader.end()
  if (!Number.isSafeInteger(timestamp.time)) throw new FormatError('the time of one cannot be', 0)
  return timestamp
}

class TlsReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes)
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  end(): void {
    if (!this.isAtEnd) throw new FormatError('there are bytes after the end', this.#at)
  }

  number(size: number): number {
    return this.bytes(size).readUIntBE(0, size)
  }

  vector(size: number): Buffer {
    return this.bytes(this.number(size))
  }

  bytes(length: number): Buffer {
    const start = this.#at
    if (start + length > this.#bytes.length) throw new FormatError('they end too soon', start)
    this.#at = start + length
    return this.#bytes.subarray(start, this.#at)
  }
}
