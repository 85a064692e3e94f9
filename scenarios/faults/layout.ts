import { oci } from '../images.js'
import type { Desk } from '../scenario.js'
import { sha256 } from '../served.js'

/**
 * Makes an OCI image layout in the folder `app`: one layer, the same each time, and a config with a label of its own.
 * @param content What the file in the layer says.
 * @returns The layer's digest.
 */
export async function makeLayout({ sh, write, read }: Desk, label: number, content = 'app'): Promise<string> {
  write('app.txt', `${content}\n`)
  await sh`tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf layer.tar app.txt`
  const put = (bytes: Buffer | string, mediaType: string) => {
    const digest = sha256(bytes)
    write(`app/blobs/${digest.replace(':', '/')}`, bytes as string)
    return { mediaType, digest, size: Buffer.byteLength(bytes) }
  }
  const layer = put(read('layer.tar'), 'application/vnd.oci.image.layer.v1.tar')
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { number: `${label}` } },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: oci.image,
    config: put(JSON.stringify(config), oci.config),
    layers: [layer],
  }
  write('app/oci-layout', '{"imageLayoutVersion":"1.0.0"}')
  write('app/index.json', JSON.stringify({ schemaVersion: 2, manifests: [put(JSON.stringify(manifest), oci.image)] }))
  return layer.digest
}
