import assert from 'node:assert/strict'
import type { Desk } from './scenario.js'
import { sha256, type Served } from './served.js'

/** The media types of an image in OCI's format. */
export const oci = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  index: 'application/vnd.oci.image.index.v1+json',
}

/** The media types of an image as Docker schema 2. */
export const docker = {
  image: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
}

/** What podman, skopeo and buildah trust, they trust by certs.d: SSL_CERT_FILE they obey as every Go program does. */
export const byCertsD = { SSL_CERT_FILE: '' }

/** Asserts that a reply is a manifest of this digest and type, and that its bytes are those of the digest. */
export function assertIsServed(reply: Served, digest: string, type: string): void {
  assert.equal(reply.status, 200)
  assert.equal(reply.type, type)
  assert.equal(reply.digest, digest)
  assert.equal(sha256(reply.bytes), digest)
}

/** Files out of an image; nothing in it is run, and no network is made. */
export async function filesOf(
  { sh, read }: Pick<Desk, 'sh' | 'read'>,
  image: string,
  paths: readonly string[],
): Promise<string[]> {
  await sh`podman create --quiet --name look --network none ${image} none`
  for (const path of paths) await sh`podman cp look:/${path} ${path}`
  await sh`podman rm look`
  return paths.map((path) => read(path).toString())
}

/** This machine's architecture as images name it. */
export const machine = (): string => (process.arch === 'x64' ? 'amd64' : process.arch)
