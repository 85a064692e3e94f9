import { writeGzip } from '../../src/formats/gzip.js'
import { writeTar } from '../../src/formats/tar-writer.js'
import type { Registry } from 'start-registry'
import { imageManifest, descriptor, types, type Wire } from './content.js'

/** A page as a browser gets it. */
export interface Loaded {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Somebody with a browser: cookies are kept, forms are sent with what they hide. */
export class Visitor {
  readonly #url: string
  #cookies = new Map<string, string>()

  constructor({ url }: Pick<Registry, 'url'>) {
    this.#url = url
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Loaded> {
    return this.#send(path, { headers: { cookie: this.cookie, ...headers } })
  }

  /** Sends a form of a page, with its token unless there is another. */
  async post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
    from: string = path,
  ): Promise<Loaded> {
    const token = fields['token'] ?? tokenIn((await this.get(from)).text)
    const body = new URLSearchParams({ ...fields, token })
    return this.#send(path, { method: 'POST', body, headers: { cookie: this.cookie, ...headers } })
  }

  async #send(path: string, init: RequestInit): Promise<Loaded> {
    const reply = await fetch(this.#url + path, { redirect: 'manual', ...init })
    for (const cookie of reply.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) as unknown as [string, string, string]
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return { status: reply.status, headers: reply.headers, text: await reply.text() }
  }
}

const tokenIn = (text: string): string => /name="token" value="([^"]+)"/.exec(text)?.[1] ?? ''

/** Markup that would run, if it were any. */
export const script = '<script>document.title="owned"</script><img src=x onerror=\'document.title="owned"\'>'

/** Pushes a chart whose texts somebody else has written; answers the manifest's digest. */
export async function pushChart(
  wire: Wire,
  repository: string,
  tag: string,
  { about = {}, files }: { readonly about?: object; readonly files: Readonly<Record<string, string>> },
): Promise<string> {
  const config = JSON.stringify({ apiVersion: 'v2', name: 'etherpad', version: tag, ...about })
  const entries = Object.entries(files).map(([path, text]) => ({
    path: `etherpad/${path}`,
    content: Buffer.from(text),
  }))
  const content = writeGzip(writeTar(entries))
  await wire.blob(repository, config)
  await wire.blob(repository, content)
  const manifest = imageManifest(descriptor('application/vnd.cncf.helm.config.v1+json', config), [
    descriptor('application/vnd.cncf.helm.chart.content.v1.tar+gzip', content),
  ])
  return pushManifest(wire, repository, tag, manifest)
}

/** Pushes an image whose every text is markup; answers the manifest's digest. */
export async function pushHostileImage(wire: Wire, repository: string, tag: string): Promise<string> {
  const config = JSON.stringify({
    architecture: script,
    os: 'linux',
    author: script,
    created: script,
    config: {
      Entrypoint: [script],
      Env: [`A=${script}`],
      Labels: { [script]: script },
      User: script,
      ExposedPorts: { [script]: {} },
    },
    history: [{ created_by: script }],
    rootfs: { type: 'layers', diff_ids: [] },
  })
  const layer = writeGzip(
    writeTar([
      { path: `etc/${script.replaceAll('/', '')}`, content: Buffer.from(script) },
      { path: 'link', type: 'symlink', target: script },
    ]),
  )
  await wire.blob(repository, config)
  await wire.blob(repository, layer)
  const annotated = { ...descriptor(types.layer, layer), annotations: { 'org.opencontainers.image.title': script } }
  const manifest = imageManifest(descriptor(types.config, config), [annotated], {
    annotations: { [script]: script, 'org.opencontainers.image.source': 'javascript:alert(1)' },
  })
  return pushManifest(wire, repository, tag, manifest)
}

async function pushManifest(wire: Wire, repository: string, tag: string, manifest: string): Promise<string> {
  const reply = await wire.manifest(repository, tag, manifest)
  if (reply.status !== 201) throw new Error(`manifest not pushed: ${reply.status} ${reply.text}`)
  return reply.headers['docker-content-digest'] as string
}

/** The text of a page as people read it. */
export const readable = (text: string): string =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(lt|gt|quot|amp|#39|#96);/g, (_, name: string) => characters[name] as string)
    .replace(/\s+/g, ' ')

const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'", '#96': '`' }
