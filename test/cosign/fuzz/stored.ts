import assert from 'node:assert/strict'
import {
  attest,
  readBundle,
  readEnvelope,
  signImage,
  signWith,
  verifyAttestation,
  verifyImage,
  writePayload,
  type Signed,
  type SigningKey,
  type Strictness,
  type StorageForm,
  type Verdict,
} from 'start-registry/cosign'
import { sha256, types } from '../../support/content.js'
import { SignedStore } from '../../support/signed-store.js'
import { wordOf } from '../../support/judged.js'
import { mutate } from './mutate.js'
import type { FuzzTarget } from './play.js'
import { Random } from './random.js'
import { seededKey } from './seeded-keys.js'

const digest = sha256('an image')
const subject = { mediaType: types.image, digest, size: 8 }
const reference = 'registry.test/team/app'
const at = new Date(0)
// Their signatures follow from the message, so that a case can be played again.
const keys = (['Ed25519', 'RSA'] as const).map((kind) => seededKey(kind, new Random(1)))
const policies = keys.map((key) => ({ keys: [key.publicKey] }))

const stored = keys.flatMap((key, index) => {
  const one = { digest, reference, key, at, subject }
  const predicate = { name: 'value' }
  return [
    { index, form: 'sig-tag', signed: signImage({ ...one, form: 'sig-tag', annotations: { a: '1' } }) },
    { index, form: 'oci-1-1', signed: signImage({ ...one, form: 'oci-1-1' }) },
    { index, form: 'bundle', signed: signImage({ ...one, form: 'bundle', annotations: { a: '1' } }) },
    { index, form: 'att-tag', signed: attest({ ...one, form: 'att-tag', predicate }) },
    { index, form: 'bundle', signed: attest({ ...one, form: 'bundle', predicate }) },
  ] as const
})

/** What is signed is the bytes of a payload or a statement. */
function signedBytes(form: StorageForm, blob: Uint8Array, strictness: Strictness): Uint8Array {
  if (form === 'bundle') return readBundle(blob, { strictness }).envelope?.payload ?? Buffer.of()
  return form === 'att-tag' ? readEnvelope(blob, strictness).payload : blob
}

/** A manifest whose layer is another blob, where it is still said which one it was. */
const refitted = (manifest: string, from: Uint8Array, to: Uint8Array): string =>
  manifest
    .replace(sha256(Buffer.from(from)), sha256(Buffer.from(to)))
    .replace(`"size":${from.length}`, `"size":${to.length}`)

/** Manifests and blobs of signatures: nothing is accepted but what was signed, and never for another image. */
export const storedSignature: FuzzTarget = {
  name: 'stored-signature',
  async run(random) {
    const { index, form, signed } = random.pick(stored)
    const store = new SignedStore()
    putChanged(store, signed, random)
    for (const strictness of ['strict', 'cosign'] as const) {
      const options = { strictness, experimentalOci11: true }
      const [{ keys }] = [policies[index] as (typeof policies)[number]]
      const verdicts = await Promise.all([
        verifyImage(store, digest, { keys }, options),
        verifyAttestation(store, digest, { keys }, options),
      ])
      for (const verdict of verdicts) assertOriginal(store, verdict, signedBytes(form, blobOf(signed), 'strict'))
      const other = sha256('another image')
      assert.equal((await verifyImage(store, other, { keys }, options)).verified, false)
    }
  },
}

const blobOf = ({ blobs }: Signed): Buffer => (blobs[1] as Signed['blobs'][number]).bytes

function putChanged(store: SignedStore, signed: Signed, random: Random): void {
  const { manifest, tag, blobs } = signed
  const old = blobOf(signed)
  const isBlob = random.below(2) === 0
  const blob = isBlob ? mutate(random, old) : old
  const text = isBlob ? Buffer.from(refitted(manifest.bytes.toString(), old, blob)) : mutate(random, manifest.bytes)
  for (const { bytes } of blobs) store.putBlob(bytes)
  store.putBlob(blob)
  const { artifactType } = JSON.parse(manifest.bytes.toString()) as { artifactType?: string }
  const changed = { digest: sha256(text), mediaType: manifest.mediaType, bytes: text }
  store.putRaw(changed, tag ?? subject.digest, artifactType)
}

function assertOriginal(store: SignedStore, { signatures }: Verdict, original: Uint8Array): void {
  for (const { form, blob, verified, findings } of signatures) {
    assert.ok(verified || findings.length > 0, 'what is refused has a reason')
    if (!verified) continue
    const bytes = store.blobs.get(blob)
    assert.ok(bytes)
    assert.deepEqual(Buffer.from(signedBytes(form, bytes, 'cosign')), Buffer.from(original))
  }
}

const payloads = [
  writePayload({ digest, reference }),
  writePayload({ digest, reference }, { a: '1', b: '2' }),
  Buffer.from(
    writePayload({ digest, reference })
      .toString()
      .replace('null', () => '{"creator":"c","timestamp":1}'),
  ),
]

// RSA's, which OpenSSL checks in no time.
const [, payloadKey] = keys as [SigningKey, SigningKey]
const payloadPolicy = { keys: [payloadKey.publicKey] }
const payloadSigned = signImage({ digest, reference, key: payloadKey })

/** Payloads that are rightly signed: what `strict` accepts is for this image to node and to cosign too. */
export const signedPayload: FuzzTarget = {
  name: 'signed-payload',
  async run(random) {
    const payload = mutate(random, random.pick(payloads))
    const store = new SignedStore()
    const text = refitted(payloadSigned.manifest.bytes.toString(), blobOf(payloadSigned), payload).replace(
      /(cosign\/signature":")[^"]*/,
      (_, name: string) => `${name}${Buffer.from(signWith(payloadKey, payload)).toString('base64')}`,
    )
    store.putBlob(payload)
    store.putManifest(types.image, text, payloadSigned.tag)
    const strict = wordOf(await verifyImage(store, digest, payloadPolicy))
    const cosign = wordOf(await verifyImage(store, digest, payloadPolicy, { strictness: 'cosign' }))
    if (strict !== 'accepted') return
    assert.equal(cosign, 'accepted')
    const parsed = JSON.parse(payload.toString()) as { critical: { image: Record<string, string>; type: string } }
    assert.equal(parsed.critical.image['docker-manifest-digest'], digest)
    assert.equal(parsed.critical.type, 'cosign container image signature')
  },
}
