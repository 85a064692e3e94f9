import assert from 'node:assert/strict'
import { statementIn } from '../cosign/claims.js'
import { failing, target, type Signer } from '../cosign/signer.js'
import { onlyLayer, manifestAt, bundlesOf, tagOf } from '../cosign/stored.js'
import { cosign1 } from '../cosign/versions.js'
import { pushImage } from '../push-image.js'

const predicate = '{"builder":"our own"}\n'

/** A statement about an image is signed, and verified. */
export async function attest(signer: Signer): Promise<void> {
  const { cosign, registry, desk, sign, verify, say, show } = signer
  const { signing, verifying, failures } = cosign
  const image = `${registry.host}/team/attested`
  const { digest } = await pushImage(target(signer, 'team/attested'), '1.0', 'an app that is attested')

  say('attestations')
  desk.write('predicate.json', predicate)
  await failing(verify, failures.unattested)`cosign verify-attestation ${verifying} --key cosign.pub ${image}:1.0`
  await sign`cosign attest ${signing} --key cosign.key --predicate predicate.json ${image}:1.0`
  const { stdout } = await verify`cosign verify-attestation ${verifying} --key cosign.pub ${image}:1.0`
  const { predicate: stated, ...statement } = statementIn(stdout)
  assert.equal(stated.Data, predicate)
  assert.deepEqual(statement, {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: `${cosign === cosign1 ? '' : 'https://'}cosign.sigstore.dev/attestation/v1`,
    subject: [{ name: image, digest: { sha256: digest.slice('sha256:'.length) } }],
  })
  await failing(verify, failures.attestation)`cosign verify-attestation ${verifying} --key stranger.pub ${image}:1.0`
  show('attest and verify an attestation')
}

/** What belongs to an image is listed, and the tag of its signatures is told. */
export async function list(signer: Signer): Promise<void> {
  const { cosign, registry, sh, say, show } = signer
  const image = `${registry.host}/team/attested`
  const { digest } = await manifestAt(signer, 'team/attested', '1.0')
  assert.ok(digest)

  say('where it is')
  const { stdout } = await sh`cosign triangulate ${image}:1.0`
  assert.equal(stdout, `${image}:${tagOf(digest, '.sig')}`)
  show(
    'tell the tag of the signatures',
    cosign.stores === 'bundles' ? 'the tag is named, and nothing is there: the bundles are referrers' : undefined,
  )
  // cosign 1 has no such command.
  if (cosign === cosign1) return
  const tree = await sh`cosign tree ${image}:1.0`
  if (cosign.stores === 'tags') {
    const { manifest } = await manifestAt(signer, 'team/attested', tagOf(digest, '.att'))
    assert.match(tree.stdout, /Attestations for an image tag: /)
    assert.ok(tree.stdout.includes(`${image}:${tagOf(digest, '.att')}`))
    assert.ok(tree.stdout.includes(onlyLayer(manifest).digest))
  } else {
    assert.match(tree.stdout, /https:\/\/cosign\.sigstore\.dev\/attestation\/v1 artifacts via OCI referrer: /)
    for (const referrer of await bundlesOf(signer, 'team/attested', digest)) {
      assert.ok(tree.stdout.includes(`${image}@${referrer.digest}`))
    }
  }
  show('list what belongs to an image')
}
