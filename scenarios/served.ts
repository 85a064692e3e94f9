import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Registry } from '../harness/index.js'

/** A reply as the registry sent it. */
export interface Served {
  readonly status: number
  readonly type: string | undefined
  /** Docker-Content-Digest */
  readonly digest: string | undefined
  readonly bytes: Buffer
}

/** Somebody who can log in. */
export interface Login {
  readonly username: string
  readonly password: string
}

/** What a registry serves under a path, asked by a client that is none of those whose work is being looked at. */
export const served = (registry: Registry, path: string, account?: Login): Promise<Served> =>
  ask(registry, path, { account })

export interface Ask {
  readonly account?: Login | undefined
  /** @default GET */
  readonly method?: string
  /** Content-Type of `body`. */
  readonly type?: string
  readonly body?: Buffer | string
}

/** Sends one request to a registry, without any of the clients, and answers the reply. */
export async function ask(registry: Registry, path: string, { account, method, type, body }: Ask): Promise<Served> {
  const url = `${registry.url}${path}`
  const options = {
    agent: false,
    method,
    headers: { Accept: '*/*', ...(type !== undefined && { 'Content-Type': type }) },
    ...(account && { auth: `${account.username}:${account.password}` }),
  }
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    const request =
      registry.caFile === undefined
        ? httpRequest(url, options, resolve)
        : httpsRequest(url, { ...options, ca: readFileSync(registry.caFile) }, resolve)
    request.once('error', reject).end(body)
  })
  const bytes = Buffer.concat(await reply.toArray())
  const digest = reply.headers['docker-content-digest']
  return {
    status: reply.statusCode ?? 0,
    type: reply.headers['content-type'],
    digest: typeof digest === 'string' ? digest : undefined,
    bytes,
  }
}

/** The sha256 digest of bytes, reckoned here. */
export const sha256 = (bytes: Buffer | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** A descriptor as it stands in a manifest or an index. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly artifactType?: string
  readonly platform?: { readonly os: string; readonly architecture: string }
  readonly annotations?: Readonly<Record<string, string>>
}

/** The members of a manifest or an index that scenarios look at. */
export interface Manifest {
  readonly schemaVersion: number
  readonly mediaType?: string
  readonly config?: Descriptor
  readonly layers?: readonly Descriptor[]
  readonly manifests?: readonly Descriptor[]
  readonly annotations?: Readonly<Record<string, string>>
  readonly subject?: Descriptor
  readonly artifactType?: string
}

export const parseManifest = ({ bytes }: Served): Manifest => JSON.parse(bytes.toString()) as Manifest
