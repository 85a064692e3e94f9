import assert from 'node:assert/strict'
import { startRegistry, type Registry } from '../../harness/index.js'
import { claimsIn } from '../cosign/claims.js'
import { failing, makeKeys, sitDown, target, type Signer } from '../cosign/signer.js'
import { bundlesOf, manifestAt, tagOf } from '../cosign/stored.js'
import { cosign2, cosign3 } from '../cosign/versions.js'
import { pushImage } from '../push-image.js'
import type { ScenarioContext } from '../scenario.js'
import { meetingStore } from './meeting.js'

const story = 'sign an image four times at once'
const four = ['1', '2', '3', '4']

/** Four bundles at once, each a referrer by itself: all of them are there. */
export async function signOnReferrers(context: ScenarioContext): Promise<void> {
  await using registry = await startRegistry()
  const signer = sitDown(context, cosign3, { registry, over: 'http', where: 'and the referrers API' })
  const { digest } = await pushImage(target(signer, 'team/app'), '1.0', 'an app that many sign')
  const puts = await signAtOnce(signer, digest)
  assert.equal(puts.length, 4)
  assert.deepEqual((await bundlesOf(signer, 'team/app', digest)).map((bundle) => bundle.digest).toSorted(), puts)
  assert.deepEqual(await verified(signer, digest), four)
  signer.show(`${story}, with the referrers API`)
}

/**
 * Four signatures at once behind one tag: a list that each client reads, adds to and writes back. The registry keeps
 * whatever it has acknowledged, and cannot know that a list is missing what another client has added.
 */
export async function signOnTags(context: ScenarioContext): Promise<void> {
  for (const cosign of [cosign2, cosign3]) {
    const { store, meetAt } = meetingStore(four.length)
    await using registry = await startRegistry({ referrers: false, storage: store })
    const signer = sitDown(context, cosign, {
      registry,
      over: 'http',
      referrers: false,
      where: 'without the referrers API',
    })
    const { digest } = await pushImage(target(signer, 'team/app'), '1.0', 'an app that many sign')
    const tag = tagOf(digest, cosign.stores === 'tags' ? '.sig' : '')
    meetAt(tag)
    const puts = await signAtOnce(signer, digest)
    // Lists, and beside them the bundles.
    assert.equal(puts.length, cosign.stores === 'tags' ? 4 : 8)

    const { manifest } = await manifestAt(signer, 'team/app', tag)
    const { layers, manifests } = manifest
    assert.equal((layers ?? manifests)?.length, 1)
    const left = await verified(signer, digest)
    assert.equal(left.length, 1)
    const [lost] = four.filter((name) => !left.includes(name))
    const { verify } = signer
    const { verifying, failures } = cosign
    const image = `${registry.host}/team/app@${digest}`
    await failing(verify, failures.annotation)`cosign verify ${verifying} --key cosign.pub -a by=${lost ?? ''} ${image}`
    signer.defect(
      `${story}, without the referrers API`,
      defects[cosign.stores],
      'all four end well, one signature is left, and asking for another fails',
    )
  }
}

const defects = {
  tags: 'Error: no matching signatures: missing or incorrect annotation',
  bundles: 'Error: no matching attestations: missing or incorrect annotation',
} as const

/** Signs an image four times in parallel, and answers the digests of what was put, each of which must be there. */
async function signAtOnce(signer: Signer, digest: string): Promise<readonly string[]> {
  const { cosign, registry, sign, say } = signer
  say('keys')
  await makeKeys(signer)
  say('sign four times at once')
  const puts = manifestPuts(registry)
  const image = `${registry.host}/team/app@${digest}`
  await Promise.all(four.map((name) => sign`cosign sign ${cosign.signing} --key cosign.key -a by=${name} ${image}`))
  puts.stop()
  assert.deepEqual([...new Set(puts.statuses)], [201])
  assert.equal(puts.statuses.length, puts.digests.length)
  for (const put of puts.digests) assert.equal((await manifestAt(signer, 'team/app', put)).digest, put)
  return puts.digests.toSorted()
}

/** Watches the manifests that a registry is given: what it answers, and what it has then committed. */
function manifestPuts(registry: Registry) {
  const statuses: number[] = []
  const digests: string[] = []
  const listeners = [
    registry.onRequest(({ method, route, status }) => {
      if (method === 'PUT' && route.kind === 'manifest') statuses.push(status)
    }),
    registry.store.onChange(({ change }) => {
      if (change.type === 'manifest.put') digests.push(change.entry.digest)
    }),
  ]
  return { statuses, digests, stop: () => listeners.forEach((stop) => stop()) }
}

/** Whose signatures verify. */
async function verified({ cosign, registry, verify, say }: Signer, digest: string): Promise<readonly string[]> {
  say('what is left')
  const image = `${registry.host}/team/app@${digest}`
  const { stdout } = await verify`cosign verify ${cosign.verifying} --key cosign.pub ${image}`
  return claimsIn(stdout)
    .map(({ optional }) => optional?.['by'] ?? '')
    .toSorted()
}
