import { verifyAttestation, verifyImage, type Verdict } from 'start-registry/cosign'
import t from 'tap'
import { pushIndex } from '../../scenarios/push-image.js'
import { cosign1, cosigns } from '../../scenarios/cosign/versions.js'
import { cosignPlace, writeInto } from '../support/cosign-place.js'
import { attestingWays, signingWays } from '../support/cosign-ways.js'
import { signaturesIn } from '../support/registry-signatures.js'

// Each version signs in each of its ways, on a machine that has other things to do.
const longest = { timeout: 300_000 }
t.setTimeout(longest.timeout)

const strictnesses = ['strict', 'cosign'] as const
const customType = 'https://cosign.sigstore.dev/attestation/v1'

for (const referrersApi of [true, false]) {
  const where = referrersApi ? 'with the referrers API' : 'by the tag of the referrers tag schema'

  void t.test(`what cosign signs, we verify, ${where}`, longest, async (t) => {
    const place = await cosignPlace(t, { referrersApi })
    for (const version of cosigns) {
      const key = await place.newKeys(version)
      for (const { form, flags, set = {}, losesAnnotations } of signingWays.filter((way) => way.cosign === version)) {
        const name = `cosign ${version.version}, ${form}`
        const { repository, image, digest, reference } = await place.image(`signed/${version.version}/${form}`)
        const cosign = [place.cosign(version), 'sign', ...version.signing, ...flags, '--key', 'cosign.key']
        await place.sign({ set: { ...set, COSIGN_PASSWORD: 'of the key' } })`${cosign} -a ${'html=<&>'} ${image}`
        for (const strictness of strictnesses) {
          const annotations = losesAnnotations ? {} : { html: '<&>' }
          const options = { strictness, annotations, reference: { repository: reference }, experimentalOci11: true }
          const source = place.source(repository)
          const verdict = await verifyImage(source, digest, { keys: [key] }, options)
          t.match(verdict, { verified: true, exitCode: 0, findings: [] }, `${name}, ${strictness}`)
          t.match(verdict.signatures, [{ form, findings: [], algorithm: 'ecdsa-p256-sha256', annotations }], name)
          const other = await verifyImage(source, digest, { keys: [key] }, { ...options, annotations: { html: 'x' } })
          t.same(codesOf(other), ['ANNOTATION_MISMATCH'])
        }
      }
    }
  })

  void t.test(`what cosign attests, we verify, ${where}`, longest, async (t) => {
    const place = await cosignPlace(t, { referrersApi })
    writeInto(place, 'predicate.json', '{"builder":"<ours>"}\n')
    for (const version of cosigns) {
      const key = await place.newKeys(version)
      for (const { form, flags } of attestingWays.filter((way) => way.cosign === version)) {
        const name = `cosign ${version.version}, ${form}`
        const { repository, image, digest } = await place.image(`attested/${version.version}/${form}`)
        const cosign = [place.cosign(version), 'attest', ...version.signing, ...flags, '--key', 'cosign.key']
        await place.sign`${cosign} --predicate predicate.json ${image}`
        for (const strictness of strictnesses) {
          const source = place.source(repository)
          const verdict = await verifyAttestation(
            source,
            digest,
            { keys: [key] },
            { strictness, predicateType: 'custom' },
          )
          t.match(verdict, { verified: true, exitCode: 0, findings: [] }, `${name}, ${strictness}`)
          const isOld = version === cosign1
          const predicateType = isOld ? customType.replace('https://', '') : customType
          t.match(verdict.signatures, [{ form, predicateType }])
          t.same(codesOf(verdict), isOld ? ['LEGACY_V1_ATTESTATION'] : [])
          const other = await verifyAttestation(source, digest, { keys: [key] }, { strictness, predicateType: 'vuln' })
          t.same(codesOf(other), ['PREDICATE_TYPE'])
        }
      }
    }
  })
}

void t.test('what cosign signs into another repository is found there', longest, async (t) => {
  const place = await cosignPlace(t, { referrersApi: true })
  for (const version of cosigns) {
    const key = await place.newKeys(version)
    const { image, repository, digest } = await place.image(`elsewhere/${version.version}`)
    const elsewhere = `elsewhere/signatures-${version.version}`
    const set = { COSIGN_REPOSITORY: `${place.registry.host}/${elsewhere}`, COSIGN_PASSWORD: 'of the key' }
    await place.sh({ set })`${place.cosign(version)} sign ${version.signing} --key cosign.key ${image}`
    const signatures = signaturesIn(place.registry.store, elsewhere)
    for (const strictness of strictnesses) {
      const there = await verifyImage(place.source(repository), digest, { keys: [key] }, { strictness, signatures })
      t.equal(there.verified, true, version.version)
      t.equal((await verifyImage(place.source(repository), digest, { keys: [key] }, { strictness })).exitCode, 10)
    }
  }
})

void t.test('an index that cosign signs with its images is verified with them', longest, async (t) => {
  const place = await cosignPlace(t, { referrersApi: true })
  for (const version of cosigns) {
    const key = await place.newKeys(version)
    const repository = `index/${version.version}`
    const { index, images } = await pushIndex({ registry: place.registry, repository }, '1.0', 'an app')
    const alone = await pushIndex({ registry: place.registry, repository }, '2.0', 'another app')
    const cosign = [place.cosign(version), 'sign', ...version.signing, '--key', 'cosign.key']
    await place.sign`${cosign} -r ${place.registry.host}/${repository}:1.0`
    await place.sign`${cosign} ${place.registry.host}/${repository}:2.0`
    const verify = (digest: string): Promise<Verdict> =>
      verifyImage(place.source(repository), digest, { keys: [key] }, { recursive: true })
    const verdict = await verify(index.digest)
    t.match(verdict, { verified: true, exitCode: 0 }, version.version)
    t.same(
      verdict.children?.map(({ digest }) => digest),
      images.map(({ digest }) => digest),
    )
    t.match(await verify(alone.index.digest), { verified: false, exitCode: 10 }, `${version.version}, the index alone`)
  }
})

const codesOf = ({ signatures }: Verdict): string[] =>
  signatures.flatMap(({ findings }) => findings.map(({ code }) => code))
