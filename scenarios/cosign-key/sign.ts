import assert from 'node:assert/strict'
import { claim, claimsIn, payload } from '../cosign/claims.js'
import { failing, logIn, makeKeys, target, type Signer } from '../cosign/signer.js'
import { blobAt, bundleType, manifestAt, onlyLayer, bundlesOf, tagOf, tagsOf } from '../cosign/stored.js'
import { pushImage, pushIndex } from '../push-image.js'

/** An image is signed by its digest and verifies with that key only; without login it is not even seen. */
export async function signAndVerify(signer: Signer): Promise<void> {
  const { cosign, registry, account, sign, verify, say, show } = signer
  const { signing, verifying, failures } = cosign
  const { digest } = await pushImage(target(signer, 'team/app'), '1.0', 'an app')
  const image = `${registry.host}/team/app`
  const signed = `${image}@${digest}`

  say('keys')
  await makeKeys(signer)

  if (account) {
    say('log in')
    await failing(sign, failures.stranger)`cosign sign ${signing} --key cosign.key ${signed}`
    await failing(verify, failures.stranger)`cosign verify ${verifying} --key cosign.pub ${signed}`
    await logIn(signer)
  }

  say('sign and verify')
  await sign`cosign sign ${signing} --key cosign.key ${signed}`
  const good = await verify`cosign verify ${verifying} --key cosign.pub ${signed}`
  assert.match(good.stderr, /The signatures were verified against the specified public key/)
  // Nobody was asked beside the registry.
  assert.doesNotMatch(good.stderr, /TUF/)
  assert.deepEqual(claimsIn(good.stdout), [claim(cosign, { image, reference: `@${digest}`, digest })])
  await failing(verify, failures.key)`cosign verify ${verifying} --key stranger.pub ${signed}`
  show('sign and verify with a key')
}

/** The registry has the signature of `signAndVerify` where this version of cosign puts it, and nothing else. */
export async function assertStored(signer: Signer): Promise<void> {
  const { digest } = await manifestAt(signer, 'team/app', '1.0')
  assert.ok(digest)
  const others = (await tagsOf(signer, 'team/app')).filter((tag) => tag !== '1.0')
  if (signer.cosign.stores === 'tags') {
    assert.deepEqual(others, [tagOf(digest, '.sig')])
    await assertSignature(signer, digest)
    return
  }
  assert.deepEqual(others, signer.referrers ? [] : [tagOf(digest)])
  const [bundle, ...more] = await bundlesOf(signer, 'team/app', digest)
  assert.deepEqual(more, [])
  assert.equal(bundle?.artifactType, bundleType)
  await assertBundle(signer, bundle.digest, digest)
}

/** The signature is what cosign's SIGNATURE_SPEC.md says: a simple signing payload as the one layer of a manifest. */
async function assertSignature(signer: Signer, digest: string): Promise<void> {
  const { type, manifest } = await manifestAt(signer, 'team/app', tagOf(digest, '.sig'))
  assert.equal(type, 'application/vnd.oci.image.manifest.v1+json')
  const layer = onlyLayer(manifest)
  assert.equal(layer.mediaType, 'application/vnd.dev.cosign.simplesigning.v1+json')
  assert.match(layer.annotations?.['dev.cosignproject.cosign/signature'] ?? '', /^[A-Za-z0-9+/]{90,}={0,2}$/)
  const signed: unknown = JSON.parse((await blobAt(signer, 'team/app', layer)).toString())
  assert.deepEqual(signed, payload(`${signer.registry.host}/team/app`, digest))
}

/** The signature is a sigstore bundle, the one layer of a manifest whose subject is the image. */
async function assertBundle(signer: Signer, referrer: string, digest: string): Promise<void> {
  const { type, manifest } = await manifestAt(signer, 'team/app', referrer)
  assert.equal(type, 'application/vnd.oci.image.manifest.v1+json')
  assert.equal(manifest.artifactType, bundleType)
  assert.equal(manifest.subject?.digest, digest)
  const layer = onlyLayer(manifest)
  assert.equal(layer.mediaType, bundleType)
  const bundle = JSON.parse((await blobAt(signer, 'team/app', layer)).toString()) as {
    readonly mediaType: string
    readonly dsseEnvelope: { readonly payload: string }
  }
  assert.equal(bundle.mediaType, bundleType)
  assert.deepEqual(JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()), {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: digest.slice('sha256:'.length) }, annotations: {} }],
    predicateType: 'https://sigstore.dev/cosign/sign/v1',
    predicate: {},
  })
}

/** An image is signed by its tag: what the tag points at is what is signed. */
export async function signByTag(signer: Signer): Promise<void> {
  const { cosign, registry, sign, verify, say, show } = signer
  const { signing, verifying, failures } = cosign
  const image = `${registry.host}/team/tagged`
  const { digest } = await pushImage(target(signer, 'team/tagged'), '1.0', 'an app that is signed by its tag')

  say('sign by tag')
  await failing(verify, failures.unsigned)`cosign verify ${verifying} --key cosign.pub ${image}:1.0`
  await sign`cosign sign ${signing} --key cosign.key ${image}:1.0`
  const { stdout } = await verify`cosign verify ${verifying} --key cosign.pub ${image}:1.0`
  assert.deepEqual(claimsIn(stdout), [claim(cosign, { image, reference: ':1.0', digest })])
  await verify`cosign verify ${verifying} --key cosign.pub ${image}@${digest}`
  show('sign by tag')
}

/** What else is to be signed can be asked for when it is verified. */
export async function annotate(signer: Signer): Promise<void> {
  const { cosign, registry, sign, verify, say, show } = signer
  const { signing, verifying, failures } = cosign
  const image = `${registry.host}/team/annotated`
  const { digest } = await pushImage(target(signer, 'team/annotated'), '1.0', 'an app for production')

  say('annotations')
  await sign`cosign sign ${signing} --key cosign.key -a env=prod -a team=web ${image}:1.0`
  const good = await verify`cosign verify ${verifying} --key cosign.pub -a env=prod ${image}:1.0`
  assert.match(good.stderr, /The specified annotations were verified/)
  assert.deepEqual(claimsIn(good.stdout), [
    claim(cosign, { image, reference: ':1.0', digest }, { env: 'prod', team: 'web' }),
  ])
  await failing(verify, failures.annotation)`cosign verify ${verifying} --key cosign.pub -a env=test ${image}:1.0`
  await failing(verify, failures.annotation)`cosign verify ${verifying} --key cosign.pub -a region=eu ${image}:1.0`
  show('sign annotations and ask for them')
}

/** An index is signed with the images of its platforms, each of which then verifies by itself. */
export async function signIndex(signer: Signer): Promise<void> {
  const { cosign, registry, sign, verify, say, show } = signer
  const { signing, verifying, failures } = cosign
  const image = `${registry.host}/team/index`
  const { index, images } = await pushIndex(target(signer, 'team/index'), '1.0', 'an app')
  const alone = await pushIndex(target(signer, 'team/index'), '2.0', 'another app')

  say('an index of two platforms')
  await sign`cosign sign ${signing} --key cosign.key -r ${image}:1.0`
  for (const { digest } of [index, ...images]) {
    const { stdout } = await verify`cosign verify ${verifying} --key cosign.pub ${image}@${digest}`
    assert.deepEqual(claimsIn(stdout), [claim(cosign, { image, reference: `@${digest}`, digest })])
  }
  await sign`cosign sign ${signing} --key cosign.key ${image}:2.0`
  await verify`cosign verify ${verifying} --key cosign.pub ${image}:2.0`
  const child = `${image}@${alone.images[0]?.digest}`
  await failing(verify, failures.unsigned)`cosign verify ${verifying} --key cosign.pub ${child}`
  show('sign an index and its platforms')
}
