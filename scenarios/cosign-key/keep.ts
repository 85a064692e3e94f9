import assert from 'node:assert/strict'
import { claim, claimsIn } from '../cosign/claims.js'
import { failing, password, target, type Signer } from '../cosign/signer.js'
import { bundlesOf, manifestAt, tagOf, tagsOf } from '../cosign/stored.js'
import { pushImage } from '../push-image.js'
import { served } from '../served.js'

/** An image is copied to another repository, and its signatures with it. */
export async function copy(signer: Signer): Promise<void> {
  const { cosign, registry, sh, sign, verify, say, show, defect } = signer
  const { signing, verifying, failures } = cosign
  const from = `${registry.host}/team/original`
  const to = `${registry.host}/mirror/copy`
  const { digest } = await pushImage(target(signer, 'team/original'), '1.0', 'an app that is copied')

  say('copy')
  await sign`cosign sign ${signing} --key cosign.key ${from}:1.0`
  await sh`cosign copy ${from}:1.0 ${to}:1.0`
  assert.equal((await manifestAt(signer, 'mirror/copy', '1.0')).digest, digest)
  const story = 'copy an image with its signatures'
  if (cosign.stores === 'tags') {
    const { stdout } = await verify`cosign verify ${verifying} --key cosign.pub ${to}:1.0`
    // The signature still names the repository that it was made for.
    assert.deepEqual(claimsIn(stdout), [claim(cosign, { image: from, reference: ':1.0', digest })])
    show(story)
  } else {
    await failing(verify, failures.unsigned)`cosign verify ${verifying} --key cosign.pub ${to}:1.0`
    defect(story, 'Error: no signatures found', 'the copy succeeds without the bundles, and verifying it fails')
  }
}

/** An image is saved into a folder with what belongs to it, verified there, and loaded again. */
export async function saveAndLoad(signer: Signer): Promise<void> {
  const { cosign, registry, sh, sign, verify, say, show } = signer
  const { signing, verifying, failures } = cosign
  const from = `${registry.host}/team/saved`
  const to = `${registry.host}/team/loaded`
  const { digest } = await pushImage(target(signer, 'team/saved'), '1.0', 'an app that is saved')

  say('save')
  await sign`cosign sign ${signing} --key cosign.key ${from}:1.0`
  await sh`cosign save --dir saved ${from}:1.0`
  await verify`cosign verify ${verifying} --key cosign.pub --local-image saved`
  // Of a folder, cosign 2 has one exit code for all that is wrong.
  const failure = { ...failures.key, status: 1 }
  await failing(verify, failure)`cosign verify ${verifying} --key stranger.pub --local-image saved`
  show('save an image and verify it from the folder')
  // Bundles are loaded in another scenario, `races`: cosign 3 can do it only where manifests may be sparse.
  if (cosign.stores === 'bundles') return
  await sh`cosign load --dir saved ${to}:1.0`
  assert.equal((await manifestAt(signer, 'team/loaded', '1.0')).digest, digest)
  const { stdout } = await verify`cosign verify ${verifying} --key cosign.pub ${to}:1.0`
  assert.deepEqual(claimsIn(stdout), [claim(cosign, { image: from, reference: ':1.0', digest })])
  show('load an image with its signatures')
}

/** Signatures are kept in another repository than the image. */
export async function signElsewhere(signer: Signer): Promise<void> {
  const { cosign, registry, sign, verify, say, show } = signer
  const { signing, verifying, failures } = cosign
  const image = `${registry.host}/team/elsewhere`
  const elsewhere = { COSIGN_REPOSITORY: `${registry.host}/team/signatures` }
  const { digest } = await pushImage(target(signer, 'team/elsewhere'), '1.0', 'an app that is signed elsewhere')

  say('signatures in another repository')
  const signThere = sign({ set: { ...password, ...elsewhere } })
  await signThere`cosign sign ${signing} --key cosign.key ${image}:1.0`
  assert.deepEqual(await tagsOf(signer, 'team/elsewhere'), ['1.0'])
  if (cosign.stores === 'tags') assert.deepEqual(await tagsOf(signer, 'team/signatures'), [tagOf(digest, '.sig')])
  // Nothing is tagged there, and the subject of the bundle is not there either.
  else assert.equal((await bundlesOf(signer, 'team/signatures', digest)).length, 1)
  const verifyThere = verify({ set: { ...cosign.environment, ...elsewhere } })
  const { stdout } = await verifyThere`cosign verify ${verifying} --key cosign.pub ${image}:1.0`
  assert.deepEqual(claimsIn(stdout), [claim(cosign, { image, reference: ':1.0', digest })])
  await failing(verify, failures.unsigned)`cosign verify ${verifying} --key cosign.pub ${image}:1.0`
  show('keep signatures in another repository')
}

/** Signatures are taken away, and the image is not. */
export async function clean(signer: Signer): Promise<void> {
  const { cosign, registry, account, sh, sign, verify, say, show } = signer
  const { signing, verifying, cleaning, failures } = cosign
  const image = `${registry.host}/team/cleaned`
  const { digest } = await pushImage(target(signer, 'team/cleaned'), '1.0', 'an app that is signed no longer')

  say('remove the signatures')
  await sign`cosign sign ${signing} --key cosign.key ${image}:1.0`
  await sign`cosign sign ${signing} --key cosign.key -a signed=again ${image}:1.0`
  await verify`cosign verify ${verifying} --key cosign.pub ${image}:1.0`
  const bundles = cosign.stores === 'bundles' ? await bundlesOf(signer, 'team/cleaned', digest) : []
  assert.equal(bundles.length, cosign.stores === 'bundles' ? 2 : 0)
  await sh`cosign clean ${cleaning} ${image}:1.0`
  await failing(verify, failures.unsigned)`cosign verify ${verifying} --key cosign.pub ${image}:1.0`
  assert.deepEqual(await tagsOf(signer, 'team/cleaned'), ['1.0'])
  for (const bundle of bundles) {
    const { status } = await served(registry, `/v2/team/cleaned/manifests/${bundle.digest}`, account)
    assert.equal(status, 404)
  }
  assert.equal((await manifestAt(signer, 'team/cleaned', '1.0')).digest, digest)
  show('remove signatures')
}
