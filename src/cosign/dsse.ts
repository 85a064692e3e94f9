import { decodeBase64 } from '../formats/base64.js'
import { memberOf, parseJson } from '../formats/json.js'
import { goJson } from './go-json.js'
import { mediaTypes } from './media-types.js'
import { readJson } from './read-json.js'
import { reading } from './reading.js'
import { CosignError, type Strictness } from './verdict.js'

/** A DSSE envelope (github.com/secure-systems-lab/dsse), its base64 decoded. */
export interface Envelope {
  readonly payloadType: string
  readonly payload: Uint8Array
  readonly signatures: readonly EnvelopeSignature[]
}

export interface EnvelopeSignature {
  /** A hint of the key, which nothing vouches for. */
  readonly keyid: string
  readonly signature: Uint8Array
}

/** What is signed of an envelope: DSSE's pre-authentication encoding of its type and payload. */
export function pae(type: string, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload])
}

/** An envelope around an in-toto statement as cosign 2 writes it. */
export const writeEnvelope = (payload: Uint8Array, signature: Uint8Array): Buffer =>
  Buffer.from(
    goJson({
      payloadType: mediaTypes.inToto,
      payload: Buffer.from(payload).toString('base64'),
      signatures: [{ keyid: '', sig: Buffer.from(signature).toString('base64') }],
    }),
  )

// Each costs a verification; what cosign and others write has one.
const mostSignatures = 32

/**
 * Reads an envelope. `strict`: exact names, each once, base64 as RFC 4648 has it; `cosign`: Go's JSON, base64 of either
 * alphabet.
 * @throws CosignError DSSE_SHAPE for what is none, DSSE_COUNT for no or too many signatures, DSSE_PAYLOAD_TYPE for what is
 * no in-toto statement, SIG_BASE64 for a signature.
 */
export function readEnvelope(bytes: Uint8Array | string, strictness: Strictness): Envelope {
  const dialect = strictness === 'strict' ? 'exact' : 'go'
  const read = reading('DSSE_SHAPE', 'the envelope', () => readJson(bytes, shape, dialect))
  // cosign verifies the one and reads the predicate type from the other.
  if (strictness === 'cosign' && memberOf(parseJson(bytes, { unicode: 'replace' }), 'payload') !== read?.payload) {
    throw new CosignError('DSSE_SHAPE', 'the envelope has its payload under a name in other case')
  }
  const signatures = (read?.signatures ?? []).slice(0, mostSignatures + 1).map((one) => ({
    keyid: one?.keyid ?? '',
    signature: reading('SIG_BASE64', 'a signature of the envelope', () => decode(one?.sig ?? '', strictness)),
  }))
  const payload = reading('DSSE_SHAPE', "the envelope's payload", () => decode(read?.payload ?? '', strictness))
  return checkEnvelope({ payloadType: read?.payloadType ?? '', payload, signatures })
}

/** Holds an envelope to what cosign verifies. @throws CosignError DSSE_PAYLOAD_TYPE, DSSE_COUNT */
export function checkEnvelope(envelope: Envelope): Envelope {
  const { payloadType, signatures } = envelope
  if (payloadType !== mediaTypes.inToto) {
    const message = `the envelope's payload is ${JSON.stringify(payloadType)}, not ${mediaTypes.inToto}`
    throw new CosignError('DSSE_PAYLOAD_TYPE', message)
  }
  if (signatures.length === 0) throw new CosignError('DSSE_COUNT', 'the envelope has no signature')
  if (signatures.length > mostSignatures) {
    throw new CosignError('DSSE_COUNT', `the envelope has more than ${mostSignatures} signatures`)
  }
  return envelope
}

const shape = {
  members: {
    payloadType: 'string',
    payload: 'string',
    signatures: { list: { members: { keyid: 'string', sig: 'string' } } },
  },
} as const

function decode(text: string, strictness: Strictness): Uint8Array {
  if (strictness === 'strict') return decodeBase64(text, 'strict')
  // One alphabet or the other, not a mixture.
  const isUrl = /[-_]/.test(text) && !/[+/]/.test(text)
  return decodeBase64(isUrl ? text.replaceAll('-', '+').replaceAll('_', '/') : text, 'go')
}
