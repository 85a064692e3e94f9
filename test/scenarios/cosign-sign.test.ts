import {
  attest,
  generateKeyPair,
  signImage,
  tagOfDigest,
  verifyImage,
  writeFallback,
  writePrivateKey,
  type Signed,
} from 'start-registry/cosign'
import t from 'tap'
import { claimsIn, statementIn } from '../../scenarios/cosign/claims.js'
import { cosign1, cosign2, cosigns } from '../../scenarios/cosign/versions.js'
import { cosignPlace, writeInto, type Image, type Place } from '../support/cosign-place.js'
import { signingWays, verifyingWays } from '../support/cosign-ways.js'
import { pushSigned } from '../support/registry-signatures.js'

const longest = { timeout: 300_000 }
t.setTimeout(longest.timeout)

for (const referrersApi of [true, false]) {
  const where = referrersApi ? 'with the referrers API' : 'by the tag of the referrers tag schema'

  void t.test(`what we sign, cosign verifies, ${where}`, longest, async (t) => {
    const { place, key } = await withKey(t, referrersApi)
    for (const form of ['sig-tag', 'oci-1-1', 'bundle'] as const) {
      const image = await place.image(`ours/signed-${form}`)
      const annotations = { html: '<&>' }
      await push(place, image, signImage({ ...image, key, form, annotations }))
      for (const { cosign, flags, set = {} } of verifyingWays.filter((way) => way.form === form)) {
        const name = `${form}, cosign ${cosign.version}`
        const words = [place.cosign(cosign), 'verify', ...cosign.verifying, ...flags, '--key', 'cosign.pub']
        const { stdout } = await place.sh({ set })`${words} -a ${'html=<&>'} ${image.image}`
        const [claim, ...more] = claimsIn(stdout)
        t.equal(claim?.critical.image['docker-manifest-digest'], image.digest, name)
        // cosign 2 prints nothing of what a bundle is annotated with.
        t.same(claim?.optional, form === 'bundle' && cosign === cosign2 ? null : annotations, name)
        t.same(more, [])
      }
    }
  })

  void t.test(`what we attest, cosign verifies, ${where}`, longest, async (t) => {
    const { place, key } = await withKey(t, referrersApi)
    for (const form of ['att-tag', 'bundle'] as const) {
      const image = await place.image(`ours/attested-${form}`)
      await push(place, image, attest({ ...image, key, form, predicate: 'a <predicate>\n' }))
      await push(
        place,
        image,
        attest({ ...image, key, form, predicateType: 'vuln', predicate: {}, ...(await existing(place, image)) }),
      )
      for (const { cosign, flags } of verifyingWays.filter(
        (way) => way.form === (form === 'bundle' ? form : 'sig-tag'),
      )) {
        // It knows no envelopes.
        if (cosign === cosign1) continue
        const words = [place.cosign(cosign), 'verify-attestation', ...cosign.verifying, ...flags, '--key', 'cosign.pub']
        const { stdout } = await place.sh`${words} ${image.image}`
        t.equal(statementIn(stdout).predicate.Data, 'a <predicate>\n', `${form}, cosign ${cosign.version}`)
        const other = await place.sh`${words} --type vuln ${image.image}`
        t.equal(statementIn(other.stdout).predicateType, 'https://cosign.sigstore.dev/attestation/vuln/v1')
      }
    }
  })
}

void t.test('signatures of cosign and ours stand behind one tag, whoever was first', longest, async (t) => {
  const { place, key } = await withKey(t, true)
  const stranger = generateKeyPair()
  for (const version of cosigns) {
    const image = await place.image(`both/${version.version}`)
    const [way] = signingWays.filter(({ cosign, form }) => cosign === version && form === 'sig-tag')
    const sign = [place.cosign(version), 'sign', ...version.signing, ...(way?.flags ?? []), '--key', 'cosign.key']
    await push(place, image, signImage({ ...image, key: stranger.privateKey }))
    await place.sign`${sign} ${image.image}`
    const existing = await place.source(image.repository).manifest(tagOfDigest(image.digest, '.sig'))
    await push(place, image, signImage({ ...image, key: generateKeyPair().privateKey, existing }))
    const verdict = await verifyImage(place.source(image.repository), image.digest, { keys: [key.publicKey] })
    t.same(
      verdict.signatures.map(({ verified }) => verified),
      [false, true, false],
      version.version,
    )
    writeInto(place, 'stranger.pub', stranger.publicPem)
    for (const name of ['cosign.pub', 'stranger.pub']) {
      await place.sh`${place.cosign(version)} verify ${version.verifying} --key ${name} ${image.image}`
    }
  }
})

/** A place where our own key pair lies in the folder, with a private key that every version reads. */
async function withKey(t: Parameters<typeof cosignPlace>[0], referrersApi: boolean) {
  const place = await cosignPlace(t, { referrersApi })
  const { privateKey: key, publicPem } = generateKeyPair()
  writeInto(place, 'cosign.pub', publicPem)
  writeInto(place, 'cosign.key', writePrivateKey(key, 'of the key', { label: 'COSIGN', n: 32768 }))
  await place.sh`${place.cosign(cosign2)} trusted-root create --out root.json`
  return { place, key }
}

async function existing({ source }: Place, { repository, digest }: Image) {
  return { existing: await source(repository).manifest(tagOfDigest(digest, '.att')) }
}

/** Pushes as a client does: what refers to an image is put into the index of a registry without the referrers API. */
async function push({ wire, source }: Place, { repository, digest }: Image, signed: Signed): Promise<void> {
  await pushSigned(wire, repository, signed)
  if (signed.tag !== undefined || (await source(repository).referrers(digest))) return
  const existing = await source(repository).manifest(tagOfDigest(digest))
  await pushSigned(wire, repository, writeFallback(digest, signed, existing))
}
