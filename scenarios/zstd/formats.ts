import assert from 'node:assert/strict'
import { assertIsServed, byCertsD, filesOf, oci } from '../images.js'
import type { Desk } from '../scenario.js'
import { parseManifest, served, sha256, type Descriptor } from '../served.js'
import type { Setting } from '../setting.js'

export const formats = ['zstd', 'zstd:chunked'] as const

type Format = (typeof formats)[number]

/** The media type of a layer in either format. */
export const zstdLayer = 'application/vnd.oci.image.layer.v1.tar+zstd'

// How each client pushes an image of its storage. They share nothing: a layer that a client has seen compressed before,
// it would push as it was.
const pushes: Readonly<Record<string, (desk: Desk, format: Format, image: string) => Promise<unknown>>> = {
  podman: ({ sh }, format, image) => sh`podman push --digestfile pushed.txt --compression-format ${format} ${image}`,
  buildah: ({ sh }, format, image) => sh`buildah push --digestfile pushed.txt --compression-format ${format} ${image}`,
  skopeo: ({ sh }, format, image) => {
    const to = `docker://${image}`
    return sh`skopeo copy --digestfile pushed.txt --dest-compress-format ${format} containers-storage:${image} ${to}`
  },
}

/** An image, pushed by each client in a format, is there as it was pushed, and pulled again the same. */
export async function pushInFormat(setting: Setting, format: Format): Promise<void> {
  const { say, registry, home, account, show, over } = setting
  for (const [client, push] of Object.entries(pushes)) {
    say(`${format} by ${client}`)
    const repository = `${client}/${format.replace(':', '-')}`
    const image = `${registry.host}/${repository}:1.0`
    const text = `${client} and ${format} from ${registry.url}\n`.repeat(1000)
    const builder = home({ env: byCertsD })
    builder.write('web/page.txt', text)
    builder.write('web/Containerfile', 'FROM scratch\nCOPY page.txt /\n')
    await builder.sh`podman build --tag ${image} web`
    await push(builder, format, image)

    const reply = await served(registry, `/v2/${repository}/manifests/1.0`, account)
    assertIsServed(reply, builder.read('pushed.txt').toString().trim(), oci.image)
    const { layers = [] } = parseManifest(reply)
    assert.equal(layers.length, 1)
    const [layer] = layers as [Descriptor]
    assert.equal(layer.mediaType, zstdLayer)
    const { bytes } = await served(registry, `/v2/${repository}/blobs/${layer.digest}`, account)
    assert.equal(bytes.length, layer.size)
    assert.equal(sha256(bytes), layer.digest)
    // RFC 8878, 3.1.1: the magic number of a Zstandard frame.
    assert.equal(bytes.readUInt32LE(0), 0xfd2fb528)
    if (format === 'zstd') assert.equal(layer.annotations, undefined)
    else assertChunked(layer, bytes)

    const other = home({ env: byCertsD })
    await other.sh`podman pull --quiet ${image}`
    assert.deepEqual(await filesOf(other, image, ['page.txt']), [text])
    show({ client, story: `push layers as ${format}`, over })
  }
}

/**
 * Asserts that a layer has its table of contents where its annotations say: a blob within the blob, of the digest that
 * stands there.
 */
function assertChunked({ annotations = {} }: Descriptor, bytes: Buffer): void {
  const prefix = 'io.containers.zstd-chunked'
  assert.deepEqual(
    Object.keys(annotations).toSorted((a, b) => a.localeCompare(b, 'en')),
    [`${prefix}.manifest-checksum`, `${prefix}.manifest-position`],
  )
  const [offset = 0, length = 0] = (annotations[`${prefix}.manifest-position`] ?? '').split(':').map(Number)
  const contents = bytes.subarray(offset, offset + length)
  assert.ok(length > 0)
  assert.equal(sha256(contents), annotations[`${prefix}.manifest-checksum`])
}
