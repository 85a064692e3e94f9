import { signImage } from 'start-registry/cosign'
import { types } from './content.js'
import type { HostileCase } from './hostile-case.js'
import { bundle, envelope, material, putBundle, signBundle, statement, type Json } from './hostile-bundle-parts.js'
import { hostileStatements } from './hostile-statements.js'

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
  ...hostileStatements,
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
