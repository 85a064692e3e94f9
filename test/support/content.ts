import { createHash } from 'node:crypto'
import { raw, type RawReply, type RawRequest } from './raw.js'

/** The sha256 digest of bytes, made here and not by the code under test. */
export const sha256 = (bytes: Buffer | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const types = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  empty: 'application/vnd.oci.empty.v1+json',
  docker: 'application/vnd.docker.distribution.manifest.v2+json',
} as const

export interface TestDescriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly [member: string]: unknown
}

export const descriptor = (mediaType: string, bytes: Buffer | string): TestDescriptor => ({
  mediaType,
  digest: sha256(bytes),
  size: Buffer.byteLength(bytes),
})

/** An image manifest as text. */
export const imageManifest = (
  config: TestDescriptor,
  layers: readonly TestDescriptor[],
  more: Readonly<Record<string, unknown>> = {},
): string => JSON.stringify({ schemaVersion: 2, mediaType: types.image, config, layers, ...more })

/** Raw requests to one registry. */
export class Wire {
  readonly port: number

  constructor(port: number) {
    this.port = port
  }

  send(method: string, target: string, request: Omit<RawRequest, 'method'> = {}): Promise<RawReply> {
    return raw(this.port, target, { method, ...request })
  }

  get(target: string, headers: Readonly<Record<string, string>> = {}): Promise<RawReply> {
    return this.send('GET', target, { headers })
  }

  /** Pushes a blob in one POST; answers its digest. */
  async blob(repository: string, bytes: Buffer | string): Promise<string> {
    const digest = sha256(bytes)
    const reply = await this.send('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: bytes })
    if (reply.status !== 201) throw new Error(`blob not pushed: ${reply.status} ${reply.text}`)
    return digest
  }

  /** Begins an upload session; answers its path. */
  async session(repository: string): Promise<string> {
    const reply = await this.send('POST', `/v2/${repository}/blobs/uploads/`)
    if (reply.status !== 202) throw new Error(`no session: ${reply.status} ${reply.text}`)
    return reply.headers['location'] as string
  }

  manifest(
    repository: string,
    reference: string,
    text: string,
    headers: Record<string, string> = {},
  ): Promise<RawReply> {
    return this.send('PUT', `/v2/${repository}/manifests/${reference}`, {
      body: text,
      headers: { 'Content-Type': types.image, ...headers },
    })
  }

  /** Pushes an image of one small config and one small layer; answers its manifest's digest. */
  async image(repository: string, reference: string, content: string = reference): Promise<string> {
    const config = `{"content":${JSON.stringify(content)}}`
    await this.blob(repository, config)
    await this.blob(repository, content)
    const text = imageManifest(descriptor(types.config, config), [descriptor(types.layer, content)])
    const reply = await this.manifest(repository, reference, text)
    if (reply.status !== 201) throw new Error(`image not pushed: ${reply.status} ${reply.text}`)
    return sha256(text)
  }
}

/** The code and message of the one error in a reply's body. */
export function errorOf(reply: RawReply): { code: string; message: string } {
  const { errors } = JSON.parse(reply.text) as { errors: { code: string; message: string }[] }
  if (errors.length !== 1 || !errors[0]) throw new Error(`not one error: ${reply.text}`)
  return errors[0]
}
