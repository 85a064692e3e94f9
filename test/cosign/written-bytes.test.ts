import { attest, generateKeyPair, signImage, writeFallback, writePayload, type Signed } from 'start-registry/cosign'
import t from 'tap'
import { types } from '../support/content.js'
import { goldenDigest, goldenText } from './golden/fixtures.js'

// What cosign 2.6.5 and 3.1.3 wrote for an image of this digest, but for the signatures, which differ each time.
const hex = '1d8de79906ad89bd08cd1e4348f87a12f0225f774fe977cbde17d47ab3269d3d'
const digest = `sha256:${hex}`
const reference = '127.0.0.1:33457/exp'
const subject = { mediaType: types.image, digest, size: 394 }
const at = new Date('2026-11-24T07:03:27.999Z')
const { privateKey: key } = generateKeyPair()
const payload = `{"critical":{"identity":{"docker-reference":"${reference}"},"image":{"docker-manifest-digest":"${digest}"},"type":"cosign container image signature"},"optional":null}`
const payloadDigest = 'sha256:575227a19d4d26cc63b15f9941a17a38cf6e9ca7dc8532fc673a508ff74bd29e'
const config = `{"architecture":"","created":"0001-01-01T00:00:00Z","history":[{"created":"0001-01-01T00:00:00Z"}],"os":"","rootfs":{"type":"layers","diff_ids":["${payloadDigest}"]},"config":{}}`
const configDigest = 'sha256:f76a8c4967d613bb2c5e80b7cb4ea35d5fc3bf520bbc4ddb8b5ff32d1fc0a454'
const empty = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'

const text = ({ manifest }: Signed): string => manifest.bytes.toString()
const signatureIn = (manifest: string): string =>
  /"dev\.cosignproject\.cosign\/signature":"([^"]*)"/.exec(manifest)?.[1] ?? ''

void t.test('a payload is what cosign writes', async (t) => {
  t.equal(writePayload({ reference, digest }).toString(), payload)
  const annotations = { z: '1', a: '<&>', '\u00e9': '"\\\n\u2028', '': '' }
  t.equal(
    writePayload({ reference, digest }, annotations).toString(),
    payload.replace('null', () => String.raw`{"":"","a":"\u003c\u0026\u003e","z":"1","é":"\"\\\n\u2028"}`),
    'in the order of UTF-8, with HTML escaped',
  )
})

void t.test('manifests of signatures are what cosign writes', async (t) => {
  const tagged = signImage({ digest, reference, key })
  t.equal(tagged.tag, `sha256-${hex}.sig`)
  t.same(
    tagged.blobs.map((blob) => [blob.mediaType, blob.digest, blob.bytes.toString()]),
    [
      [types.config, configDigest, config],
      ['application/vnd.dev.cosign.simplesigning.v1+json', payloadDigest, payload],
    ],
  )
  const layers = (signature: string): string =>
    `"layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","size":235,"digest":"${payloadDigest}","annotations":{"dev.cosignproject.cosign/signature":"${signature}"}}]`
  t.equal(
    text(tagged),
    `{"schemaVersion":2,"mediaType":"${types.image}","config":{"mediaType":"${types.config}","size":233,"digest":"${configDigest}"},${layers(signatureIn(text(tagged)))}}`,
  )

  const referrer = signImage({ digest, reference, key, form: 'oci-1-1', subject })
  const type = 'application/vnd.dev.cosign.artifact.sig.v1+json'
  t.equal(referrer.tag, undefined)
  t.equal(
    text(referrer),
    `{"schemaVersion":2,"mediaType":"${types.image}","config":{"mediaType":"${type}","size":233,"digest":"${configDigest}"},${layers(signatureIn(text(referrer)))},"subject":{"mediaType":"${types.image}","size":394,"digest":"${digest}"},"artifactType":"${type}"}`,
  )
})

void t.test('a bundle and its manifest are what cosign writes, but for the spaces of its bundle', async (t) => {
  const type = 'application/vnd.dev.sigstore.bundle.v0.3+json'
  const signed = signImage({ digest, reference, key, form: 'bundle', subject, at })
  const [, bundle] = signed.blobs
  const { dsseEnvelope, ...rest } = JSON.parse(bundle?.bytes.toString() ?? '') as {
    dsseEnvelope: { payload: string; payloadType: string; signatures: unknown[] }
  }
  t.same(rest, { mediaType: type, verificationMaterial: { publicKey: { hint: key.publicKey.hint } } })
  t.equal(
    Buffer.from(dsseEnvelope.payload, 'base64').toString(),
    `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"${hex}"},"annotations":{}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}`,
  )
  t.match(dsseEnvelope, { payloadType: 'application/vnd.in-toto+json', signatures: [{ sig: /^[\w+/]+=*$/ }] })
  const annotations = `"annotations":{"dev.sigstore.bundle.content":"dsse-envelope","dev.sigstore.bundle.predicateType":"https://sigstore.dev/cosign/sign/v1","org.opencontainers.image.created":"2026-11-24T07:03:27Z"}`
  t.equal(
    text(signed),
    `{"schemaVersion":2,"mediaType":"${types.image}","config":{"mediaType":"${types.empty}","size":2,"digest":"${empty}","artifactType":"${type}"},"layers":[{"mediaType":"${type}","size":${bundle?.bytes.length},"digest":"${bundle?.digest}"}],${annotations},"subject":{"mediaType":"${types.image}","size":394,"digest":"${digest}"},"artifactType":"${type}"}`,
  )
  const fallback = writeFallback(digest, signed, undefined)
  t.equal(fallback.tag, `sha256-${hex}`)
  t.equal(
    text(fallback),
    `{"schemaVersion":2,"mediaType":"${types.index}","manifests":[{"mediaType":"${types.image}","size":${signed.manifest.bytes.length},"digest":"${signed.manifest.digest}",${annotations},"artifactType":"${type}"}]}`,
  )
})

void t.test('an attestation is what cosign 2 writes', async (t) => {
  const signed = attest({ digest, reference, key, predicate: '{"a":"<b>&"}\n', at })
  const [, envelope] = signed.blobs
  const { payload, payloadType, signatures } = JSON.parse(envelope?.bytes.toString() ?? '') as Record<string, string>
  t.equal(
    Buffer.from(payload ?? '', 'base64').toString(),
    String.raw`{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://cosign.sigstore.dev/attestation/v1","subject":[{"name":"${reference}","digest":{"sha256":"${hex}"}}],"predicate":{"Data":"{\"a\":\"\u003cb\u003e\u0026\"}\n","Timestamp":"2026-11-24T07:03:27Z"}}`,
  )
  t.match([payloadType, signatures], ['application/vnd.in-toto+json', [{ keyid: '', sig: String }]])
  t.match(
    text(signed),
    `"layers":[{"mediaType":"application/vnd.dsse.envelope.v1+json","size":${envelope?.bytes.length},"digest":"${envelope?.digest}","annotations":{"dev.cosignproject.cosign/signature":"","predicateType":"https://cosign.sigstore.dev/attestation/v1"}}]}`,
  )
})

void t.test('an attestation can be what cosign 1 writes', async (t) => {
  const golden = '1.0.0/key-attest-tag'
  const statement = goldenText(`${golden}/layer.json`)
  const { subject: about, predicate } = JSON.parse(statement) as {
    readonly subject: readonly { readonly name: string }[]
    readonly predicate: { readonly Data: string }
  }
  const options = { digest: goldenDigest(), reference: about[0]?.name ?? '', key, asCosign1: true }
  const signed = attest({ ...options, predicate: predicate.Data })
  t.same(
    signed.blobs.map(({ bytes }) => bytes.toString()),
    [goldenText(`${golden}/config.json`), statement],
  )
  const withoutSignature = (manifest: string): string =>
    manifest.replace(signatureIn(manifest), (envelope) =>
      Buffer.from(envelope, 'base64')
        .toString()
        .replace(/"sig":"[^"]+"/, '"sig":""'),
    )
  // It leaves the media type of the manifest out.
  t.equal(
    withoutSignature(text(signed).replace(`"mediaType":"${types.image}",`, '')),
    withoutSignature(goldenText(`${golden}/manifest.json`)),
  )
  const refusal = { name: 'TypeError', message: 'cosign 1.0.0 attests text, of the custom type' }
  t.throws(() => attest({ ...options, predicate: { a: 1 } }), refusal)
  t.throws(() => attest({ ...options, predicate: 'text', predicateType: 'spdx' }), refusal)
})

void t.test('a certificate stands beside a signature as cosign has it there', async (t) => {
  const certificate = { leaf: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', chain: 'chain' }
  const tagged = JSON.parse(text(signImage({ digest, reference, key, certificate }))) as {
    layers: [{ annotations: Record<string, string> }]
  }
  t.same(Object.keys(tagged.layers[0].annotations), [
    'dev.cosignproject.cosign/signature',
    'dev.sigstore.cosign/certificate',
    'dev.sigstore.cosign/chain',
  ])
  t.match(tagged.layers[0].annotations, {
    'dev.sigstore.cosign/certificate': certificate.leaf,
    'dev.sigstore.cosign/chain': 'chain',
  })
  const [, bundle] = signImage({ digest, reference, key, certificate, form: 'bundle', subject }).blobs
  t.match(JSON.parse(bundle?.bytes.toString() ?? ''), { verificationMaterial: { certificate: { rawBytes: 'AAAA' } } })
})

void t.test('what is signed is the subject', async (t) => {
  const other = { ...subject, digest: digest.replace('1', '2') }
  t.throws(() => signImage({ digest, reference, key, form: 'bundle', subject: other }), TypeError)
  t.throws(() => attest({ digest, reference, key, predicate: 'text', predicateType: 'spdx' }), TypeError)
})
