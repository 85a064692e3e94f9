import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPair, verifyImage } from 'start-registry/cosign'
import t from 'tap'
import { runner } from '../../harness/run.js'
import { clientPaths } from '../support/client-paths.js'
import { hostileSignatures } from '../support/hostile-signatures.js'
import { pushAll, signaturesIn } from '../support/registry-signatures.js'
import { folderFor, registryFor } from '../support/registries.js'
import { SignedStore } from '../support/signed-store.js'

// Some seventy cases, each by two versions of the real client.
t.setTimeout(300_000)

void t.test('the real cosign judges as `cosign` does', { timeout: 300_000 }, async (t) => {
  const { registry, wire } = await registryFor(t, { sparse: true })
  const folder = folderFor(t)
  const { privateKey: key, publicKey, publicPem } = generateKeyPair()
  writeFileSync(join(folder, 'cosign.pub'), publicPem)
  const versions = ['2.6.5', '3.1.3']
  const path = await clientPaths(versions.map((version) => `cosign@${version}`))
  // cosign 2 asks sigstore's servers for their trust root unless a variable names one of its keys.
  const env = { ...registry.env(), SIGSTORE_REKOR_PUBLIC_KEY: 'cosign.pub' }
  const sh = runner({ env, cwd: folder, status: 'any' })

  for (const [index, { name, put, exit, real = {}, annotations }] of hostileSignatures.entries()) {
    const repository = `hostile/case-${index}`
    const digest = await wire.image(repository, '1.0', name)
    const store = new SignedStore()
    put(store, { key, digest, reference: `${registry.host}/${repository}` })
    await pushAll(wire, repository, store)
    const wanted = Object.entries(annotations ?? {}).flatMap(([name, value]) => ['-a', `${name}=${value}`])
    const image = `${registry.host}/${repository}@${digest}`
    const ours = await verifyImage(
      signaturesIn(registry.store, repository),
      digest,
      { keys: [publicKey] },
      { strictness: 'cosign', annotations },
    )
    t.equal(ours.exitCode, exit, `${name}: ours`)
    for (const version of versions) {
      const result =
        await sh`${path(`cosign@${version}`)} verify --insecure-ignore-tlog --key cosign.pub ${wanted} ${image}`
      t.equal(result.status, real[version] ?? exit, `${name}: cosign ${version}`)
    }
  }
})
