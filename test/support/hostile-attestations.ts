import { attest, pae, signWith, tagOfDigest, writeEnvelope, type Signed } from 'start-registry/cosign'
import { descriptor, imageManifest, sha256, types } from './content.js'
import type { HostileCase, Maker } from './hostile-case.js'
import type { SignedStore } from './signed-store.js'

const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json'
const dsse = 'application/vnd.dsse.envelope.v1+json'
const inToto = 'application/vnd.in-toto+json'
const signatureKey = 'dev.cosignproject.cosign/signature'
const other = sha256('another image')

const made = (maker: Maker): Signed => attest({ ...maker, predicate: 'a predicate' })

/** The right envelope, as text. */
const right = (maker: Maker): string => made(maker).blobs[1]?.bytes.toString() ?? ''

interface EnvelopeJson {
  readonly payloadType: string
  readonly payload: string
  readonly signatures: readonly Readonly<Record<string, string>>[]
}

function put(
  store: SignedStore,
  { digest }: Maker,
  blob: string,
  { mediaType = dsse, annotations = { [signatureKey]: '' } }: { mediaType?: string; annotations?: object } = {},
): void {
  store.putBlob('{}')
  store.putBlob(blob)
  const layer = { ...descriptor(mediaType, blob), annotations }
  const manifest = imageManifest(descriptor(types.config, '{}'), [layer])
  store.putManifest(types.image, manifest, tagOfDigest(digest, '.att'))
}

/** An envelope that is otherwise than it should be around what is rightly signed. */
const envelope =
  (change: (text: string) => string): HostileCase['put'] =>
  (store, maker) =>
    put(store, maker, change(right(maker)))

const changed = (change: (envelope: EnvelopeJson) => object): HostileCase['put'] =>
  envelope((text) => JSON.stringify(change(JSON.parse(text) as EnvelopeJson)))

/** A statement that is otherwise than it should be, rightly signed. */
const statement =
  (change: (text: string, maker: Maker) => string): HostileCase['put'] =>
  (store, maker) => {
    const { payload } = JSON.parse(right(maker)) as EnvelopeJson
    const bytes = Buffer.from(change(Buffer.from(payload, 'base64').toString(), maker))
    put(store, maker, writeEnvelope(bytes, signWith(maker.key, pae(inToto, bytes))).toString())
  }

/** As cosign 1.0.0 has it: the statement is the layer, the envelope the annotation. */
const old =
  (layer: (statement: string, maker: Maker) => string): HostileCase['put'] =>
  (store, maker) => {
    const text = right(maker)
    const { payload } = JSON.parse(text) as EnvelopeJson
    const blob = layer(Buffer.from(payload, 'base64').toString(), maker)
    const annotations = { [signatureKey]: Buffer.from(text).toString('base64') }
    put(store, maker, blob, { mediaType: simpleSigning, annotations })
  }

/** What may stand behind an `.att` tag. All that cosign refuses of it, it refuses with 1. */
export const hostileAttestations: readonly HostileCase[] = [
  { name: 'as cosign writes it', put: envelope((text) => text), strict: 'accepted', cosign: 'accepted', exit: 0 },
  {
    name: 'the payload under a name in other case',
    put: envelope((text) => text.replace('"payload"', '"Payload"')),
    strict: 'SIG_INVALID',
    cosign: 'DSSE_SHAPE',
    exit: 1,
  },
  {
    name: 'the signatures under a name in other case',
    put: envelope((text) => text.replace('"signatures"', '"Signatures"')),
    strict: 'DSSE_COUNT',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'the payload twice',
    put: envelope((text) => text.replace('"payload"', '"payload":"e30=","payload"')),
    strict: 'DSSE_SHAPE',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a member that envelopes have not',
    put: changed((one) => ({ ...one, more: 1 })),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'no signature',
    put: changed((one) => ({ ...one, signatures: [] })),
    strict: 'DSSE_COUNT',
    cosign: 'DSSE_COUNT',
    exit: 1,
  },
  {
    name: 'a wrong signature before the right one',
    put: changed((one) => ({ ...one, signatures: [{ sig: 'AAAA' }, ...one.signatures] })),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a signature that is no base64 after the right one',
    put: changed((one) => ({ ...one, signatures: [...one.signatures, { sig: '!' }] })),
    strict: 'SIG_BASE64',
    cosign: 'SIG_BASE64',
    exit: 1,
  },
  {
    name: 'the keyid of another key',
    put: changed((one) => ({ ...one, signatures: one.signatures.map((two) => ({ ...two, keyid: 'another' })) })),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a payload of another type',
    put: changed((one) => ({ ...one, payloadType: 'text/plain' })),
    strict: 'DSSE_PAYLOAD_TYPE',
    cosign: 'DSSE_PAYLOAD_TYPE',
    exit: 1,
  },
  {
    name: 'another statement than was signed',
    put: changed((one) => ({ ...one, payload: 'e30=' })),
    strict: 'SIG_INVALID',
    cosign: 'SIG_INVALID',
    exit: 1,
  },
  {
    name: 'no JSON',
    put: envelope(() => 'rubbish'),
    strict: 'DSSE_SHAPE',
    cosign: 'DSSE_SHAPE',
    exit: 1,
  },
  {
    name: 'no annotation of a signature',
    put: (store, maker) => put(store, maker, right(maker), { annotations: {} }),
    strict: 'accepted',
    cosign: 'SIG_ANNOTATION_MISSING',
    exit: 1,
  },
  {
    name: 'a layer of another media type',
    put: (store, maker) => put(store, maker, right(maker), { mediaType: 'text/plain' }),
    strict: 'MEDIA_TYPE',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a statement of another image',
    put: statement((text, { digest }) => text.replace(digest.slice(7), other.slice(7))),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'a statement that is no JSON (GHSA-w6c6-c85g-mmv6)',
    put: statement(() => 'rubbish'),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'a statement without a predicate type',
    put: statement((text) => text.replace(/"predicateType":"[^"]*",/, '')),
    strict: 'PREDICATE_TYPE',
    cosign: 'PREDICATE_TYPE',
    exit: 1,
  },
  {
    name: 'a statement of another predicate type (GHSA-vjxv-45g9-9296)',
    put: statement((text) => text.replace('cosign.sigstore.dev/attestation/v1', 'spdx.dev/Document')),
    strict: 'PREDICATE_TYPE',
    cosign: 'PREDICATE_TYPE',
    exit: 1,
  },
  {
    name: 'a predicate that is text',
    put: statement((text) => text.replace(/"predicate":\{.*\}\}$/, '"predicate":"text"}')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
    real: { '2.6.5': 0 },
  },
  {
    name: 'a predicate that is a number',
    put: statement((text) => text.replace(/"predicate":\{.*\}\}$/, '"predicate":1}')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
    real: { '2.6.5': 0 },
  },
  {
    name: 'as cosign 1.0.0 wrote it',
    put: old((statement) => statement),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
    // No newer version can verify it.
    real: { '2.6.5': 1, '3.1.3': 1 },
  },
  {
    name: 'as cosign 1.0.0 wrote it, around another statement',
    put: old((statement, { digest }) => statement.replace(digest.slice(7), other.slice(7))),
    strict: 'DSSE_SHAPE',
    cosign: 'DSSE_SHAPE',
    exit: 1,
  },
  { name: 'nothing at all', put: () => {}, strict: 'NO_SIGNATURES', cosign: 'NO_SIGNATURES', exit: 1 },
]
