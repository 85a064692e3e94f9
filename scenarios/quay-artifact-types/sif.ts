import assert from 'node:assert/strict'
import type { StartOptions } from '../../harness/index.js'
import { oci } from '../images.js'
import { orasDesk, type OrasDesk } from '../oras-artifact/desks.js'
import { parseManifest, served } from '../served.js'
import type { Setting } from '../setting.js'
import { inOrasWords, type Unknown } from '../quay/refusal.js'

const config = 'application/vnd.sylabs.sif.config.v1+json'

/** The layer's type as Quay's documentation has it, and as singularity pushes it. */
export const layers = {
  documented: 'application/vnd.sylabs.sif.layer.v1+tar',
  pushed: 'application/vnd.sylabs.sif.layer.v1.sif',
} as const

const image = 'a SIF image\n'

/** Puts an image of Singularity on a desk with oras. */
function imageDesk(setting: Setting): OrasDesk {
  const desk = orasDesk(setting)
  desk.write('lolcow.sif', image)
  desk.write('config.json', '{}')
  return desk
}

/** Pushes it with this type of layer, to a tag. */
const push = ({ sh, flags }: OrasDesk, repository: string, tag: string, layer: string, status = 0) =>
  sh({ status })`oras push ${flags} ${repository}:${tag} --config config.json:${config} lolcow.sif:${layer}`

/** Quay's default tables have no SIF, in none of the versions that keep to a table. */
export async function refuseSif(
  setting: Setting,
  profile: NonNullable<StartOptions['profile']>,
  unknown: Omit<Unknown, 'of' | 'type'>,
): Promise<void> {
  const { say, registry, account, show, over } = setting
  say(`${profile}: a SIF image, with the default table`)
  const desk = imageDesk(setting)
  for (const layer of Object.values(layers)) {
    const { stderr } = await push(desk, `${registry.host}/alice/lolcow`, 'latest', layer, 1)
    assert.equal(stderr, `Error response from registry: ${inOrasWords({ of: 'config', type: config, ...unknown })}`)
  }
  assert.equal((await served(registry, '/v2/alice/lolcow/manifests/latest', account)).status, 404)
  show({ client: 'oras', story: 'be told by Quay that a type is not on its list', over })
}

/** With the documentation's table a layer is welcome as it stands there, and not as singularity pushes it. */
export async function pushAsDocumented(setting: Setting, welcome: readonly string[]): Promise<void> {
  const { say, registry } = setting
  say('A SIF image whose layer has the type that the table says')
  await pushAndPull(setting, 'documented')

  say('A SIF image whose layer has the type that singularity gives it')
  const { stderr } = await push(imageDesk(setting), `${registry.host}/alice/lolcow`, 'pushed', layers.pushed, 1)
  const unknown = { of: 'layer', type: layers.pushed, welcome } as const
  assert.equal(stderr, `Error response from registry: ${inOrasWords(unknown)}`)
}

/** A SIF image that is welcome is pushed and pulled, and there as it was pushed. */
export async function pushAndPull(setting: Setting, tag: keyof typeof layers): Promise<void> {
  const { registry, account, show, over } = setting
  const desk = imageDesk(setting)
  const repository = `${registry.host}/alice/lolcow`
  await push(desk, repository, tag, layers[tag])
  const reply = await served(registry, `/v2/alice/lolcow/manifests/${tag}`, account)
  assert.equal(reply.type, oci.image)
  const manifest = parseManifest(reply)
  assert.equal(manifest.config?.mediaType, config)
  assert.deepEqual(
    manifest.layers?.map(({ mediaType }) => mediaType),
    [layers[tag]],
  )
  await desk.sh`oras pull ${desk.flags} --output pulled ${repository}:${tag}`
  assert.equal(desk.read('pulled/lolcow.sif').toString(), image)
  show({ client: 'oras', story: 'push to Quay and pull what its table allows', over })
}
