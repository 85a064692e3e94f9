import { join } from 'node:path'
import { image, index } from 'start-registry'
import t from 'tap'
import { runner } from '../../harness/run.js'
import { clientPaths } from '../support/client-paths.js'
import { folderFor, registryFor } from '../support/registries.js'

const longest = { timeout: 300_000 }
t.setTimeout(longest.timeout)

void t.test('layouts that skopeo, oras and crane write are loaded, and they read ours', longest, async (t) => {
  const path = await clientPaths(['skopeo', 'oras', 'crane'])
  const { registry } = await registryFor(t)
  const { digests } = await registry.seed({
    'team/app:1': image({ layers: [{ motd: 'hello' }] }),
    'team/app:multi': index({ 'linux/amd64': 'team/app:1', 'linux/arm64': image() }),
  })
  const folder = folderFor(t)
  const sh = runner({ env: registry.env(), cwd: folder })
  const source = `${registry.host}/team/app`
  await sh`skopeo copy --quiet --all docker://${source}:multi oci:skopeo:multi`
  await sh`skopeo copy --quiet docker://${source}:1 oci-archive:skopeo.tar:1`
  await sh`${path('oras')} copy --from-plain-http --recursive ${source}:multi --to-oci-layout oras:multi`
  await sh`${path('crane')} pull --format oci ${source}:multi crane`
  for (const [layout, tag, name] of [
    ['skopeo', 'multi', 'team/app:multi'],
    ['skopeo.tar', '1', 'team/app:1'],
    ['oras', 'multi', 'team/app:multi'],
    ['crane', undefined, 'team/app:multi'],
  ] as const) {
    const { registry: other, wire } = await registryFor(t)
    const loaded = await other.load(join(folder, layout), { repository: 'copied/app' })
    t.ok(
      loaded.some(({ digest }) => digest === digests[name]),
      layout,
    )
    const reply = await wire.get(`/v2/copied/app/manifests/${tag ?? digests[name]}`)
    t.equal(reply.headers['docker-content-digest'], digests[name], layout)
  }

  await registry.save(join(folder, 'ours'))
  await registry.save(join(folder, 'ours.tar'))
  const raw = async (reference: string): Promise<string> => (await sh`skopeo inspect --raw ${reference}`).stdout
  const served = await raw(`docker://${source}:multi`)
  t.equal(await raw('oci:ours:team/app:multi'), served)
  t.equal(await raw('oci-archive:ours.tar:team/app:multi'), served)
  await sh`skopeo copy --quiet --all oci:ours:team/app:multi docker://${registry.host}/again:1`
  t.equal((await sh`${path('crane')} digest ${registry.host}/again:1`).stdout, digests['team/app:multi'])
})
