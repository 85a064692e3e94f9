import { sign } from 'node:crypto'
import { signWith, tagOfDigest, writePayload, type Code, type SigningKey } from 'start-registry/cosign'
import { descriptor, imageManifest, sha256, types } from './content.js'
import type { SignedStore } from './signed-store.js'

/** What somebody has put into a repository as signatures of an image, and what becomes of it. */
export interface HostileCase {
  readonly name: string
  readonly put: (store: SignedStore, maker: Maker) => void
  /** The rule of `strict` that it breaks, or that it is accepted. */
  readonly strict: Code | 'accepted'
  /** The same for `cosign`, and the exit code. */
  readonly cosign: Code | 'accepted'
  readonly exit: number
  /** Where a version of the real one ends otherwise. */
  readonly real?: Readonly<Record<string, number>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** Who makes it: the right key, for an image of this digest. */
export interface Maker {
  readonly key: SigningKey
  readonly digest: string
  readonly reference: string
}

const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json'
const signatureKey = 'dev.cosignproject.cosign/signature'

interface LayerParts {
  readonly payload: string | Buffer
  readonly annotations?: Readonly<Record<string, string>>
  readonly mediaType?: string
}

/** Puts layers behind the `.sig` tag; `text` changes the manifest at last. */
function putLayers(
  store: SignedStore,
  { digest }: Maker,
  layers: readonly LayerParts[],
  text: (manifest: string) => string = (manifest) => manifest,
  [manifestType, configType]: readonly [string, string] = [types.image, types.config],
): void {
  store.putBlob('{}')
  for (const { payload } of layers) store.putBlob(payload)
  const described = layers.map(({ payload, annotations, mediaType = simpleSigning }) => ({
    ...descriptor(mediaType, payload),
    annotations,
  }))
  const manifest = imageManifest(descriptor(configType, '{}'), described, { mediaType: manifestType })
  store.putManifest(manifestType, text(manifest), tagOfDigest(digest, '.sig'))
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const signed = (payload: string | Buffer, { key }: Maker): LayerParts => ({
  payload,
  annotations: { [signatureKey]: base64(signWith(key, Buffer.from(payload))) },
})

const good = (maker: Maker): LayerParts => signed(writePayload(maker), maker)

/** A payload that is otherwise than it should be, rightly signed. */
const payload =
  (text: (right: string, maker: Maker) => string | Buffer): HostileCase['put'] =>
  (store, maker) =>
    putLayers(store, maker, [signed(text(writePayload(maker).toString(), maker), maker)])

/** A signature that is otherwise than it should be, of the right payload. */
const signature =
  (text: (der: Buffer, maker: Maker) => string): HostileCase['put'] =>
  (store, maker) => {
    const layer = good(maker)
    const der = Buffer.from(layer.annotations?.[signatureKey] ?? '', 'base64')
    putLayers(store, maker, [{ ...layer, annotations: { [signatureKey]: text(der, maker) } }])
  }

/** More annotations beside the right signature. */
const beside =
  (annotations: Readonly<Record<string, string>>): HostileCase['put'] =>
  (store, maker) => {
    const layer = good(maker)
    putLayers(store, maker, [{ ...layer, annotations: { ...layer.annotations, ...annotations } }])
  }

const other = sha256('another image')

// The order of P-256's group (SEC 2 §2.4.2).
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

const integer = (value: bigint): Buffer => {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  const positive = (bytes[0] as number) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes])
  return Buffer.concat([Buffer.of(2, positive.length), positive])
}

const ecdsaDer = (r: bigint, s: bigint): Buffer => {
  const content = Buffer.concat([integer(r), integer(s)])
  return Buffer.concat([Buffer.of(0x30, content.length), content])
}

function halves(der: Buffer): [r: bigint, s: bigint] {
  const length = der[3] as number
  const number = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`)
  return [number(der.subarray(4, 4 + length)), number(der.subarray(6 + length))]
}

const withS = (isHigh: boolean) =>
  signature((der) => {
    const [r, s] = halves(der)
    return base64(ecdsaDer(r, s > order / 2n === isHigh ? s : order - s))
  })

/** Signs until the base64 text has what the case is about. */
const until =
  (fits: (text: string) => boolean, change: (text: string) => string): HostileCase['put'] =>
  (store, maker) => {
    const bytes = writePayload(maker)
    let text = base64(signWith(maker.key, bytes))
    while (!fits(text)) text = base64(signWith(maker.key, bytes))
    putLayers(store, maker, [{ payload: bytes, annotations: { [signatureKey]: change(text) } }])
  }

// What is no DER, cosign takes for r and s side by side if its length is even; here it is not.
const oddDer = (change: (der: Buffer) => Buffer): HostileCase['put'] =>
  until(
    (text) => Buffer.from(text, 'base64').length % 2 === 0,
    (text) => base64(change(Buffer.from(text, 'base64'))),
  )

const replaced = (from: string, to: string) => payload((right) => right.replace(from, () => to))

const nextLetter = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) + 1)

/** Payloads. */
const payloads: readonly HostileCase[] = [
  { name: 'as cosign writes it', put: payload((right) => right), strict: 'accepted', cosign: 'accepted', exit: 0 },
  {
    name: 'the type is another',
    put: replaced('cosign container image signature', 'atomic container signature'),
    strict: 'PAYLOAD_TYPE',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'no type',
    put: replaced(',"type":"cosign container image signature"', ''),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'the type is null',
    put: replaced('"cosign container image signature"', 'null'),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'the docker-reference is of another repository',
    put: payload((right, { reference }) => right.replace(reference, 'registry.test/somebody/else')),
    strict: 'REFERENCE_MISMATCH',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'no docker-reference',
    put: payload((right, { reference }) => right.replace(`"docker-reference":"${reference}"`, '')),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'the docker-reference is a number',
    put: payload((right, { reference }) => right.replace(`"${reference}"`, '5')),
    strict: 'PAYLOAD_JSON',
    cosign: 'PAYLOAD_JSON',
    exit: 12,
  },
  {
    name: 'the digest twice, the last one right',
    put: replaced('"docker-manifest-digest"', `"docker-manifest-digest":"${other}","docker-manifest-digest"`),
    strict: 'PAYLOAD_DUP_KEY',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'the digest twice, the last one of another image',
    put: replaced('"},"type"', `","docker-manifest-digest":"${other}"},"type"`),
    strict: 'PAYLOAD_DUP_KEY',
    cosign: 'DIGEST_MISMATCH',
    exit: 12,
  },
  {
    name: 'the digest under a name in other case',
    put: replaced('docker-manifest-digest', 'Docker-Manifest-DIGEST'),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a name in other case after the right name, with the right digest',
    put: replaced('"docker-manifest-digest"', `"docker-manifest-digest":"${other}","Docker-Manifest-DIGEST"`),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'the digest under a name with a Kelvin sign and long s',
    put: replaced('docker-manifest-digest', 'doc\u212aer-manife\u017ft-dige\u017ft'),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'the digest under a name with a dotless i',
    put: replaced('docker-manifest-digest', 'docker-man\u0131fest-digest'),
    strict: 'PAYLOAD_JSON',
    cosign: 'DIGEST_MISMATCH',
    exit: 12,
  },
  {
    name: 'the digest under a name with a ligature of s and t',
    put: replaced('docker-manifest-digest', 'docker-manife\ufb06-digest'),
    strict: 'PAYLOAD_JSON',
    cosign: 'DIGEST_MISMATCH',
    exit: 12,
  },
  {
    name: 'critical in two halves',
    put: replaced('},"image"', '}},"critical":{"image"'),
    strict: 'PAYLOAD_DUP_KEY',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'on several lines',
    put: payload((right) => JSON.stringify(JSON.parse(right), undefined, 2)),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'another member at the top',
    put: replaced('{"critical"', '{"more":1,"critical"'),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'another member in critical',
    put: replaced('{"identity"', '{"more":1,"identity"'),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'no optional',
    put: replaced(',"optional":null', ''),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'optional is an array',
    put: replaced('"optional":null', '"optional":[]'),
    strict: 'PAYLOAD_JSON',
    cosign: 'PAYLOAD_JSON',
    exit: 12,
  },
  {
    name: 'the creator is a number',
    put: replaced('"optional":null', '"optional":{"creator":1}'),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'the timestamp is half a second',
    put: replaced('"optional":null', '"optional":{"timestamp":1.5}'),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'creator and timestamp as podman writes them',
    put: replaced('"optional":null', '"optional":{"creator":"containers/image 5.36.1","timestamp":1764000000}'),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'an annotation twice, the last one right',
    put: replaced('"optional":null', '"optional":{"a":"2","a":"1"}'),
    annotations: { a: '1' },
    strict: 'PAYLOAD_DUP_KEY',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'an annotation under a name in other case',
    put: replaced('"optional":null', '"optional":{"A":"1"}'),
    annotations: { a: '1' },
    strict: 'ANNOTATION_MISMATCH',
    cosign: 'ANNOTATION_MISMATCH',
    exit: 12,
  },
  {
    name: 'an annotation that is a number',
    put: replaced('"optional":null', '"optional":{"a":1}'),
    annotations: { a: '1' },
    strict: 'ANNOTATION_MISMATCH',
    cosign: 'ANNOTATION_MISMATCH',
    exit: 12,
  },
  {
    name: 'an annotation that every object inherits',
    put: replaced('"optional":null', '"optional":{}'),
    annotations: { constructor: 'x' },
    strict: 'ANNOTATION_MISMATCH',
    cosign: 'ANNOTATION_MISMATCH',
    exit: 12,
  },
  {
    name: 'an annotation that is no UTF-8',
    put: payload((right) => Buffer.from(right.replace('null', '{"a":"\u00ff"}'), 'latin1')),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'an annotation with half of a surrogate pair',
    put: replaced('"optional":null', String.raw`"optional":{"a":"\ud800"}`),
    strict: 'PAYLOAD_JSON',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'the digest of another image',
    put: payload((right, { digest }) => right.replace(digest, other)),
    strict: 'DIGEST_MISMATCH',
    cosign: 'DIGEST_MISMATCH',
    exit: 12,
  },
  {
    name: 'the digest in upper case',
    put: payload((right, { digest }) => right.replace(digest, `sha256:${digest.slice(7).toUpperCase()}`)),
    strict: 'DIGEST_MISMATCH',
    cosign: 'DIGEST_MISMATCH',
    exit: 12,
  },
  {
    name: 'something after it',
    put: payload((right) => `${right}{}`),
    strict: 'PAYLOAD_JSON',
    cosign: 'PAYLOAD_JSON',
    exit: 12,
  },
  {
    name: 'a byte order mark before it',
    put: payload((right) => `\ufeff${right}`),
    strict: 'PAYLOAD_JSON',
    cosign: 'PAYLOAD_JSON',
    exit: 12,
  },
  { name: 'null', put: payload(() => 'null'), strict: 'PAYLOAD_JSON', cosign: 'DIGEST_MISMATCH', exit: 12 },
  { name: 'not JSON', put: payload(() => 'payload'), strict: 'PAYLOAD_JSON', cosign: 'PAYLOAD_JSON', exit: 12 },
]

/** Signatures. */
const signatures: readonly HostileCase[] = [
  { name: 'high s', put: withS(true), strict: 'accepted', cosign: 'accepted', exit: 0 },
  { name: 'low s', put: withS(false), strict: 'accepted', cosign: 'accepted', exit: 0 },
  {
    name: 'r and s side by side',
    put: signature((der) =>
      halves(der)
        .map((half) => half.toString(16).padStart(64, '0'))
        .join('')
        .replace(/.*/s, (hex) => base64(Buffer.from(hex, 'hex'))),
    ),
    strict: 'SIG_RAW_RS',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a line feed in the base64',
    put: signature((der) => base64(der).replace(/^.{20}/, '$&\n')),
    strict: 'SIG_BASE64',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a space in the base64',
    put: signature((der) => base64(der).replace(/^.{20}/, '$& ')),
    strict: 'SIG_BASE64',
    cosign: 'SIG_BASE64',
    exit: 12,
  },
  {
    name: 'bits in the base64 that nothing reads',
    put: until(
      (text) => text.endsWith('='),
      (text) => text.replace(/.(?==+$)/, nextLetter),
    ),
    strict: 'SIG_BASE64',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'base64 without its padding',
    put: until(
      (text) => text.endsWith('='),
      (text) => text.replace(/=+$/, ''),
    ),
    strict: 'SIG_BASE64',
    cosign: 'SIG_BASE64',
    exit: 12,
  },
  {
    name: 'base64 of the alphabet for URLs',
    put: until(
      (text) => /[+/]/.test(text),
      (text) => text.replaceAll('+', '-').replaceAll('/', '_'),
    ),
    strict: 'SIG_BASE64',
    cosign: 'SIG_BASE64',
    exit: 12,
  },
  {
    name: 'a byte after the DER',
    put: oddDer((der) => Buffer.concat([der, Buffer.of(0)])),
    strict: 'SIG_DER',
    cosign: 'SIG_DER',
    exit: 12,
  },
  {
    name: 'a length of DER longer than it need be',
    put: oddDer((der) => Buffer.concat([Buffer.of(0x30, 0x81), der.subarray(1)])),
    strict: 'SIG_DER',
    cosign: 'SIG_DER',
    exit: 12,
  },
  { name: 'no bytes', put: signature(() => ''), strict: 'SIG_DER', cosign: 'SIG_DER', exit: 12 },
  {
    name: 'no annotation',
    put: (store, maker) => putLayers(store, maker, [{ ...good(maker), annotations: {} }]),
    strict: 'SIG_ANNOTATION_MISSING',
    cosign: 'SIG_ANNOTATION_MISSING',
    exit: 12,
  },
  {
    name: 'the annotation in other case',
    put: (store, maker) => {
      const layer = good(maker)
      const annotations = { 'Dev.CosignProject.Cosign/Signature': layer.annotations?.[signatureKey] ?? '' }
      putLayers(store, maker, [{ ...layer, annotations }])
    },
    strict: 'SIG_ANNOTATION_MISSING',
    cosign: 'SIG_ANNOTATION_MISSING',
    exit: 12,
  },
  {
    name: 'made with SHA-512',
    put: signature((_, maker) => base64(sign('sha512', writePayload(maker), maker.key.keyObject))),
    strict: 'HASH_ALG_MISMATCH',
    cosign: 'HASH_ALG_MISMATCH',
    exit: 12,
  },
]

/** Manifests, and what stands beside a signature. */
const manifests: readonly HostileCase[] = [
  {
    name: 'a layer of another media type',
    put: (store, maker) => putLayers(store, maker, [{ ...good(maker), mediaType: 'text/plain' }]),
    strict: 'MEDIA_TYPE',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a config of another media type',
    put: (store, maker) => putLayers(store, maker, [good(maker)], undefined, [types.image, 'text/plain']),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: "Docker's media types",
    put: (store, maker) => {
      const config = 'application/vnd.docker.container.image.v1+json'
      putLayers(store, maker, [good(maker)], undefined, [types.docker, config])
    },
    strict: 'MEDIA_TYPE',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a good layer after a bad one',
    put: (store, maker) => putLayers(store, maker, [{ ...good(maker), annotations: {} }, good(maker)]),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'annotations twice, the signature in the first',
    put: (store, maker) =>
      putLayers(store, maker, [good(maker)], (text) => text.replace('}}]', '},"annotations":{"more":"x"}}]')),
    strict: 'MANIFEST_INVALID',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'annotations under a name in other case',
    put: (store, maker) =>
      putLayers(store, maker, [good(maker)], (text) => text.replace('"annotations"', '"Annotations"')),
    strict: 'SIG_ANNOTATION_MISSING',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'an annotation that is a number',
    put: (store, maker) =>
      putLayers(store, maker, [good(maker)], (text) => text.replace('"annotations":{', '"annotations":{"more":1,')),
    strict: 'MANIFEST_INVALID',
    cosign: 'MANIFEST_INVALID',
    exit: 1,
  },
  {
    name: 'a Rekor bundle of nothing',
    put: beside({ 'dev.sigstore.cosign/bundle': '{"SignedEntryTimestamp":"","Payload":{"body":"rubbish"}}' }),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a Rekor bundle that is no JSON',
    put: beside({ 'dev.sigstore.cosign/bundle': 'rubbish' }),
    strict: 'accepted',
    cosign: 'ANNOTATION_INVALID',
    exit: 12,
  },
  {
    name: 'a timestamp that is no base64',
    put: beside({ 'dev.sigstore.cosign/rfc3161timestamp': '{"SignedRFC3161Timestamp":"!"}' }),
    strict: 'accepted',
    cosign: 'ANNOTATION_INVALID',
    exit: 12,
  },
  {
    name: 'a certificate that is no PEM',
    put: beside({ 'dev.sigstore.cosign/certificate': 'rubbish' }),
    strict: 'accepted',
    cosign: 'CERT_PARSE',
    exit: 12,
  },
  {
    name: 'a certificate of white space',
    put: beside({ 'dev.sigstore.cosign/certificate': ' \n' }),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
    // It panics.
    real: { '2.6.5': 2 },
  },
  {
    name: 'no certificate, and a chain that is no PEM',
    put: beside({ 'dev.sigstore.cosign/chain': 'rubbish' }),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'no layers',
    put: (store, maker) => putLayers(store, maker, []),
    strict: 'NO_SIGNATURES',
    cosign: 'NO_SIGNATURES',
    exit: 10,
  },
  {
    name: 'more than 1000 layers (GHSA-95pr-fxf5-86gv)',
    put: (store, maker) =>
      putLayers(
        store,
        maker,
        Array.from({ length: 1001 }, () => ({ payload: 'x' })),
      ),
    strict: 'TOO_MANY_LAYERS',
    cosign: 'TOO_MANY_LAYERS',
    exit: 1,
  },
  {
    name: 'an index',
    put: (store, { digest }) => {
      const index = JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [] })
      store.putManifest(types.index, index, tagOfDigest(digest, '.sig'))
    },
    strict: 'MANIFEST_INVALID',
    cosign: 'MANIFEST_INVALID',
    exit: 1,
  },
  { name: 'nothing at all', put: () => {}, strict: 'NO_SIGNATURES', cosign: 'NO_SIGNATURES', exit: 10 },
]

const named = (what: string, cases: readonly HostileCase[]): readonly HostileCase[] =>
  cases.map((one) => ({ ...one, name: `${what}: ${one.name}` }))

/** What may stand behind a `.sig` tag. */
export const hostileSignatures: readonly HostileCase[] = [
  ...named('payload', payloads),
  ...named('signature', signatures),
  ...named('manifest', manifests),
]
