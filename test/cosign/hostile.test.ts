import { generateKeyPair, verifyImage } from 'start-registry/cosign'
import t from 'tap'
import { sha256 } from '../support/content.js'
import { hostileSignatures } from '../support/hostile-signatures.js'
import { wordOf } from '../support/judged.js'
import { SignedStore } from '../support/signed-store.js'

const digest = sha256('an image')
const reference = 'registry.test/team/app'
const { privateKey: key, publicKey } = generateKeyPair()

void t.test('what may stand behind a .sig tag, by both strictnesses', async (t) => {
  for (const { name, put, strict, cosign, exit, annotations } of hostileSignatures) {
    const store = new SignedStore()
    put(store, { key, digest, reference })
    const policy = { keys: [publicKey] }
    const byStrict = await verifyImage(store, digest, policy, { annotations, reference: { repository: reference } })
    const byCosign = await verifyImage(store, digest, policy, { strictness: 'cosign', annotations })
    t.same(
      { strict: wordOf(byStrict), cosign: wordOf(byCosign), exit: byCosign.exitCode },
      { strict, cosign, exit },
      name,
    )
  }
})
