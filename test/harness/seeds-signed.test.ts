import { artifact, attested, generateKey, image, index, signed, type Seeded } from 'start-registry'
import { writePrivateKey } from 'start-registry/cosign'
import t from 'tap'
import { sha256 } from '../support/content.js'
import { registryFor, storages } from '../support/registries.js'

void t.test(
  'what is signed is verified, in each form, on each storage, with the referrers API and without',
  async (t) => {
    for (const referrers of [true, false]) {
      for (const [name, storage] of storages(t)) {
        const { registry } = await registryFor(t, { storage, referrers })
        const { key, contents } = await registry.seed({
          'team/tag:1': signed(image(), { annotations: { env: 'prod' } }),
          'team/referrer:1': signed(image(), { form: 'referrer' }),
          'team/bundle:1': signed(image(), { form: 'bundle', annotations: { env: 'prod' } }),
          'team/attested:1': attested(image(), { predicate: 'tested' }),
          'team/attested:2': attested(image(), { form: 'bundle', type: 'vuln', predicate: { scanner: {} } }),
        })
        const policy = { key: key.publicPem }
        for (const strict of [true, false]) {
          const where = `${name}, ${referrers ? 'with' : 'without'} referrers, ${strict ? 'strict' : 'cosign'}`
          for (const form of ['tag', 'bundle']) {
            const verdict = await registry.verify(`team/${form}:1`, { ...policy, strict, annotations: { env: 'prod' } })
            t.match(verdict, { verified: true, findings: [], signatures: [{ findings: [] }] }, `${form}, ${where}`)
          }
          for (const tag of ['1', '2']) {
            const verdict = await registry.verify(`team/attested:${tag}`, { ...policy, strict, type: 'attestation' })
            t.match(verdict, { verified: true, findings: [] }, `attested ${tag}, ${where}`)
          }
        }
        const [one, ...more] = await registry.signatures('team/referrer:1', policy)
        t.match(one, { form: 'oci-1-1', verified: true })
        t.same(more, [])
        t.match(contents['team/tag:1'].signatures, [{ type: 'signature', form: 'tag', tag: /^sha256-.*\.sig$/ }])
        t.match(contents['team/attested:2'].signatures, [{ type: 'attestation', form: 'bundle', tag: undefined }])
      }
    }
  },
)

void t.test('several signatures by several keys, of one thing under several names', async (t) => {
  const { registry } = await registryFor(t)
  const [own, other] = [await generateKey(), await generateKey('Ed25519')]
  const app = signed(signed(image(), { key: own }), { key: other })
  const { digests, contents } = await registry.seed({
    'team/app:1': app,
    'team/app:latest': 'team/app:1',
    'team/app:2': app,
    'team/app:signed-again': signed('team/app:1', { key: own.privateKey, form: 'bundle' }),
    'prod/app:1': 'team/app:1',
    'team/app:multi': index([signed(image()), 'team/app:1']),
  })
  t.equal(new Set(Object.values(digests)).size, 2)
  t.equal(contents['team/app:signed-again'].signatures.length, 3)
  for (const key of [own, other]) {
    const policy = { key: key.publicPem }
    t.match(await registry.verify('prod/app:1', policy), { verified: true })
    const made = (await registry.signatures('team/app:2', policy)).filter(({ verified }) => verified)
    t.equal(made.length, key === own ? 2 : 1)
  }
  t.equal((await registry.signatures('team/app:1')).length, 3)
})

void t.test('signatures are the same each time, and keys may be files', async (t) => {
  const { registry } = await registryFor(t)
  const seedOf = (seed?: number): Promise<Seeded<'a:1' | 'a:2'>> =>
    registry.seed(
      {
        'a:1': signed(image({ layers: [] }), { reference: 'registry.example/a', form: 'bundle' }),
        'a:2': attested(image(), { reference: 'registry.example/a', predicate: 'tested' }),
      },
      { seed },
    )
  const first = await seedOf()
  const wire = await (
    await registryFor(t)
  ).registry.seed({
    'a:1': signed(image({ layers: [] }), { reference: 'registry.example/a', form: 'bundle' }),
  })
  t.same(wire.contents['a:1'].signatures, first.contents['a:1'].signatures)
  t.equal(
    first.contents['a:1'].signatures[0]?.digest,
    'sha256:ad4c59ab2394fea902ed8c1945374b1395487952eb902025f401fe9fe3092b85',
  )
  t.equal(sha256(first.key.publicPem), 'sha256:a94aa4be1d5e132868ba778559c3027714729817263f669a9737bbd9f74beabf')
  t.not((await seedOf(2)).key.publicPem, first.key.publicPem)
  const pair = await generateKey()
  const key = writePrivateKey(pair.privateKey, 'of the key', { n: 32768 })
  await registry.seed({ 'b:1': signed(image(), { key, password: 'of the key' }) })
  await registry.seed({ 'b:2': signed(image(), { key: first.key.privatePem }) })
  t.match(await registry.verify('b:1', { key: pair.publicPem }), { verified: true })
  t.match(await registry.verify('b:2', { key: first.key.publicPem }), { verified: true })
  await t.rejects(registry.seed({ 'b:3': signed(image(), { key, password: 'another' }) }), { code: 'KEY_PASSWORD' })
})

void t.test('without the referrers API what has a subject is listed behind a tag', async (t) => {
  const { registry, wire } = await registryFor(t, { referrers: false })
  const { digests } = await registry.seed({
    'team/app:1': image(),
    'team/app@sbom': artifact({ type: 'application/spdx+json', annotations: { a: 'b' }, subject: 'team/app:1' }),
    'team/app@image': image({ subject: 'team/app:1' }),
  })
  await registry.seed({ 'team/app@later': artifact({ type: 'a/later', subject: 'team/app:1' }) })
  const list = await wire.get(`/v2/team/app/manifests/${digests['team/app:1'].replace(':', '-')}`)
  t.match(JSON.parse(list.text), {
    manifests: [
      { digest: digests['team/app@sbom'], artifactType: 'application/spdx+json', annotations: { a: 'b' } },
      { digest: digests['team/app@image'], artifactType: 'application/vnd.oci.image.config.v1+json' },
      { artifactType: 'a/later' },
    ],
  })
})
