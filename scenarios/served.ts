import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
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

// By its tag, Quay serves a manifest only to those who name its type, and something that it is made into to others.
const accepted = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  '*/*',
].join(', ')

/** Sends one request to a registry, without any of the clients, and answers the reply. */
export async function ask(registry: Registry, path: string, { account, method, type, body }: Ask): Promise<Served> {
  const url = `${registry.url}${path}`
  const headers = { Accept: accepted, ...(type !== undefined && { 'Content-Type': type }) }
  const basic = account && `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`
  const once = (authorization: string | undefined): Promise<IncomingMessage> => {
    const login = authorization !== undefined && { Authorization: authorization }
    return send(registry, url, { method, headers: { ...headers, ...login } }, body)
  }
  const first = await once(basic)
  // Quay takes name and password at its token service only.
  const realm = basic !== undefined && first.statusCode === 401 ? tokenUrl(first) : undefined
  const reply = realm === undefined ? first : await once(`Bearer ${await buyToken(registry, realm, basic)}`)
  const bytes = Buffer.concat(await reply.toArray())
  const digest = reply.headers['docker-content-digest']
  return {
    status: reply.statusCode ?? 0,
    type: reply.headers['content-type'],
    digest: typeof digest === 'string' ? digest : undefined,
    bytes,
  }
}

function send(
  { caFile }: Registry,
  url: string,
  options: RequestOptions,
  body?: Buffer | string,
): Promise<IncomingMessage> {
  const all = { ...options, agent: false }
  return new Promise((resolve, reject) => {
    const request =
      caFile === undefined
        ? httpRequest(url, all, resolve)
        : httpsRequest(url, { ...all, ca: readFileSync(caFile) }, resolve)
    request.once('error', reject).end(body)
  })
}

/** Where a challenge says that tokens are sold for what was asked; undefined when it wants something else. */
function tokenUrl({ headers }: IncomingMessage): string | undefined {
  const challenge = headers['www-authenticate'] ?? ''
  const { realm, ...query } = Object.fromEntries(
    Array.from(challenge.matchAll(/(\w+)="([^"]*)"/g), ([, name, value]) => [name, value]),
  ) as Record<string, string>
  return challenge.startsWith('Bearer ') ? `${realm}?${new URLSearchParams(query).toString()}` : undefined
}

async function buyToken(registry: Registry, url: string, basic: string | undefined): Promise<string> {
  const reply = await send(registry, url, { headers: { Authorization: basic } })
  const { token } = JSON.parse(Buffer.concat(await reply.toArray()).toString()) as { readonly token: string }
  return token
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
