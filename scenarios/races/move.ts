import assert from 'node:assert/strict'
import { startRegistry, type Registry, type RequestEvent } from '../../harness/index.js'
import { claimsIn } from '../cosign/claims.js'
import { failing, makeKeys, sitDown, target } from '../cosign/signer.js'
import { bundlesOf, manifestAt, tagOf } from '../cosign/stored.js'
import { cosign3 } from '../cosign/versions.js'
import { pushImage } from '../push-image.js'
import type { ScenarioContext } from '../scenario.js'
import { served } from '../served.js'

/**
 * cosign 3 loads a bundle's manifest before the bundle: a registry that takes no manifest whose blobs it has not got
 * refuses it, and one that does has both in the end.
 */
export async function loadBundles(context: ScenarioContext): Promise<void> {
  await using strict = await startRegistry()
  const signer = sitDown(context, cosign3, { registry: strict, over: 'http', where: 'and a strict registry' })
  const { sh, sign, verify, say, show, defect } = signer
  const { signing, verifying, failures } = cosign3
  const { digest } = await pushImage(target(signer, 'team/app'), '1.0', 'an app that is saved')
  say('keys')
  await makeKeys(signer)
  say('save and load')
  await sign`cosign sign ${signing} --key cosign.key ${strict.host}/team/app:1.0`
  const [bundle] = await bundlesOf(signer, 'team/app', digest)
  assert.ok(bundle)
  await sh`cosign save --dir saved ${strict.host}/team/app:1.0`
  const refusal = 'MANIFEST_BLOB_UNKNOWN: push these first (1 missing), or serve with sparse manifests allowed'
  await failing(sh, { status: 1, message: refusal })`cosign load --dir saved ${strict.host}/team/loaded:1.0`
  assert.equal((await served(strict, `/v2/team/loaded/manifests/${bundle.digest}`)).status, 404)
  await failing(verify, failures.unsigned)`cosign verify ${verifying} --key cosign.pub ${strict.host}/team/loaded:1.0`
  const note = 'the manifest of a bundle is pushed before the bundle'
  defect('load an image with its bundle', refusal, note)

  await using sparse = await startRegistry({ sparse: true })
  say('load into a sparse registry')
  const pushes = pushesTo(sparse)
  await sh`cosign load --dir saved ${sparse.host}/team/loaded:1.0`
  const manifest = pushes.indexOf(`/v2/team/loaded/manifests/${bundle.digest}`)
  assert.ok(manifest >= 0 && pushes.slice(manifest).some((path) => path.startsWith('/v2/team/loaded/blobs/uploads/')))
  const { stdout } = await verify`cosign verify ${verifying} --key cosign.pub ${sparse.host}/team/loaded:1.0`
  assert.equal(claimsIn(stdout)[0]?.critical.image['docker-manifest-digest'], digest)
  show('load an image with its bundle where manifests may be sparse', note)
}

/** The targets of what is put, in order. */
function pushesTo(registry: Registry): readonly string[] {
  const targets: string[] = []
  registry.onRequest(({ method, target: path, status }: RequestEvent) => {
    if (method === 'PUT' && status === 201) targets.push(path)
  })
  return targets
}

/**
 * cosign 3 copies an image under a tag that is made from its digest, too: the one behind which its bundles are listed
 * where there is no referrers API.
 */
export async function copyOntoBundles(context: ScenarioContext): Promise<void> {
  const story = 'copy an image to another tag of its repository'
  for (const referrers of [true, false]) {
    await using registry = await startRegistry({ referrers })
    const where = `${referrers ? 'and' : 'without'} the referrers API`
    const signer = sitDown(context, cosign3, { registry, over: 'http', referrers, where })
    const { sh, sign, verify, say, show, defect } = signer
    const { signing, verifying, failures } = cosign3
    const image = `${registry.host}/team/app`
    const { digest } = await pushImage(target(signer, 'team/app'), '1.0', 'an app that is copied')
    say('keys')
    await makeKeys(signer)
    say('copy to another tag')
    await sign`cosign sign ${signing} --key cosign.key ${image}:1.0`
    await verify`cosign verify ${verifying} --key cosign.pub ${image}:1.0`
    const [bundle] = await bundlesOf(signer, 'team/app', digest)
    assert.ok(bundle)
    await sh`cosign copy --force ${image}:1.0 ${image}:stable`
    assert.equal((await manifestAt(signer, 'team/app', tagOf(digest))).digest, digest)
    assert.equal((await manifestAt(signer, 'team/app', bundle.digest)).digest, bundle.digest)
    if (referrers) {
      await verify`cosign verify ${verifying} --key cosign.pub ${image}:stable`
      show(`${story}, with the referrers API`)
    } else {
      await failing(verify, failures.unsigned)`cosign verify ${verifying} --key cosign.pub ${image}:1.0`
      await failing(verify, failures.unsigned)`cosign verify ${verifying} --key cosign.pub ${image}:stable`
      const note = 'the copy takes the tag that lists the bundles, and verifying fails'
      defect(`${story}, without the referrers API`, 'Error: no signatures found', note)
    }
  }
}
