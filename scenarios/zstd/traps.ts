import assert from 'node:assert/strict'
import { byCertsD, oci } from '../images.js'
import { parseManifest, served } from '../served.js'
import type { Setting } from '../setting.js'

/** What was pushed as gzip before stays gzip, whatever is asked for. */
export async function pushAgain({ say, registry, home, account, show, over }: Setting): Promise<void> {
  say('Push as zstd what was pushed as gzip before')
  const image = `${registry.host}/team/again`
  const { sh, write, read } = home({ env: byCertsD })
  write('web/page.txt', `pushed twice to ${registry.url}\n`)
  write('web/Containerfile', 'FROM scratch\nCOPY page.txt /\n')
  await sh`podman build --tag ${image}:1.0 web`
  await sh`podman push --digestfile gzip.txt ${image}:1.0`
  await sh`podman push --digestfile zstd.txt --compression-format zstd ${image}:1.0 ${image}:zstd`
  const [layer] = parseManifest(await served(registry, '/v2/team/again/manifests/zstd', account)).layers ?? []
  assert.equal(layer?.mediaType, oci.layer)
  assert.equal(read('zstd.txt').toString(), read('gzip.txt').toString())
  const note = 'podman keeps, without a word, the compression of a layer that it has pushed or pulled before.'
  show({ client: 'podman', story: 'push again in another compression', over, note })
}

/** Docker schema 2 has no media type for zstd, as podman says after it has sent the layers. */
export async function pushAsSchema2({ say, registry, home, account }: Setting): Promise<void> {
  say('Docker schema 2')
  const image = `${registry.host}/team/schema2:1.0`
  const { sh, write } = home({ env: byCertsD })
  write('web/page.txt', `in another format at ${registry.url}\n`)
  write('web/Containerfile', 'FROM scratch\nCOPY page.txt /\n')
  await sh`podman build --tag ${image} web`
  const { stderr } = await sh({ status: 125 })`podman push --format v2s2 --compression-format zstd ${image}`
  assert.match(
    stderr,
    /zstd compression is not supported for type "application\/vnd\.docker\.image\.rootfs\.diff\.tar"/,
  )
  assert.equal((await served(registry, '/v2/team/schema2/manifests/1.0', account)).status, 404)
}
