import { createHash, randomBytes } from 'node:crypto'
import { Connection } from './connection.js'

/** Content and its digest. */
export interface Content {
  readonly bytes: Buffer
  readonly digest: string
}

/** A small image: a configuration, two layers, and the manifest that names them. */
export interface Image {
  readonly blobs: readonly Content[]
  readonly manifest: Content
}

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'

const contentOf = (bytes: Buffer): Content => ({
  bytes,
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
})

/** Makes an image that no registry has seen: random bytes, whose types do not matter to a registry. */
export function makeImage(layerSizes: readonly number[] = [4 << 10, 32 << 10]): Image {
  const [config, ...layers] = [1 << 10, ...layerSizes].map((size) => contentOf(randomBytes(size)))
  const descriptor = (kind: string, { bytes, digest }: Content): object => ({
    mediaType: `application/vnd.oci.image.${kind}`,
    digest,
    size: bytes.length,
  })
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: descriptor('config.v1+json', config as Content),
    layers: layers.map((layer) => descriptor('layer.v1.tar+gzip', layer)),
  }
  return { blobs: [config as Content, ...layers], manifest: contentOf(Buffer.from(JSON.stringify(manifest))) }
}

/** Pushes an image as go-containerregistry does: HEAD, POST, PATCH and PUT for each blob, then the manifest by tag. */
export async function pushImage(connection: Connection, repository: string, tag: string, image: Image): Promise<void> {
  for (const blob of image.blobs) await pushBlob(connection, repository, blob)
  const { bytes } = image.manifest
  const target = `/v2/${repository}/manifests/${tag}`
  expectStatus(201, target, await connection.request('PUT', target, { body: bytes, type: manifestType }))
}

async function pushBlob(connection: Connection, repository: string, { bytes, digest }: Content): Promise<void> {
  const target = `/v2/${repository}/blobs/${digest}`
  expectStatus(404, target, await connection.request('HEAD', target))
  const begun = await connection.request('POST', `/v2/${repository}/blobs/uploads/`)
  const patched = await connection.request('PATCH', targetOf(expectStatus(202, target, begun).location), {
    body: bytes,
    chunked: true,
    type: 'application/octet-stream',
  })
  const end = targetOf(expectStatus(202, target, patched).location)
  const finish = `${end}${end.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`
  expectStatus(201, target, await connection.request('PUT', finish))
}

/** Checks a reply's status, and answers the reply. @throws Error that names the request. */
export function expectStatus<R extends { readonly status: number }>(status: number, target: string, reply: R): R {
  if (reply.status !== status) throw new Error(`${target}: ${reply.status} where ${status} was expected`)
  return reply
}

// docker-registry sends whole URLs, we paths.
function targetOf(location: string | undefined): string {
  const { pathname, search } = new URL(location ?? '', 'http://registry')
  return pathname + search
}
