import { generateKeyPair, verifyAttestation, verifyImage } from 'start-registry/cosign'
import t, { type Test } from 'tap'
import { sha256 } from '../support/content.js'
import { hostileAttestations } from '../support/hostile-attestations.js'
import { hostileBundles } from '../support/hostile-bundles.js'
import type { HostileCase } from '../support/hostile-case.js'
import { hostileSignatures } from '../support/hostile-signatures.js'
import { wordOf } from '../support/judged.js'
import { SignedStore } from '../support/signed-store.js'

const digest = sha256('an image')
const reference = 'registry.test/team/app'
const { privateKey: key, publicKey } = generateKeyPair()

void t.test('what may stand behind a .sig tag, by both strictnesses', (t) => judgeAll(t, hostileSignatures))

void t.test('what may refer to an image as a bundle, by both strictnesses', (t) => judgeAll(t, hostileBundles))

void t.test('what may stand behind an .att tag, by both strictnesses', async (t) => {
  for (const { name, put, strict, cosign, exit } of hostileAttestations) {
    const store = new SignedStore()
    put(store, { key, digest, reference })
    const options = { predicateType: 'custom' }
    const policy = { keys: [publicKey] }
    const byStrict = await verifyAttestation(store, digest, policy, options)
    const byCosign = await verifyAttestation(store, digest, policy, { ...options, strictness: 'cosign' })
    const words = { strict: wordOf(byStrict), cosign: wordOf(byCosign), exit: byCosign.exitCode }
    t.same(words, { strict, cosign, exit }, name)
  }
})

async function judgeAll(t: Test, cases: readonly HostileCase[]): Promise<void> {
  for (const { name, put, strict, cosign, exit, annotations } of cases) {
    const store = new SignedStore()
    put(store, { key, digest, reference })
    const policy = { keys: [publicKey] }
    const byStrict = await verifyImage(store, digest, policy, { annotations, reference: { repository: reference } })
    const byCosign = await verifyImage(store, digest, policy, { strictness: 'cosign', annotations })
    const words = { strict: wordOf(byStrict), cosign: wordOf(byCosign), exit: byCosign.exitCode }
    t.same(words, { strict, cosign, exit }, name)
  }
}
