import assert from 'node:assert/strict'
import { failing, type Signer } from '../cosign/signer.js'
import { cosign1 } from '../cosign/versions.js'
import type { Images } from './images.js'

/** Attestations, which cosign has a command of its own for. */
export async function attestations(signer: Signer, judge: Signer, { signed }: Images): Promise<void> {
  const { cosign, desk, sign, say } = signer
  const image = `${signed}:1.0`
  say('attest')
  desk.write('predicate.json', '{"builder":"our own"}\n')
  await sign`cosign attest ${cosign.signing} --key cosign.key --predicate predicate.json ${image}`
  const ours = [...judge.cosign.verifying, '--key', 'cosign.pub', '--type', 'attestation', '--predicate-type']
  const theirs = [...judge.cosign.verifying, '--key', 'cosign.pub', '--type']

  say(`verify an attestation, beside cosign ${judge.cosign.version}`)
  if (cosign === cosign1) {
    // Its successors do not know what it has made; here it is known, and that is said.
    const unknown = { status: 1, message: 'invalid payloadType  on envelope. Expected application/vnd.in-toto+json' }
    await failing(judge.verify, unknown)`cosign verify-attestation ${theirs} custom ${image}`
    await signer.verify`cosign verify-attestation --key cosign.pub ${image}`
    const { stdout } = await judge.verify`start-registry verify ${ours} custom ${image}`
    assert.match(stdout, /cosign 2 and 3 cannot verify it \(LEGACY_V1_ATTESTATION\)$/m)
    return
  }
  await judge.verify`cosign verify-attestation ${theirs} custom ${image}`
  const { stdout } = await judge.verify`start-registry verify ${ours} custom ${image}`
  assert.match(stdout, /^ {4}predicate type https:\/\/cosign\.sigstore\.dev\/attestation\/v1$/m)
  const refused = await judge.verify({ status: 1 })`cosign verify-attestation ${theirs} spdx ${image}`
  assert.match(refused.stderr, /none of the attestations matched the predicate type: spdx/)
  const ourRefusal = await judge.verify({ status: 1 })`start-registry verify ${ours} spdx ${image}`
  assert.match(ourRefusal.stderr, /\(PREDICATE_TYPE\)$/m)
}
