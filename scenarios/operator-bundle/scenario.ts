import assert from 'node:assert/strict'
import { assertIsServed, byCertsD, docker, filesOf as filesInImage, oci } from '../images.js'
import type { Scenario } from '../scenario.js'
import { served } from '../served.js'
import { alice } from '../people.js'
import { tell, type Setting } from '../setting.js'
import { filesOf, labels, ofBundle, writeBundle } from './bundle.js'

/** An organization that alice owns, and an application of it that may read what she may. */
const organization = {
  owners: [alice.username],
  applications: { catalog: { tokens: [{ user: alice.username, scopes: 'repo:read' }] } },
}

/**
 * Operator Lifecycle Manager, "Building a bundle image": an operator's manifests and metadata are an image, whose labels
 * say what it is. They are there for whoever pulls it, looks at it, or asks Quay's API.
 */
export const operatorBundle: Scenario = {
  name: 'operator-bundle',
  title: 'podman and buildah push the bundle of an operator to Quay, which keeps its labels',
  clients: ['podman', 'buildah', 'skopeo'],
  async run(context) {
    for (const profile of ['quay-3.7', 'quay-3.12'] as const) {
      const stories = async (setting: Setting): Promise<void> => {
        for (const push of pushes) await pushBundle(setting, profile, push)
      }
      await tell(context, ['https, login'], stories, { profile, quay: { organizations: { operators: organization } } })
    }
  },
}

interface Push {
  readonly client: 'podman' | 'buildah'
  readonly version: string
  readonly format: 'oci' | 'v2s2'
  /** The manifest's media type. */
  readonly type: string
}

const pushes: readonly Push[] = [
  { client: 'podman', version: '0.1.0', format: 'oci', type: oci.image },
  { client: 'podman', version: '0.1.1', format: 'v2s2', type: docker.image },
  { client: 'buildah', version: '0.1.2', format: 'oci', type: oci.image },
]

async function pushBundle(setting: Setting, profile: string, push: Push): Promise<void> {
  const { say, registry, home, account, show, over } = setting
  const { client, version, format, type } = push
  const quay = profile.replace('quay-', 'Quay ')
  const repository = 'operators/memcached-operator-bundle'
  const image = `${registry.host}/${repository}:v${version}`

  say(`${quay}: build and push by ${client}, as ${format === 'oci' ? 'an OCI image' : 'Docker schema 2'}`)
  const builder = home({ env: byCertsD })
  writeBundle(builder, version)
  await builder.sh`${client} build --file bundle.Dockerfile --tag ${image} .`
  await builder.sh`${client} push --format ${format} --digestfile pushed.txt ${image}`
  const digest = builder.read('pushed.txt').toString().trim()
  assertIsServed(await served(registry, `/v2/${repository}/manifests/v${version}`, account), digest, type)

  say(`${quay}: pull it`)
  const other = home({ env: byCertsD })
  await other.sh`podman pull --quiet ${image}`
  const inspected = await other.sh`podman image inspect --format ${'{{json .Labels}}'} ${image}`
  assert.deepEqual(ofBundle(JSON.parse(inspected.stdout) as Record<string, string>), labels)
  const files = filesOf(version)
  for (const folder of ['manifests', 'metadata']) other.write(`${folder}/.keep`, '')
  assert.deepEqual(await filesInImage(other, image, Object.keys(files)), Object.values(files))
  show({ client, story: `push the bundle of an operator to ${quay}`, over })

  say(`${quay}: look at it by its digest`)
  const seen = await other.sh`skopeo inspect docker://${registry.host}/${repository}@${digest}`
  const { Labels } = JSON.parse(seen.stdout) as { readonly Labels: Record<string, string> }
  assert.deepEqual(ofBundle(Labels), labels)
  show({ client: 'skopeo', story: `see the labels of a bundle on ${quay}`, over })

  say(`${quay}: ask its API`)
  const token = registry.secrets?.oauthTokens['operators/catalog']?.[0] ?? ''
  const curl = home({ hide: [token] }).sh
  const url = `${registry.url}/api/v1/repository/${repository}/manifest/${digest}/labels`
  const filter = 'filter=operators.operatorframework.io.'
  const told = await curl`curl --silent --show-error --header ${`Authorization: Bearer ${token}`} ${url}?${filter}`
  const answer = JSON.parse(told.stdout) as { readonly labels: readonly ApiLabel[] }
  assert.deepEqual(
    answer.labels.map(({ key, value, source_type, media_type }) => [key, value, source_type, media_type]),
    Object.entries(labels).map(([name, value]) => [name, value, 'manifest', 'text/plain']),
  )
}

interface ApiLabel {
  readonly key: string
  readonly value: string
  readonly source_type: string
  readonly media_type: string
}
