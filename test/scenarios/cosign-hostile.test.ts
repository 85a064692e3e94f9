import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPair, verifyAttestation, verifyImage } from 'start-registry/cosign'
import t, { type Test } from 'tap'
import { runner } from '../../harness/run.js'
import { clientPaths } from '../support/client-paths.js'
import { sha256 } from '../support/content.js'
import { hostileAttestations } from '../support/hostile-attestations.js'
import { hostileBundles } from '../support/hostile-bundles.js'
import type { HostileCase } from '../support/hostile-case.js'
import { hostileSignatures } from '../support/hostile-signatures.js'
import { pushAll, signaturesIn } from '../support/registry-signatures.js'
import { folderFor, registryFor } from '../support/registries.js'
import { SignedStore } from '../support/signed-store.js'

// Some hundred cases, most of them by two versions of the real client.
t.setTimeout(300_000)

void t.test('the real cosign judges as `cosign` does', { timeout: 300_000 }, async (t) => {
  const { registry, wire } = await registryFor(t)
  const folder = folderFor(t)
  const { privateKey: key, publicKey, publicPem } = generateKeyPair()
  writeFileSync(join(folder, 'cosign.pub'), publicPem)
  const path = await clientPaths(['cosign@2.6.5', 'cosign@3.1.3'])
  // cosign 2 asks sigstore's servers for their trust root unless a variable names one of its keys.
  const env = { ...registry.env(), SIGSTORE_REKOR_PUBLIC_KEY: 'cosign.pub' }
  const sh = runner({ env, cwd: folder, status: 'any' })

  const putInto = async (name: string, put: HostileCase['put']) => {
    const repository = `hostile/${sha256(name).slice(7, 19)}`
    const digest = await wire.image(repository, '1.0', name)
    const store = new SignedStore()
    put(store, { key, digest, reference: `${registry.host}/${repository}` })
    await pushAll(wire, repository, store)
    return { repository, digest, image: `${registry.host}/${repository}@${digest}` }
  }
  const judge = async (t: Test, { name, put, exit, real = {}, annotations }: HostileCase, versions: string[]) => {
    const { repository, digest, image } = await putInto(name, put)
    const source = signaturesIn(registry.store, repository)
    const ours = await verifyImage(source, digest, { keys: [publicKey] }, { strictness: 'cosign', annotations })
    t.equal(ours.exitCode, exit, `${name}: ours`)
    const wanted = Object.entries(annotations ?? {}).flatMap(([key, value]) => ['-a', `${key}=${value}`])
    for (const version of versions) {
      const cosign = path(`cosign@${version}`)
      const result = await sh`${cosign} verify --insecure-ignore-tlog --key cosign.pub ${wanted} ${image}`
      t.equal(result.status, real[version] ?? exit, `${name}: cosign ${version}`)
    }
  }

  await t.test('what stands behind a .sig tag', async (t) => {
    for (const one of hostileSignatures) await judge(t, one, ['2.6.5', '3.1.3'])
  })

  await t.test('what stands behind an .att tag', async (t) => {
    for (const { name, put, exit, real = {} } of hostileAttestations) {
      const { repository, digest, image } = await putInto(`attestation: ${name}`, put)
      const source = signaturesIn(registry.store, repository)
      const options = { strictness: 'cosign', predicateType: 'custom' } as const
      const ours = await verifyAttestation(source, digest, { keys: [publicKey] }, options)
      t.equal(ours.exitCode, exit, `${name}: ours`)
      for (const version of ['2.6.5', '3.1.3']) {
        const cosign = path(`cosign@${version}`)
        const result = await sh`${cosign} verify-attestation --insecure-ignore-tlog --key cosign.pub ${image}`
        t.equal(result.status, real[version] ?? exit, `${name}: cosign ${version}`)
      }
    }
  })

  await t.test('bundles, which cosign 2 does not verify without a trust root', async (t) => {
    for (const one of hostileBundles) await judge(t, one, ['3.1.3'])
  })
})
