import assert from 'node:assert/strict'
import { claimsIn, payload } from '../cosign/claims.js'
import { password } from '../cosign/signer.js'
import { digestIn } from '../helm-oci/helm.js'
import { filesOf } from '../images.js'
import { pushBusybox } from '../quay/busybox.js'
import type { QuayServer } from '../quay/server.js'
import type { ScenarioContext } from '../scenario.js'
import { alice } from '../people.js'

/** What was pushed while OCI's media types were welcome. */
export interface Kept {
  /** The image's repository, as its signature names it: with the port of that time. */
  readonly repository: string
  readonly image: string
  readonly chart: string
  readonly publicKey: string
}

const page = 'an OCI image from before'

const options = {
  as: alice.username,
  clients: ['helm@3.8.2', 'cosign@1.0.0', 'podman'],
  hide: Object.values(password),
}

/** Pushes an image and a chart, and signs the image. */
export async function fillQuay({ say }: ScenarioContext, quay: QuayServer): Promise<Kept> {
  const desk = quay.desk(options)
  const { sh, read } = desk
  const repository = `${quay.host}/alice/busybox`

  say('Before: an image, its signature, and a chart')
  const image = await pushBusybox(desk, `${repository}:before`, page)
  const sign = sh({ set: password })
  await sign`cosign generate-key-pair`
  await sign`cosign sign -key cosign.key ${repository}:before`
  await sh`helm create etherpad`
  await sh`helm package ./etherpad --version 0.0.4`
  const chart = digestIn(await sh`helm push etherpad-0.0.4.tgz oci://${quay.host}/alice`)
  return { repository, image, chart, publicKey: read('cosign.pub').toString() }
}

/** Asserts that all of it is served as it was. */
export async function pullWhatIsThere(context: ScenarioContext, quay: QuayServer, kept: Kept): Promise<void> {
  const desk = quay.desk(options)
  const { sh, write } = desk
  const image = `${quay.host}/alice/busybox:before`

  context.say('What was stored before still pulls')
  await sh`podman pull ${image}`
  assert.equal((await sh`podman image inspect --format {{.Digest}} ${image}`).stdout, kept.image)
  assert.deepEqual(await filesOf(desk, image, ['page.txt']), [`${page}\n`])
  write('cosign.pub', kept.publicKey)
  const { stdout } = await sh`cosign verify -key cosign.pub ${image}`
  assert.deepEqual(claimsIn(stdout), [payload(kept.repository, kept.image)])
  const pulled = await sh`helm pull oci://${quay.host}/alice/etherpad --version 0.0.4`
  assert.equal(digestIn(pulled), kept.chart)
  const story = 'get from Quay without OCI support what was there before'
  for (const client of ['podman', 'cosign@1.0.0', 'helm@3.8.2']) context.show({ client, story, over: 'https, login' })
}
