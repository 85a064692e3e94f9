import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sha256 } from '../support/content.js'
import { folderFor, registryFor, storages } from '../support/registries.js'
import { attestTo, makeKeys, sign } from '../support/signing.js'

const { own, stranger } = makeKeys()
const key = own.publicPem

void t.test('verifies what is signed, however it is stored', async (t) => {
  for (const [name, storage] of storages(t)) {
    const { registry, wire } = await registryFor(t, { storage })
    const without = await registryFor(t, { storage: registry.store, referrers: false })
    for (const form of ['sig-tag', 'bundle', 'fallback'] as const) {
      const repository = `team/${form}`
      const digest = await wire.image(repository, '1')
      await sign(wire, repository, digest, { key: own, form, annotations: { env: 'prod' } })
      for (const strict of [true, false]) {
        const verdict = await (form === 'fallback' ? without.registry : registry).verify(`${repository}:1`, {
          key,
          strict,
        })
        const signature = {
          form: form === 'fallback' ? 'bundle' : form,
          verified: true,
          algorithm: 'ecdsa-p256-sha256',
          annotations: { env: 'prod' },
        }
        const strictness = strict ? 'strict' : 'cosign'
        t.match(
          verdict,
          { verified: true, digest, strictness, signatures: [signature], exitCode: 0 },
          `${name}, ${form}, ${strictness}`,
        )
        t.equal(verdict.signatures.length, 1)
      }
    }
  }
})

void t.test('references by tag and digest, with the registry in front or without', async (t) => {
  const { registry, wire } = await registryFor(t)
  const digest = await wire.image('team/app', 'latest')
  await sign(wire, 'team/app', digest, { key: own })
  const names = [registry.host, `localhost:${registry.port}`, `[::1]:${registry.port}`]
  for (const front of ['', ...names.map((name) => `${name}/`)]) {
    for (const rest of ['team/app', 'team/app:latest', `team/app@${digest}`, `team/app:other@${digest}`]) {
      t.match(await registry.verify(`${front}${rest}`, { key }), { verified: true, digest }, `${front}${rest}`)
    }
  }
  await t.rejects(registry.verify('team/App', { key }), { name: 'TypeError', message: /a repository name is/ })
})

void t.test('what is not verified says which rule, and what cosign would end with', async (t) => {
  const { registry, wire } = await registryFor(t)
  const digest = await wire.image('team/app', '1')
  t.match(await registry.verify('team/app:none', { key }), {
    verified: false,
    digest: '',
    findings: [{ code: 'TAG_NOT_FOUND', message: 'there is no team/app:none' }],
    exitCode: 11,
  })
  t.match(await registry.verify('team/app:1', { key }), { findings: [{ code: 'NO_SIGNATURES' }], exitCode: 10 })
  await sign(wire, 'team/app', digest, { key: stranger, annotations: { env: 'test' } })
  t.match(await registry.verify('team/app:1', { key }), {
    verified: false,
    signatures: [{ verified: false, findings: [{ code: 'SIG_INVALID' }] }],
    exitCode: 12,
  })
  const both = [key, stranger.publicPem]
  t.match(await registry.verify('team/app:1', { keys: both }), { verified: true })
  t.match(await registry.verify('team/app:1', { keys: both, annotations: { env: 'prod' } }), {
    signatures: [{ findings: [{ code: 'ANNOTATION_MISMATCH' }] }],
    exitCode: 12,
  })
  t.match(await registry.verify('team/app:1', { keys: both, type: 'attestation' }), {
    findings: [{ code: 'NO_SIGNATURES' }],
    exitCode: 1,
  })
})

void t.test('attestations, of any type or of one', async (t) => {
  const { registry, wire } = await registryFor(t)
  const digest = await wire.image('team/app', '1')
  await attestTo(wire, 'team/app', digest, own)
  const about = { key, type: 'attestation' } as const
  const custom = 'https://cosign.sigstore.dev/attestation/v1'
  t.match(await registry.verify('team/app:1', about), { verified: true, signatures: [{ predicateType: custom }] })
  t.match(await registry.verify('team/app:1', { ...about, predicateType: 'custom' }), { verified: true })
  t.match(await registry.verify('team/app:1', { ...about, predicateType: 'spdx' }), {
    verified: false,
    signatures: [{ findings: [{ code: 'PREDICATE_TYPE' }] }],
    exitCode: 1,
  })
})

void t.test('all that is attached, with what became of it', async (t) => {
  const { registry, wire } = await registryFor(t, { admission: [{ repositories: 'ruled/*', keys: [key] }] })
  t.same(await registry.signatures('team/app:none'), [])
  for (const repository of ['team/app', 'ruled/app']) {
    const digest = await wire.image(repository, '1')
    t.same(await registry.signatures(`${repository}:1`), [])
    await sign(wire, repository, digest, { key: stranger, form: 'bundle' })
    await sign(wire, repository, digest, { key: own })
    await attestTo(wire, repository, digest, own)
  }
  const seen = async (...args: Parameters<typeof registry.signatures>): Promise<unknown> =>
    (await registry.signatures(...args)).map(({ form, verified, findings }) => [form, verified, findings[0]?.code])
  t.same(await seen('team/app:1', { key }), [
    ['bundle', false, 'SIG_INVALID'],
    ['sig-tag', true, undefined],
    ['att-tag', true, undefined],
  ])
  t.same(
    await seen('team/app:1'),
    [
      ['bundle', false, 'KEY_MISMATCH'],
      ['sig-tag', false, 'KEY_MISMATCH'],
      ['att-tag', false, 'KEY_MISMATCH'],
    ],
    'nobody is trusted',
  )
  t.same(await seen('ruled/app:1'), await seen('team/app:1', { key }), 'the keys of the rules are')
})

void t.test('keys are PEM or the path of a file, and what is none is named', async (t) => {
  const { registry, wire } = await registryFor(t)
  await sign(wire, 'team/app', await wire.image('team/app', '1'), { key: own })
  const file = join(folderFor(t), 'cosign.pub')
  writeFileSync(file, key)
  t.match(await registry.verify('team/app:1', { key: file }), { verified: true })
  writeFileSync(file, 'no')
  await t.rejects(registry.verify('team/app:1', { key: file }), { code: 'KEY_PARSE', message: /cosign\.pub: / })
  await t.rejects(registry.verify('team/app:1', { key: join(file, 'x') }), { message: /^cannot read the key file: / })
  for (const policy of [{}, { keys: [] }, { key, keys: [key] }])
    await t.rejects(registry.verify('team/app:1', policy), { name: 'TypeError' }, JSON.stringify(policy))
})

void t.test('a blob that is too large is a finding', async (t) => {
  const { registry, wire } = await registryFor(t)
  const digest = await wire.image('team/app', '1')
  const large = Buffer.alloc((4 << 20) + 1)
  await wire.blob('team/app', large)
  await wire.blob('team/app', '{}')
  const type = 'application/vnd.dev.cosign.simplesigning.v1+json'
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', size: 2, digest: sha256('{}') }
  const annotations = { 'dev.cosignproject.cosign/signature': 'AAAA' }
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config,
    layers: [{ mediaType: type, size: 10, digest: sha256(large), annotations }],
  })
  await wire.manifest('team/app', `${digest.replace(':', '-')}.sig`, manifest)
  t.match(await registry.verify('team/app:1', { key, strict: true }), {
    verified: false,
    signatures: [{ findings: [{ code: 'PAYLOAD_TOO_LARGE' }] }],
  })
})

void t.test('a Quay has referrers from 3.12 on', async (t) => {
  for (const [profile, verified] of [
    ['quay-3.12', true],
    ['quay-3.7', false],
  ] as const) {
    const { registry } = await registryFor(t, { profile, accounts: [{ username: 'team', password: 'password' }] })
    const source = await registryFor(t, { storage: registry.store })
    const digest = await source.wire.image('team/app', '1')
    await sign(source.wire, 'team/app', digest, { key: own, form: 'bundle' })
    t.match(await registry.verify('team/app:1', { key }), { verified }, profile)
  }
})
