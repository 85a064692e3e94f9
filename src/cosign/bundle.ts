import { checkEnvelope, type Envelope } from './dsse.js'
import { bundlePrefix } from './media-types.js'
import { readJson, type Read, type Shape } from './read-json.js'
import { reading } from './reading.js'
import { CosignError, type Strictness } from './verdict.js'

/** An entry of a transparency log as a bundle has it (sigstore_rekor.proto, "TransparencyLogEntry"). */
export interface LogEntry {
  readonly logIndex?: bigint | undefined
  readonly logId?: { readonly keyId?: Uint8Array | undefined } | undefined
  readonly kindVersion?: { readonly kind?: string | undefined; readonly version?: string | undefined } | undefined
  /** Seconds since 1970. */
  readonly integratedTime?: bigint | undefined
  readonly inclusionPromise?: { readonly signedEntryTimestamp?: Uint8Array | undefined } | undefined
  readonly inclusionProof?: InclusionProof | undefined
  readonly canonicalizedBody?: Uint8Array | undefined
}

export interface InclusionProof {
  readonly logIndex?: bigint | undefined
  readonly rootHash?: Uint8Array | undefined
  readonly treeSize?: bigint | undefined
  readonly hashes?: readonly Uint8Array[] | undefined
  readonly checkpoint?: { readonly envelope?: string | undefined } | undefined
}

/** Who signed, by a bundle. */
export type Signer =
  | { readonly kind: 'key'; readonly hint: string }
  /** Certificates in DER, the leaf first. */
  | { readonly kind: 'certificates'; readonly certificates: readonly Uint8Array[]; readonly isChain: boolean }

/** A sigstore bundle (sigstore_bundle.proto). */
export interface Bundle {
  /** The minor number: 1, 2 or 3. */
  readonly version: number
  readonly signer: Signer
  /** Undefined in a bundle of a blob's signature, which has none. */
  readonly envelope: Envelope | undefined
  readonly logEntries: readonly LogEntry[]
  /** RFC 3161 responses in DER. */
  readonly timestamps: readonly Uint8Array[]
}

export interface BundleOptions {
  readonly strictness: Strictness
  /** Take a certificate chain in a bundle of version 0.3, as cosign's `--allow-certificate-chain` does. */
  readonly allowCertificateChain?: boolean | undefined
}

const mostLogEntries = 32
const mostTimestamps = 32
const mostCertificates = 16

/**
 * Reads a bundle; what is in its envelope is for `signedEnvelope` to check. `strict`: versions 0.1, 0.2 and 0.3, by the media types that the specification has; `cosign`: only what is
 * at least 0.3, as cosign 2 and 3 do in a registry.
 * @throws CosignError BUNDLE_SHAPE, BUNDLE_VERSION, BUNDLE_CERT_CHAIN
 */
export function readBundle(bytes: Uint8Array, { strictness, allowCertificateChain }: BundleOptions): Bundle {
  const read = reading('BUNDLE_SHAPE', 'the bundle', () => readJson(bytes, bundleShape, 'proto')) ?? {}
  const version = versionOf(read.mediaType ?? '', strictness)
  const { verificationMaterial: material, dsseEnvelope, messageSignature } = read
  if (!material) throw shapeError('it has no verification material')
  if ((messageSignature === undefined) === (dsseEnvelope === undefined)) {
    throw shapeError('it has not one of an envelope and a message signature')
  }
  const logEntries = checkLogEntries(material.tlogEntries ?? [], version)
  const timestamps = material.timestampVerificationData?.rfc3161Timestamps ?? []
  if (timestamps.length > mostTimestamps) throw shapeError(`it has more than ${mostTimestamps} timestamps`)
  const signer = signerOf(material)
  if (signer.kind === 'certificates' && signer.isChain && version >= 3 && !allowCertificateChain) {
    throw new CosignError('BUNDLE_CERT_CHAIN', 'a bundle of version 0.3 has a certificate, not a chain of them')
  }
  const envelope = dsseEnvelope && envelopeOf(dsseEnvelope)
  return { version, signer, logEntries, envelope, timestamps: timestamps.map(timestampOf) }
}

/**
 * The envelope of a bundle that is about an image.
 * @throws CosignError BUNDLE_SHAPE for a blob's signature, DSSE_COUNT unless it has exactly one signature, DSSE_PAYLOAD_TYPE.
 */
export function signedEnvelope({ envelope }: Bundle): Envelope {
  if (!envelope) throw shapeError('it does not hold a DSSE envelope')
  if (envelope.signatures.length !== 1) {
    const message = `an envelope in a bundle has one signature, and this has ${envelope.signatures.length}`
    throw new CosignError('DSSE_COUNT', message)
  }
  return checkEnvelope(envelope)
}

function versionOf(mediaType: string, strictness: Strictness): number {
  const [, parameter, name] =
    /^application\/vnd\.dev\.sigstore\.bundle(?:\+json;version=0\.([123])|\.v0\.(\d+)(?:\.\d+)*\+json)$/.exec(
      mediaType,
    ) ?? []
  const version = Number(parameter ?? name)
  const isKnown = strictness === 'cosign' || parameter !== undefined || mediaType === `${bundlePrefix}.v0.3+json`
  if (!(version >= 1 && version <= 3) || !isKnown) {
    throw new CosignError('BUNDLE_VERSION', `a bundle of the type ${JSON.stringify(mediaType)} is not known`)
  }
  if (strictness === 'cosign' && version < 3) {
    throw new CosignError('BUNDLE_VERSION', `cosign passes over bundles of version 0.${version} in a registry`)
  }
  return version
}

function checkLogEntries(entries: readonly LogEntry[], version: number): readonly LogEntry[] {
  if (entries.length > mostLogEntries) throw shapeError(`it has more than ${mostLogEntries} log entries`)
  for (const { canonicalizedBody, logIndex = 0n, logId, kindVersion, inclusionProof } of entries) {
    if (!canonicalizedBody || logIndex < 0n || !logId?.keyId || !kindVersion)
      throw shapeError('a log entry is not whole')
    if (inclusionProof && !inclusionProof.checkpoint?.envelope) throw shapeError('an inclusion proof has no checkpoint')
  }
  if (
    entries.length > 0 &&
    version === 1 &&
    !entries.some((one) => one.inclusionPromise?.signedEntryTimestamp?.length)
  ) {
    throw shapeError('a bundle of version 0.1 has an inclusion promise')
  }
  if (entries.length > 0 && version > 1 && !entries.some((one) => one.inclusionProof)) {
    throw shapeError(`a bundle of version 0.${version} has an inclusion proof`)
  }
  return entries
}

function signerOf({ publicKey, certificate: leaf, x509CertificateChain }: Read<typeof materialShape>): Signer {
  const [given, more] = [publicKey, leaf, x509CertificateChain].filter((one) => one !== undefined)
  if (!given || more) throw shapeError('it has not one of a public key, a certificate and a chain')
  if (publicKey) return { kind: 'key', hint: publicKey.hint ?? '' }
  const certificates = leaf ? [leaf] : (x509CertificateChain?.certificates ?? [])
  if (certificates.length > mostCertificates) throw shapeError(`it has more than ${mostCertificates} certificates`)
  const raw = certificates.map(({ rawBytes }) => rawBytes).filter((one) => one !== undefined)
  if (raw.length === 0 || raw.length < certificates.length) throw shapeError('a certificate has no bytes')
  return { kind: 'certificates', certificates: raw, isChain: !leaf }
}

function envelopeOf({ payload, payloadType = '', signatures = [] }: Read<typeof envelopeShape>): Envelope {
  const read = signatures.map(({ keyid = '', sig = new Uint8Array() }) => ({ keyid, signature: sig }))
  return { payload: payload ?? new Uint8Array(), payloadType, signatures: read }
}

function timestampOf(timestamp: { readonly signedTimestamp?: Uint8Array | undefined } | undefined): Uint8Array {
  if (timestamp?.signedTimestamp) return timestamp.signedTimestamp
  throw shapeError('a timestamp has no bytes')
}

const shapeError = (problem: string): CosignError =>
  new CosignError('BUNDLE_SHAPE', `the bundle is refused: ${problem}`)

const certificate = { members: { rawBytes: 'bytes' } } as const satisfies Shape

const logEntry = {
  members: {
    logIndex: 'integer',
    logId: { members: { keyId: 'bytes' } },
    kindVersion: { members: { kind: 'string', version: 'string' } },
    integratedTime: 'integer',
    inclusionPromise: { members: { signedEntryTimestamp: 'bytes' } },
    inclusionProof: {
      members: {
        logIndex: 'integer',
        rootHash: 'bytes',
        treeSize: 'integer',
        hashes: { list: 'bytes' },
        checkpoint: { members: { envelope: 'string' } },
      },
    },
    canonicalizedBody: 'bytes',
  },
} as const satisfies Shape

const materialShape = {
  members: {
    publicKey: { members: { hint: 'string' } },
    certificate,
    x509CertificateChain: { members: { certificates: { list: certificate } } },
    tlogEntries: { list: logEntry },
    timestampVerificationData: {
      members: { rfc3161Timestamps: { list: { members: { signedTimestamp: 'bytes' } } } },
    },
  },
} as const satisfies Shape

const envelopeShape = {
  members: {
    payload: 'bytes',
    payloadType: 'string',
    signatures: { list: { members: { sig: 'bytes', keyid: 'string' } } },
  },
} as const satisfies Shape

const bundleShape = {
  members: {
    mediaType: 'string',
    verificationMaterial: materialShape,
    dsseEnvelope: envelopeShape,
    messageSignature: 'any',
  },
} as const satisfies Shape
