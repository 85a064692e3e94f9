import { attest, pae, signImage, signWith, type Signed } from 'start-registry/cosign'
import { sha256, types } from './content.js'
import type { HostileCase, Maker } from './hostile-signatures.js'
import type { SignedStore } from './signed-store.js'

type Json = Record<string, unknown>

interface BundleJson {
  mediaType: string
  verificationMaterial: Json
  dsseEnvelope: { payload: string; payloadType: string; signatures: Json[] }
}

const inToto = 'application/vnd.in-toto+json'
const other = sha256('another image')
const subjectOf = ({ digest }: Maker): { mediaType: string; digest: string; size: number } => ({
  mediaType: types.image,
  digest,
  size: 1,
})

const signBundle = (maker: Maker): Signed => signImage({ ...maker, form: 'bundle', subject: subjectOf(maker) })

/** Puts a bundle, changed at last, under the manifest that cosign would have for it. */
function putBundle(store: SignedStore, { blobs, manifest }: Signed, text: (bundle: BundleJson) => string): void {
  const [empty, bundle] = blobs
  if (!empty || !bundle) throw new Error('a bundle has two blobs')
  store.putBlob(empty.bytes)
  const changed = text(JSON.parse(bundle.bytes.toString()) as BundleJson)
  const digest = store.putBlob(changed)
  const described = JSON.parse(manifest.bytes.toString()) as { layers: Json[] }
  const layers = [{ ...described.layers[0], digest, size: Buffer.byteLength(changed) }]
  store.putManifest(manifest.mediaType, JSON.stringify({ ...described, layers }))
}

/** A bundle that is otherwise than it should be around what is rightly signed. */
const bundle =
  (change: (bundle: BundleJson, maker: Maker) => BundleJson | Json | string): HostileCase['put'] =>
  (store, maker) =>
    putBundle(store, signBundle(maker), (right) => {
      const changed = change(right, maker)
      return typeof changed === 'string' ? changed : JSON.stringify(changed)
    })

const envelope = (change: (envelope: BundleJson['dsseEnvelope']) => Json) =>
  bundle((right) => ({ ...right, dsseEnvelope: change(right.dsseEnvelope) }))

const material = (change: (right: Json) => Json) =>
  bundle((right) => ({ ...right, verificationMaterial: change(right.verificationMaterial) }))

/** A statement that is otherwise than it should be, rightly signed. */
const statement = (change: (text: string, maker: Maker) => string, type: string = inToto) =>
  bundle((right, maker) => {
    const text = Buffer.from(right.dsseEnvelope.payload, 'base64').toString()
    const payload = Buffer.from(change(text, maker))
    const sig = Buffer.from(signWith(maker.key, pae(type, payload))).toString('base64')
    return {
      ...right,
      dsseEnvelope: { payload: payload.toString('base64'), payloadType: type, signatures: [{ sig }] },
    }
  })

const entry = {
  logIndex: '1',
  logId: { keyId: 'AAAA' },
  kindVersion: { kind: 'dsse', version: '0.0.1' },
  integratedTime: '1',
  canonicalizedBody: 'AAAA',
}

/** The same with base64 of the alphabet for URLs, and without its padding. */
function urlBase64(value: unknown, name = ''): unknown {
  if (typeof value === 'string') {
    const isBase64 = ['payload', 'sig', 'hint'].includes(name)
    return isBase64 ? value.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') : value
  }
  if (Array.isArray(value)) return value.map((one) => urlBase64(one))
  return Object.fromEntries(Object.entries(value as Json).map(([key, one]) => [key, urlBase64(one, key)]))
}

const manyDigests = (count: number): string => Array.from({ length: count }, (_, index) => `"x${index}":"00"`).join(',')

/** The bytes of a certificate that there is not. */
const rawBytes = Buffer.from('no certificate').toString('base64')

/** What may refer to an image as a bundle. `exit` is that of cosign 3, which is alone in verifying them by default. */
export const hostileBundles: readonly HostileCase[] = [
  { name: 'as cosign writes it', put: bundle((right) => right), strict: 'accepted', cosign: 'accepted', exit: 0 },
  {
    name: 'on several lines',
    put: bundle((right) => JSON.stringify(right, undefined, 2)),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'names in snake case',
    put: bundle((right) =>
      JSON.stringify(right)
        .replace('verificationMaterial', 'verification_material')
        .replace('dsseEnvelope', 'dsse_envelope'),
    ),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'base64 for URLs, without padding',
    put: bundle((right) => urlBase64(right) as Json),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a member that bundles have not',
    put: bundle((right) => ({ ...right, more: 1 })),
    strict: 'BUNDLE_SHAPE',
    cosign: 'BUNDLE_SHAPE',
    exit: 10,
  },
  {
    name: 'a member twice',
    put: bundle((right) => JSON.stringify(right).replace('{"mediaType"', `{"mediaType":"x","mediaType"`)),
    strict: 'BUNDLE_SHAPE',
    cosign: 'BUNDLE_SHAPE',
    exit: 10,
  },
  {
    name: 'something after it',
    put: bundle((right) => `${JSON.stringify(right)}{}`),
    strict: 'BUNDLE_SHAPE',
    cosign: 'BUNDLE_SHAPE',
    exit: 10,
  },
  {
    name: 'version 0.3 as a parameter',
    put: bundle((right) => ({ ...right, mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.3' })),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  ...['0.1', '0.2'].map((version) => ({
    name: `version ${version}`,
    put: bundle((right) => ({ ...right, mediaType: `application/vnd.dev.sigstore.bundle+json;version=${version}` })),
    strict: 'accepted' as const,
    cosign: 'BUNDLE_VERSION' as const,
    exit: 10,
  })),
  {
    name: 'version 0.4',
    put: bundle((right) => ({ ...right, mediaType: 'application/vnd.dev.sigstore.bundle.v0.4+json' })),
    strict: 'BUNDLE_VERSION',
    cosign: 'BUNDLE_VERSION',
    exit: 10,
  },
  {
    name: 'no media type',
    put: bundle(({ verificationMaterial, dsseEnvelope }) => ({ verificationMaterial, dsseEnvelope })),
    strict: 'BUNDLE_VERSION',
    cosign: 'BUNDLE_VERSION',
    exit: 10,
  },
  {
    name: 'no verification material',
    put: bundle(({ mediaType, dsseEnvelope }) => ({ mediaType, dsseEnvelope })),
    strict: 'BUNDLE_SHAPE',
    cosign: 'BUNDLE_SHAPE',
    exit: 10,
  },
  {
    name: 'neither a key nor a certificate',
    put: material(() => ({})),
    strict: 'BUNDLE_SHAPE',
    cosign: 'BUNDLE_SHAPE',
    exit: 10,
  },
  {
    name: 'a key and a certificate',
    put: material((right) => ({ ...right, certificate: { rawBytes } })),
    strict: 'BUNDLE_SHAPE',
    cosign: 'BUNDLE_SHAPE',
    exit: 10,
  },
  {
    name: 'a certificate, where a key is wanted',
    put: material(() => ({ certificate: { rawBytes } })),
    strict: 'WRONG_KEY_KIND',
    cosign: 'WRONG_KEY_KIND',
    exit: 1,
  },
  {
    name: 'a certificate chain in version 0.3',
    put: material(() => ({ x509CertificateChain: { certificates: [{ rawBytes }] } })),
    strict: 'BUNDLE_CERT_CHAIN',
    cosign: 'BUNDLE_CERT_CHAIN',
    exit: 10,
  },
  {
    name: 'a log entry without a body',
    put: material((right) => ({ ...right, tlogEntries: [{ ...entry, canonicalizedBody: undefined }] })),
    strict: 'BUNDLE_SHAPE',
    cosign: 'BUNDLE_SHAPE',
    exit: 10,
  },
  {
    name: 'a log entry without an inclusion proof',
    put: material((right) => ({ ...right, tlogEntries: [entry] })),
    strict: 'BUNDLE_SHAPE',
    cosign: 'BUNDLE_SHAPE',
    exit: 10,
  },
  {
    name: 'more than 32 log entries (GHSA-cq38-jh5f-37mq)',
    put: material((right) => ({ ...right, tlogEntries: Array.from({ length: 33 }, () => entry) })),
    strict: 'BUNDLE_SHAPE',
    cosign: 'BUNDLE_SHAPE',
    exit: 10,
  },
  {
    name: 'the hint of another key',
    put: material(() => ({ publicKey: { hint: 'another' } })),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: "a blob's signature",
    put: bundle(({ mediaType, verificationMaterial }) => ({
      mediaType,
      verificationMaterial,
      messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest: 'AAAA' }, signature: 'AAAA' },
    })),
    strict: 'BUNDLE_SHAPE',
    cosign: 'BUNDLE_SHAPE',
    exit: 1,
  },
  {
    name: 'no signature',
    put: envelope((right) => ({ ...right, signatures: [] })),
    strict: 'DSSE_COUNT',
    cosign: 'DSSE_COUNT',
    exit: 1,
  },
  {
    name: 'two signatures, both right',
    put: envelope((right) => ({ ...right, signatures: [...right.signatures, ...right.signatures] })),
    strict: 'DSSE_COUNT',
    cosign: 'DSSE_COUNT',
    exit: 1,
  },
  {
    name: 'the keyid of another key',
    put: envelope((right) => ({ ...right, signatures: right.signatures.map((one) => ({ ...one, keyid: 'another' })) })),
    strict: 'accepted',
    cosign: 'KEY_MISMATCH',
    exit: 1,
  },
  {
    name: 'a payload that is no statement',
    put: statement((text) => text, 'text/plain'),
    strict: 'DSSE_PAYLOAD_TYPE',
    cosign: 'DSSE_PAYLOAD_TYPE',
    exit: 1,
  },
  {
    name: 'another type of payload than was signed',
    put: envelope((right) => ({ ...right, payloadType: 'text/plain' })),
    strict: 'DSSE_PAYLOAD_TYPE',
    cosign: 'DSSE_PAYLOAD_TYPE',
    exit: 1,
  },
  {
    name: 'another statement than was signed',
    put: envelope((right) => ({ ...right, payload: Buffer.from('{}').toString('base64') })),
    strict: 'SIG_INVALID',
    cosign: 'SIG_INVALID',
    exit: 1,
  },
  {
    name: 'a statement of another image',
    put: statement((text, { digest }) => text.replace(digest.slice(7), other.slice(7))),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'the digest in upper case',
    put: statement((text, { digest }) => text.replace(digest.slice(7), digest.slice(7).toUpperCase())),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'two subjects, the last one right',
    put: statement((text) => text.replace('"subject":[', `"subject":[{"digest":{"sha256":"${other.slice(7)}"}},`)),
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a subject whose digest is no hex',
    put: statement((text) => text.replace('"subject":[', '"subject":[{"digest":{"sha1":"rubbish"}},')),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'a subject that is null',
    put: statement((text) => text.replace('"subject":[', '"subject":[null,')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'no subject',
    put: statement((text) => text.replace(/"subject":\[.*?\],"pred/, '"subject":[],"pred')),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'more than 1024 subjects',
    put: statement((text) => text.replace('"subject":[', `"subject":[${'{"digest":{"sha256":"00"}},'.repeat(1024)}`)),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'more than 32 digests of a subject',
    put: statement((text) => text.replace('"digest":{', `"digest":{${manyDigests(32)},`)),
    strict: 'STATEMENT_SUBJECT',
    cosign: 'STATEMENT_SUBJECT',
    exit: 1,
  },
  {
    name: 'a member that statements have not',
    put: statement((text) => text.replace('{"_type"', '{"more":1,"_type"')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'subject twice',
    put: statement((text) => text.replace('{"_type"', '{"subject":[],"_type"')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'a member in other case',
    put: statement((text) => text.replace('"subject"', '"Subject"')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'an unknown type of statement',
    put: statement((text) => text.replace('in-toto.io/Statement/v1', 'in-toto.io/Statement/v9')),
    strict: 'STATEMENT',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'a predicate that is text',
    put: statement((text) => text.replace('"predicate":{}', '"predicate":"text"')),
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'an attestation, where a signature is wanted',
    put: (store, maker) => store.put(attest({ ...maker, predicate: 'x', form: 'bundle', subject: subjectOf(maker) })),
    strict: 'PREDICATE_TYPE',
    cosign: 'accepted',
    exit: 0,
  },
  {
    name: 'an annotation twice',
    put: statement((text) => text.replace('"annotations":{}', '"annotations":{"a":"2","a":"1"}')),
    annotations: { a: '1' },
    strict: 'STATEMENT',
    cosign: 'STATEMENT',
    exit: 1,
  },
  {
    name: 'an annotation that is a number',
    put: statement((text) => text.replace('"annotations":{}', '"annotations":{"a":1}')),
    annotations: { a: '1' },
    strict: 'ANNOTATION_MISMATCH',
    cosign: 'ANNOTATION_MISMATCH',
    exit: 1,
  },
  {
    name: 'two layers',
    put: (store, maker) => {
      const signed = signBundle(maker)
      const manifest = JSON.parse(signed.manifest.bytes.toString()) as { layers: Json[] }
      const layers = [...manifest.layers, ...manifest.layers]
      store.put(signed)
      store.deleteManifest(signed.manifest.digest)
      store.putManifest(types.image, JSON.stringify({ ...manifest, layers }))
    },
    strict: 'MEDIA_TYPE',
    cosign: 'MEDIA_TYPE',
    exit: 10,
  },
  {
    name: "a stranger's beside a good signature behind the tag",
    put: (store, maker) => {
      store.put(signImage(maker))
      putBundle(store, signBundle(maker), (right) =>
        JSON.stringify({ ...right, dsseEnvelope: { ...right.dsseEnvelope, signatures: [{ sig: 'AAAA' }] } }),
      )
    },
    strict: 'accepted',
    cosign: 'SIG_DER',
    exit: 1,
  },
  {
    name: 'one that cannot be read beside a good signature behind the tag',
    put: (store, maker) => {
      store.put(signImage(maker))
      putBundle(store, signBundle(maker), () => 'rubbish')
    },
    strict: 'accepted',
    cosign: 'accepted',
    exit: 0,
  },
]
