import assert from 'node:assert/strict'
import {
  pae,
  signImage,
  signWith,
  tagOfDigest,
  verifyAttestation,
  verifyImage,
  writeEnvelope,
  type Verdict,
} from 'start-registry/cosign'
import { descriptor, imageManifest, sha256, types } from '../../support/content.js'
import { wordOf } from '../../support/judged.js'
import { SignedStore } from '../../support/signed-store.js'
import { mutateDeep } from './mutate-deep.js'
import type { FuzzTarget } from './play.js'
import { Random } from './random.js'
import { seededKey } from './seeded-keys.js'

const digest = sha256('an image')
const other = sha256('another image')
const reference = 'registry.test/team/app'
const key = seededKey('RSA', new Random(1))
const policy = { keys: [key.publicKey] }
const inToto = 'application/vnd.in-toto+json'
const dsse = 'application/vnd.dsse.envelope.v1+json'

const statementOf = (digest: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: reference, digest: { sha256: digest.slice(7) }, annotations: { a: '1' } }],
      predicateType: 'https://cosign.sigstore.dev/attestation/v1',
      predicate: { Data: 'a predicate', Timestamp: '' },
    }),
  )
const statement = statementOf(digest)

/** Statements that are rightly signed, whatever they state: what `strict` accepts is of this image to node too. */
export const signedStatement: FuzzTarget = {
  name: 'signed-statement',
  async run(random) {
    const bytes = mutateDeep(random, statement, [statementOf(other)])
    const envelope = writeEnvelope(bytes, signWith(key, pae(inToto, bytes))).toString()
    const store = new SignedStore()
    store.putBlob(envelope)
    const layer = { ...descriptor(dsse, envelope), annotations: { 'dev.cosignproject.cosign/signature': '' } }
    store.putManifest(types.image, imageManifest(descriptor(types.config, '{}'), [layer]), tagOfDigest(digest, '.att'))
    const options = { predicateType: 'custom' }
    const strict = wordOf(await verifyAttestation(store, digest, policy, options))
    await verifyAttestation(store, digest, policy, { ...options, strictness: 'cosign' })
    if (strict !== 'accepted') return
    const parsed = JSON.parse(bytes.toString()) as {
      subject: { digest?: { sha256?: string } }[]
      predicateType: string
    }
    assert.ok(parsed.subject.some((one) => one.digest?.sha256 === digest.slice(7)))
    assert.equal(parsed.predicateType, 'https://cosign.sigstore.dev/attestation/v1')
  },
}

const child = (name: string): object => ({ mediaType: types.image, digest: sha256(name), size: 8 })
const index = Buffer.from(
  JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [child('an image'), child('a second image')] }),
)
const otherIndex = Buffer.from(
  JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [child('another image'), child('an image')] }),
)
const signedImages = ['an image', 'a second image']

/** Indexes that are rightly signed: one is verified with its images only when each that it names is signed too. */
export const signedIndex: FuzzTarget = {
  name: 'signed-index',
  async run(random) {
    const bytes = mutateDeep(random, index, [otherIndex])
    const store = new SignedStore()
    const indexDigest = sha256(bytes)
    store.putRaw({ digest: indexDigest, mediaType: types.index, bytes }, indexDigest.replace(':', '-'))
    for (const name of [...signedImages, 'another image']) store.manifests.set(sha256(name), imageNamed(name))
    for (const one of [indexDigest, ...signedImages.map(sha256)]) store.put(signImage({ digest: one, reference, key }))
    for (const strictness of ['strict', 'cosign'] as const) {
      const verdict = await verifyImage(store, indexDigest, policy, { strictness, recursive: true })
      assertComplete(verdict, bytes)
    }
  },
}

const imageNamed = (name: string): { digest: string; mediaType: string; bytes: Buffer } => ({
  digest: sha256(name),
  mediaType: types.image,
  bytes: Buffer.from(name),
})

function assertComplete({ verified, strictness, children = [] }: Verdict, bytes: Buffer): void {
  if (!verified) return
  // cosign reads members in any case, and of two the last: what it is led to is all that can be asked of it here.
  const named =
    strictness === 'strict' ? (JSON.parse(bytes.toString()) as { manifests?: Named[] | null }).manifests : children
  const signed = signedImages.map(sha256)
  for (const { digest } of named ?? []) assert.ok(signed.includes(digest), `${digest} is not signed`)
}

type Named = Pick<Verdict, 'digest'>
