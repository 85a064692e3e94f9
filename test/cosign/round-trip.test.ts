import {
  attest,
  generateKeyPair,
  signImage,
  tagOfDigest,
  verifyAttestation,
  verifyImage,
  writeFallback,
  type Signed,
} from 'start-registry/cosign'
import t from 'tap'
import { sha256, types } from '../support/content.js'
import { SignedStore } from '../support/signed-store.js'

const image = Buffer.from('{"schemaVersion":2}')
const digest = sha256(image)
const subject = { mediaType: types.image, digest, size: image.length }
const reference = 'registry.test/team/app'
const { privateKey: key, publicKey } = generateKeyPair()
const stranger = generateKeyPair()
const at = new Date('2026-01-02T03:04:05.678Z')

const strictnesses = ['strict', 'cosign'] as const
const trusted = { keys: [publicKey] }

void t.test('an image is signed in each form, and verified', async (t) => {
  const annotations = { environment: 'test', html: '<&>' }
  for (const form of ['sig-tag', 'oci-1-1', 'bundle'] as const) {
    const signed = signImage({ digest, reference, key, annotations, at, form, subject })
    const store = new SignedStore().put(signed)
    for (const strictness of strictnesses) {
      const options = { strictness, annotations, experimentalOci11: true }
      const verdict = await verifyImage(store, digest, trusted, options)
      t.match(
        verdict,
        {
          verified: true,
          digest,
          strictness,
          findings: [],
          exitCode: 0,
          signatures: [
            {
              form,
              manifest: signed.manifest.digest,
              blob: signed.blobs[1]?.digest,
              layer: 0,
              verified: true,
              findings: [],
              algorithm: 'ecdsa-p256-sha256',
              annotations,
            },
          ],
        },
        `${form}, ${strictness}`,
      )
      t.equal(verdict.signatures.length, 1)

      const other = await verifyImage(store, digest, { keys: [stranger.publicKey] }, options)
      t.equal(other.verified, false)
      t.same(codesOf(other), ['SIG_INVALID'])
      t.equal(other.exitCode, form === 'sig-tag' ? 12 : form === 'bundle' ? 1 : strictness === 'strict' ? 12 : 10)

      const more = { ...options, annotations: { ...annotations, more: 'x' } }
      t.same(codesOf(await verifyImage(store, digest, trusted, more)), ['ANNOTATION_MISMATCH'])
      const both = { keys: [stranger.publicKey, publicKey] }
      t.equal((await verifyImage(store, digest, both, options)).verified, true, 'one of several keys')
    }
  }
})

void t.test('an attestation is made in each form, and verified', async (t) => {
  for (const form of ['att-tag', 'bundle'] as const) {
    const signed = attest({ digest, reference, key, predicate: 'a <predicate>\n', at, form, subject })
    const store = new SignedStore().put(signed)
    for (const strictness of strictnesses) {
      for (const predicateType of [undefined, 'custom', 'https://cosign.sigstore.dev/attestation/v1']) {
        const verdict = await verifyAttestation(store, digest, trusted, { strictness, predicateType })
        t.match(verdict, { verified: true, exitCode: 0, findings: [] }, `${form}, ${strictness}, ${predicateType}`)
        t.match(verdict.signatures, [{ form, predicateType: 'https://cosign.sigstore.dev/attestation/v1' }])
      }
      const other = await verifyAttestation(store, digest, trusted, { strictness, predicateType: 'spdx' })
      t.match(other, { verified: false, exitCode: 1 })
      t.same(codesOf(other), ['PREDICATE_TYPE'], 'none of that type is a failure (GHSA-vjxv-45g9-9296)')
    }
  }
})

void t.test('bundles are found behind the tag of the referrers tag schema', async (t) => {
  const first = signImage({ digest, reference, key, at, form: 'bundle', subject })
  const second = attest({
    digest,
    reference,
    key,
    predicate: { a: 1 },
    predicateType: 'spdx',
    at,
    form: 'bundle',
    subject,
  })
  const store = new SignedStore({ referrersApi: false }).put(first).put(second)
  t.match(await verifyImage(store, digest, trusted), { verified: false, exitCode: 10 })
  const one = writeFallback(digest, first, undefined)
  t.equal(one.tag, tagOfDigest(digest))
  store.put(one).put(writeFallback(digest, second, store.manifests.get(one.tag)))
  for (const strictness of strictnesses) {
    t.equal((await verifyImage(store, digest, trusted, { strictness })).verified, true)
    t.equal((await verifyAttestation(store, digest, trusted, { strictness, predicateType: 'spdx' })).verified, true)
  }
})

void t.test('signatures are appended to those that are there', async (t) => {
  const store = new SignedStore()
  const tag = tagOfDigest(digest, '.sig')
  for (const { privateKey } of [generateKeyPair(), { privateKey: key }, generateKeyPair()]) {
    store.put(signImage({ digest, reference, key: privateKey, existing: store.manifests.get(tag) }))
  }
  const verdict = await verifyImage(store, digest, trusted)
  t.same(
    verdict.signatures.map(({ layer, verified }) => [layer, verified]),
    [
      [0, false],
      [1, true],
      [2, false],
    ],
  )
  t.equal(verdict.verified, true)
})

void t.test('every kind of key signs', async (t) => {
  const algorithms = {
    'P-256': 'ecdsa-p256-sha256',
    'P-384': 'ecdsa-p384-sha384',
    'P-521': 'ecdsa-p521-sha512',
    RSA: 'rsa-pkcs1v15-sha256',
    Ed25519: 'ed25519ph',
  } as const
  for (const [kind, algorithm] of Object.entries(algorithms)) {
    const pair = generateKeyPair(kind as keyof typeof algorithms)
    for (const form of ['sig-tag', 'bundle'] as const) {
      const store = new SignedStore().put(signImage({ digest, reference, key: pair.privateKey, form, subject }))
      for (const strictness of strictnesses) {
        const verdict = await verifyImage(store, digest, { keys: [pair.publicKey] }, { strictness })
        t.match(verdict.signatures, [{ verified: true, algorithm }], `${kind}, ${form}`)
      }
    }
  }
})

void t.test('signatures in another repository are found there alone', async (t) => {
  const signatures = new SignedStore().put(signImage({ digest, reference, key }))
  const source = new SignedStore()
  t.equal((await verifyImage(source, digest, trusted, { signatures })).verified, true)
  const verdict = await verifyImage(source, digest, trusted)
  t.match(verdict, { verified: false, exitCode: 10, findings: [{ code: 'NO_SIGNATURES' }] })
})

void t.test('an index is verified with all that it leads to', async (t) => {
  const store = new SignedStore()
  const children = ['{"schemaVersion":2,"a":1}', '{"schemaVersion":2,"a":2}'].map((text) => ({
    mediaType: types.image,
    digest: store.putManifest(types.image, text),
    size: text.length,
  }))
  const inner = JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: children })
  const nested = { mediaType: types.index, digest: store.putManifest(types.index, inner), size: inner.length }
  const outer = store.putManifest(types.index, JSON.stringify({ schemaVersion: 2, manifests: [nested, children[0]] }))
  const all = [outer, nested.digest, ...children.map((child) => child.digest)]
  const sign = (one: string): Signed => signImage({ digest: one, reference, key })
  for (const one of all.slice(0, -1)) store.put(sign(one))

  t.equal((await verifyImage(store, outer, trusted)).verified, true, 'the index alone')
  const partly = await verifyImage(store, outer, trusted, { recursive: true })
  t.match(partly, { verified: false, exitCode: 10 })
  t.same(partly.children?.map((child) => child.digest).toSorted(), all.slice(1).toSorted(), 'each once')
  store.put(sign(all.at(-1) as string))
  t.match(await verifyImage(store, outer, trusted, { recursive: true }), { verified: true, exitCode: 0 })
})

function codesOf(verdict: {
  readonly signatures: readonly { readonly findings: readonly { readonly code: string }[] }[]
}) {
  return verdict.signatures.flatMap(({ findings }) => findings.map(({ code }) => code))
}
