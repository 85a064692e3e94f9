import assert from 'node:assert/strict'
import { failing, target, type Signer } from '../cosign/signer.js'
import { bundlesOf, manifestAt, tagOf } from '../cosign/stored.js'
import { pushImage, pushManifest } from '../push-image.js'

/** Somebody who may push, and has no key, makes another image look signed: with the tag, and with the signature. */
export async function tamper(signer: Signer): Promise<void> {
  const { cosign, registry, sign, verify, say, show } = signer
  const { signing, verifying, failures } = cosign
  const image = `${registry.host}/team/tampered`
  const repository = target(signer, 'team/tampered')
  const good = await pushImage(repository, '1.0', 'an app that is tampered with')
  const evil = await pushImage(repository, 'evil', 'an app that does something else')

  say('an image that will be tampered with')
  await sign`cosign sign ${signing} --key cosign.key ${image}:1.0`
  await verify`cosign verify ${verifying} --key cosign.pub ${image}:1.0`

  say('the tag is moved to another image')
  const { bytes } = await manifestAt(signer, 'team/tampered', 'evil')
  await pushManifest(repository, '1.0', evil.mediaType, bytes)
  await failing(verify, failures.unsigned)`cosign verify ${verifying} --key cosign.pub ${image}:1.0`

  say('and the signature is copied to it')
  await giveSignature(signer, good.digest, evil.digest)
  const forged = await failing(verify, failures.image)`cosign verify ${verifying} --key cosign.pub ${image}:1.0`
  if (cosign.stores === 'tags') assert.ok(forged.stderr.includes(good.digest))

  say('by its digest the image is still what it was')
  await verify`cosign verify ${verifying} --key cosign.pub ${image}@${good.digest}`
  show('refuse an image that was tampered with')
}

/** Puts the signature of one image where that of another would be. */
async function giveSignature(signer: Signer, from: string, to: string): Promise<void> {
  const repository = target(signer, 'team/tampered')
  if (signer.cosign.stores === 'tags') {
    const { bytes, type = '' } = await manifestAt(signer, 'team/tampered', tagOf(from, '.sig'))
    await pushManifest(repository, tagOf(to, '.sig'), type, bytes)
    return
  }
  const [bundle] = await bundlesOf(signer, 'team/tampered', from)
  assert.ok(bundle)
  const { bytes } = await manifestAt(signer, 'team/tampered', bundle.digest)
  const text = bytes.toString()
  assert.ok(text.includes(from))
  await pushManifest(repository, undefined, bundle.mediaType, text.replaceAll(from, to))
}
