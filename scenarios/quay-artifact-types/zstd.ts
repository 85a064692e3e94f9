import assert from 'node:assert/strict'
import { assertIsServed, byCertsD, filesOf, oci } from '../images.js'
import { parseManifest, served } from '../served.js'
import type { Setting } from '../setting.js'
import { zstdLayer } from '../zstd/formats.js'

/** Layers of zstd are welcome whatever the table says: they never stand in it. */
export async function pushZstd({ say, registry, home, account, show, over }: Setting): Promise<void> {
  say('An image with layers of zstd')
  const image = `${registry.host}/alice/zstd:1.0`
  const text = `zstd to a Quay at ${registry.url}\n`
  const { sh, write, read } = home({ env: byCertsD, clients: ['podman'] })
  write('web/page.txt', text)
  write('web/Containerfile', 'FROM scratch\nCOPY page.txt /\n')
  await sh`podman build --tag ${image} web`
  await sh`podman push --digestfile pushed.txt --compression-format zstd ${image}`
  const reply = await served(registry, '/v2/alice/zstd/manifests/1.0', account)
  assertIsServed(reply, read('pushed.txt').toString().trim(), oci.image)
  assert.deepEqual(
    parseManifest(reply).layers?.map(({ mediaType }) => mediaType),
    [zstdLayer],
  )
  const other = home({ env: byCertsD, clients: ['podman'] })
  await other.sh`podman pull --quiet ${image}`
  assert.deepEqual(await filesOf(other, image, ['page.txt']), [text])
  show({ client: 'podman', story: 'push layers as zstd to a Quay whose table does not name them', over })
}
