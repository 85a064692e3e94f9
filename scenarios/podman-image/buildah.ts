import assert from 'node:assert/strict'
import { mountsOf, uploadsOf } from '../heard.js'
import { assertIsServed, byCertsD, filesOf, oci } from '../images.js'
import { parseManifest, served } from '../served.js'
import type { Setting } from '../setting.js'

/** buildah(1): an image made step by step, pushed and pulled, and a Containerfile that builds on it. */
export async function buildWithBuildah({ say, registry, home, account, heard, show, over }: Setting): Promise<void> {
  say('buildah, step by step')
  const base = `${registry.host}/team/base:1.0`
  const text = `a base from ${registry.url}\n`
  const builder = home({ env: byCertsD })
  const { sh, write, read } = builder
  write('base.txt', text)
  const { stdout: container } = await sh`buildah from scratch`
  await sh`buildah copy --quiet ${container} base.txt /base.txt`
  await sh`buildah config --label team=web --cmd /base ${container}`
  await sh`buildah commit --rm ${container} ${base}`
  await sh`buildah push --digestfile pushed.txt ${base}`
  const reply = await served(registry, '/v2/team/base/manifests/1.0', account)
  assertIsServed(reply, read('pushed.txt').toString().trim(), oci.image)
  const { config, layers = [] } = parseManifest(reply)
  const { bytes } = await served(registry, `/v2/team/base/blobs/${config?.digest}`, account)
  const { config: settings } = JSON.parse(bytes.toString()) as { config: Record<string, unknown> }
  assert.deepEqual(settings['Cmd'], ['/base'])
  assert.equal((settings['Labels'] as Record<string, string>)['team'], 'web')
  show({ client: 'buildah', story: 'build from scratch and push', over })

  say('buildah, by a Containerfile on that base')
  const other = home({ env: byCertsD })
  const app = `${registry.host}/team/app:1.0`
  assert.equal(`sha256:${(await other.sh`buildah pull --quiet ${base}`).stdout}`, config?.digest)
  other.write('app/app.txt', `an app from ${registry.url}\n`)
  other.write('app/Containerfile', `FROM ${base}\nCOPY app.txt /\n`)
  await other.sh`buildah bud --tag ${app} app`
  heard.take()
  await other.sh`buildah push ${app}`
  const requests = heard.take()
  // What the base has is there already, in its repository.
  const [layer] = layers
  assert.deepEqual(mountsOf(requests), [{ digest: layer?.digest, from: 'team/base', to: 'team/app', status: 201 }])
  assert.equal(uploadsOf(requests), 2, 'the layer on top and the config')

  const third = home({ env: byCertsD })
  await third.sh`podman pull --quiet ${app}`
  assert.deepEqual(await filesOf(third, app, ['base.txt', 'app.txt']), [text, `an app from ${registry.url}\n`])
  show({ client: 'buildah', story: 'pull and build on it', over })
}
