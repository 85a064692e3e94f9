import { startRegistry, type Registry, type StartOptions } from 'start-registry'
import { descriptor, imageManifest, sha256, types, Wire } from './content.js'
import { basic } from './login.js'
import type { RawReply, RawRequest } from './raw.js'
import type { Teardown } from './registries.js'

export const versions = ['3.6', '3.7', '3.8', '3.11', '3.12'] as const
export type Version = (typeof versions)[number]

/** The token of the robots `ns+ci` and `ns+maker`. */
export const robotToken: string = 'C'.repeat(64)

const seed: NonNullable<StartOptions['quay']> = {
  users: { alice: { password: 'password1', email: 'alice@example.com' }, bob: 'password2' },
  organizations: {
    ns: {
      owners: ['alice'],
      robots: { ci: { token: robotToken }, maker: { token: robotToken } },
      teams: { makers: { role: 'creator', members: ['+maker'] } },
      repositories: { repo: {}, other: {}, open: { visibility: 'public' } },
    },
  },
}

export interface QuayWireOptions extends Pick<StartOptions, 'config' | 'clock' | 'storage' | 'quay'> {
  readonly version?: Version
}

/** A Quay with the users alice and bob, and alice's organization `ns`: `repo` and `other`, and `open` to all. */
export async function quayFor(
  t: Teardown,
  { version = '3.7', ...options }: QuayWireOptions = {},
): Promise<{ registry: Registry; wire: QuayWire }> {
  const registry = await startRegistry({ profile: `quay-${version}`, quay: seed, ...options })
  t.teardown(() => registry.close())
  const { SERVER_HOSTNAME } = (options.config ?? {}) as { readonly SERVER_HOSTNAME?: string }
  return { registry, wire: new QuayWire(registry.port, SERVER_HOSTNAME ?? registry.host) }
}

/** Raw requests to a Quay, with a token once there is one. */
export class QuayWire extends Wire {
  readonly #service: string
  readonly #token: string | undefined

  constructor(port: number, service: string, token?: string) {
    super(port)
    this.#service = service
    this.#token = token
  }

  override send(method: string, target: string, request: Omit<RawRequest, 'method'> = {}): Promise<RawReply> {
    const login = this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` }
    return super.send(method, target, { ...request, headers: { ...login, ...request.headers } })
  }

  /** Asks for a token. @param account `name:password`, or nobody. */
  auth(scopes: readonly string[], account?: string): Promise<RawReply> {
    const query = [`service=${this.#service}`, ...scopes.map((scope) => `scope=${encodeURIComponent(scope)}`)]
    const [name = '', ...rest] = (account ?? '').split(':')
    return this.get(`/v2/auth?${query.join('&')}`, account === undefined ? {} : basic(name, rest.join(':')))
  }

  /** The same requests as somebody who has a token for these scopes. @param account alice's by default, null for nobody */
  async as(scope: string | readonly string[], account: string | null = 'alice:password1'): Promise<QuayWire> {
    const reply = await this.auth(typeof scope === 'string' ? [scope] : scope, account ?? undefined)
    if (reply.status !== 200) throw new Error(`no token: ${reply.status} ${reply.text}`)
    return new QuayWire(this.port, this.#service, (JSON.parse(reply.text) as { token: string }).token)
  }

  /** The same requests as somebody who may push to a repository. */
  pushing(repository: string = 'ns/repo', account?: string): Promise<QuayWire> {
    return this.as(`repository:${repository}:pull,push`, account)
  }

  /** Begins an upload; answers its path. */
  override async session(repository: string): Promise<string> {
    return new URL(await super.session(repository)).pathname
  }

  /** Pushes an image with a real config; answers its digest. @param more Members of the manifest. */
  override async image(
    repository: string,
    reference?: string,
    content: string = reference ?? '',
    { labels = {}, more = {} }: { labels?: Record<string, string>; more?: Record<string, unknown> } = {},
  ): Promise<string> {
    const text = await this.imageText(repository, content, { labels, more })
    const reply = await this.manifest(repository, reference ?? sha256(text), text)
    if (reply.status !== 201) throw new Error(`image not pushed: ${reply.status} ${reply.text}`)
    return sha256(text)
  }

  /** Pushes the blobs of an image; answers its manifest. */
  async imageText(
    repository: string,
    content: string,
    { labels = {}, more = {} }: { labels?: Record<string, string>; more?: Record<string, unknown> } = {},
  ): Promise<string> {
    const config = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: labels },
      rootfs: { type: 'layers', diff_ids: [sha256(content)] },
    })
    await this.blob(repository, config)
    await this.blob(repository, content)
    return imageManifest(descriptor(types.config, config), [descriptor(types.layer, content)], more)
  }

  /** Pushes an index of images that are there; answers its digest. */
  async index(
    repository: string,
    reference: string | undefined,
    children: readonly { digest: string; size: number; platform?: object }[],
    more: Record<string, unknown> = {},
  ): Promise<string> {
    const manifests = children.map((child) => ({ mediaType: types.image, ...child }))
    const text = JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests, ...more })
    const reply = await this.manifest(repository, reference ?? sha256(text), text, { 'Content-Type': types.index })
    if (reply.status !== 201) throw new Error(`index not pushed: ${reply.status} ${reply.text}`)
    return sha256(text)
  }
}

/** An error of Quay's v2 API, byte for byte. */
export const envelope = (code: string, message: string, detail: unknown = {}): string =>
  `{"errors":[{"code":"${code}","detail":${JSON.stringify(detail)},"message":"${message}"}]}\n`

/** The 112 bytes of a call that may not be made. */
export const unauthorized =
  '{"errors":[{"code":"UNAUTHORIZED","detail":{},"message":"access to the requested resource is not authorized"}]}\n'

/** A reply's headers without those that node and the connection add. */
export function headersOf({ headers }: RawReply): Record<string, string> {
  const { date: _, connection: __, 'transfer-encoding': ___, ...rest } = headers
  return rest
}
