import assert from 'node:assert/strict'
import { password } from '../cosign/signer.js'
import { lineOf } from '../heard.js'
import { docker, filesOf } from '../images.js'
import { pushBusybox } from '../quay/busybox.js'
import type { QuayServer } from '../quay/server.js'
import type { QuayCosign } from '../quay-cosign/versions.js'
import { withoutDigests, type QuayHelm } from '../quay-helm/versions.js'
import type { ScenarioContext } from '../scenario.js'
import type { Manifest } from '../served.js'
import { alice } from '../people.js'

const story = 'be refused by Quay without OCI support'

/** A chart is refused: helm has no other format to try. */
export async function pushChart(context: ScenarioContext, quay: QuayServer, helm: QuayHelm): Promise<void> {
  const { client } = helm
  const { host } = quay
  const { sh } = quay.desk({ as: alice.username, clients: [client] })

  context.say(`${client.replace('@', ' ')}: push a chart`)
  await sh`helm create etherpad`
  await sh`helm package ./etherpad --version 0.0.5`
  quay.heard.take()
  const { stderr } = await sh({ status: 1 })`helm push etherpad-0.0.5.tgz oci://${host}/alice`
  assert.equal(withoutDigests(stderr), helm.notSupported(host, 'alice/etherpad'))
  assertPuts(quay, [415])
  context.show({ client, story, over: 'https, login' })
}

/** An image is taken all the same: podman pushes it again as Docker schema 2, which is another manifest. */
export async function pushImage(context: ScenarioContext, quay: QuayServer): Promise<void> {
  const image = `${quay.host}/alice/busybox:after`
  const page = 'an image from after'
  const desk = quay.desk({ as: alice.username, clients: ['podman', 'skopeo'] })

  context.say('podman push')
  quay.heard.take()
  const digest = await pushBusybox(desk, image, page)
  assertPuts(quay, [415, 201])
  const raw = await desk.sh`skopeo inspect --raw docker://${image}`
  const { mediaType, config, layers } = JSON.parse(raw.stdout) as Manifest
  assert.deepEqual(
    [mediaType, config?.mediaType, ...(layers ?? []).map((layer) => layer.mediaType)],
    [docker.image, docker.config, docker.layer],
  )

  context.say('podman pull')
  const other = quay.desk({ as: alice.username, clients: ['podman'] })
  await other.sh`podman pull ${image}`
  assert.equal((await other.sh`podman image inspect --format {{.Digest}} ${image}`).stdout, digest)
  assert.deepEqual(await filesOf(other, image, ['page.txt']), [`${page}\n`])
  context.show({
    client: 'podman',
    story: 'push an OCI image to Quay without OCI support',
    over: 'https, login',
    note: 'It falls back to Docker schema 2 without a word',
  })
}

/** A signature is refused, of whatever kind the image is. */
export async function signImage(context: ScenarioContext, quay: QuayServer, version: QuayCosign): Promise<void> {
  const { cosign } = version
  const { sh } = quay.desk({
    as: alice.username,
    clients: [cosign.id],
    hide: Object.values(password),
  })
  const image = `${quay.host}/alice/busybox:after`
  const sign = sh({ set: password })

  context.say(`cosign ${cosign.version}: sign`)
  await sign`cosign generate-key-pair`
  quay.heard.take()
  const { stderr } = await sign({ status: 1 })`cosign sign ${version.sign} cosign.key ${image}`
  const request = `PUT https://${quay.host}/v2/alice/busybox/manifests/<digest>.sig`
  const lines = stderr.replaceAll(/sha256-[0-9a-f]{64}/g, '<digest>').split('\n')
  assert.ok(lines.includes(version.refused(image, request)), stderr)
  assertPuts(quay, [415])
  context.show({ client: cosign.id, story, over: 'https, login' })
}

/** Asserts how PUTs of manifests were answered: those for their type before anybody was asked who he is. */
function assertPuts({ heard }: QuayServer, statuses: readonly number[]): void {
  const puts = heard.take().filter(({ method, route }) => method === 'PUT' && route.kind === 'manifest')
  assert.deepEqual(
    puts.map(({ status, account }) => [status, account]),
    statuses.map((status) => [status, status === 415 ? undefined : alice.username]),
    puts.map(lineOf).join('\n'),
  )
}
