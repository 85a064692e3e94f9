import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startRegistry, type Registry, type RequestEvent, type StartOptions, type Store } from 'start-registry'
import { runner, type Run } from '../../harness/run.js'
import { memoryStore } from '../../src/store/memory/store.js'
import { clientPaths } from '../support/client-paths.js'
import { hasIpv6 } from '../support/ipv6.js'
import { registryFor } from '../support/registries.js'

const alice = { username: 'alice', password: 'correct horse' }

const client = await clientPaths(
  'helm@3.8.2 helm@3.22.0 helm@4.3.1 cosign@1.0.0 cosign@2.6.5 cosign@3.1.3 crane oras regctl'.split(' '),
)

/** A store with an image, `app:1`, and a chart, `charts/web:0.1.0`. */
async function stocked(): Promise<Store> {
  const storage = memoryStore()
  await using registry = await startRegistry({ storage })
  const { run, home } = atHome(registry.env())
  writeImage(home, 'an image for all clients')
  await run`podman build --tag ${registry.host}/app:1 .`
  await run`podman push ${registry.host}/app:1`
  mkdirSync(join(home, 'web'))
  writeFileSync(join(home, 'web/Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 0.1.0\n')
  const helm = client('helm@3.22.0')
  await run`${helm} package web`
  await run`${helm} push web-0.1.0.tgz oci://${registry.host}/charts --plain-http`
  return storage
}

function atHome(env: Readonly<Record<string, string>>): { readonly run: Run; readonly home: string } {
  return { run: runner({ env }), home: env['HOME'] as string }
}

function writeImage(home: string, content: string): void {
  writeFileSync(join(home, 'content.txt'), content)
  writeFileSync(join(home, 'Containerfile'), 'FROM scratch\nCOPY content.txt /\n')
}

/** A registry with the store's content, and what it was asked for since `requests` was last emptied. */
async function listening(
  t: Test,
  options: StartOptions,
): Promise<{ readonly registry: Registry; readonly requests: RequestEvent[] }> {
  const { registry } = await registryFor(t, options)
  const requests: RequestEvent[] = []
  registry.onRequest((event) => void requests.push(event))
  return { registry, requests }
}

interface Client {
  readonly id: string
  /** Which of `registry.flags` are its. */
  readonly flags: keyof Registry['flags'] | undefined
  /** A command that reads what the registry has; flags stand behind its name. */
  readonly read: (host: string, flags?: readonly string[]) => readonly string[]
}

const helm = (id: string): Client => ({
  id,
  flags: id === 'helm@3.8.2' ? undefined : 'helm',
  read: (host, flags = []) => {
    return [client(id), 'show', 'chart', ...flags, `oci://${host}/charts/web`, '--version', '0.1.0']
  },
})
const cosign = (id: string): Client => ({
  id,
  flags: id === 'cosign@1.0.0' ? undefined : 'cosign',
  read: (host, flags = []) => [client(id), 'triangulate', ...flags, `${host}/app:1`],
})
const oras: Client = {
  id: 'oras@1.3.6',
  flags: 'oras',
  read: (host, flags = []) => [client('oras'), 'manifest', 'fetch', ...flags, `${host}/app:1`],
}
const crane: Client = {
  id: 'crane@0.22.1',
  flags: 'crane',
  read: (host, flags = []) => [client('crane'), 'manifest', ...flags, `${host}/app:1`],
}
const regctl: Client = {
  id: 'regctl@0.11.7',
  flags: undefined,
  read: (host) => [client('regctl'), 'manifest', 'get', `${host}/app:1`],
}
const podman: Client = {
  id: 'podman',
  flags: 'podman',
  read: (host, flags = []) => ['podman', 'pull', ...flags, `${host}/app:1`],
}
const skopeo: Client = {
  id: 'skopeo',
  flags: 'skopeo',
  read: (host, flags = []) => ['skopeo', 'inspect', ...flags, `docker://${host}/app:1`],
}
const buildah: Client = {
  id: 'buildah',
  flags: 'buildah',
  // A pull that asks the registry, whatever podman has pulled before.
  read: (host, flags = []) => ['buildah', 'pull', '--policy', 'always', ...flags, `${host}/app:1`],
}
const containersTools = [podman, skopeo, buildah]
const helms = ['helm@3.8.2', 'helm@3.22.0', 'helm@4.3.1'].map(helm)
const cosigns = ['cosign@1.0.0', 'cosign@2.6.5', 'cosign@3.1.3'].map(cosign)
const all = [...helms, ...cosigns, crane, oras, regctl, ...containersTools]

const ids = (clients: readonly Client[]): string[] => clients.map(({ id }) => id)

// What the clients cannot do, however their home is made.
const cannot = (host: string, { tls }: { readonly tls: boolean }): string[] => [
  // An older docker/distribution reads no reference with an IPv6 address.
  ...(host === '[::1]' ? ids(containersTools) : []),
  // http, whatever is there: 3.8.2 for all three names, oras for this one.
  ...(tls ? ['helm@3.8.2'] : []),
  ...(tls && host === 'localhost' ? ['oras@1.3.6'] : []),
]

void t.test('what a home leads to', async (t) => {
  const storage = await stocked()

  for (const tls of [false, true]) {
    await t.test(`${tls ? 'https' : 'http'}: every client is logged in, by each name`, async (t) => {
      const { registry, requests } = await listening(t, { storage, tls, accounts: [alice] })
      const { run } = atHome(registry.env({ as: 'alice' }))
      for (const host of ['127.0.0.1', 'localhost', ...(hasIpv6 ? ['[::1]'] : [])]) {
        for (const { id, flags, read } of all) {
          if (cannot(host, { tls }).includes(id)) continue
          requests.length = 0
          // No variable makes these speak http.
          const plain = !tls && (flags === 'helm' || flags === 'oras')
          await run`${read(`${host}:${registry.port}`, plain ? registry.flags[flags] : [])}`
          const served = requests.filter(({ status }) => status < 400)
          t.ok(served.length > 0, `${id} ${host}`)
          t.same(
            [...new Set(served.map(({ scheme, account }) => `${scheme} ${account}`))],
            [`${tls ? 'https' : 'http'} alice`],
          )
        }
      }
    })

    await t.test(`${tls ? 'https' : 'http'}: flags lead there from a home that does not`, async (t) => {
      const { registry, requests } = await listening(t, { storage, tls })
      const { registry: another } = await registryFor(t)
      const { run } = atHome(another.env())
      for (const { id, flags, read } of all) {
        if (flags === undefined) continue
        const without = await run({ status: 'any' })`${read(registry.host)}`
        // These try http by themselves.
        const fallsBack = !tls && (flags === 'crane' || flags === 'cosign' || id === 'helm@3.22.0')
        t.equal(without.status === 0, fallsBack, `${id}: ${without.output}`)
        if (tls) t.match(without.output, /certificate signed by unknown authority/)
        requests.length = 0
        await run`${read(registry.host, registry.flags[flags])}`
        t.ok(
          requests.some(({ status }) => status === 200),
          id,
        )
        t.same([...new Set(requests.map(({ scheme }) => scheme))], [tls ? 'https' : 'http'])
      }
    })
  }

  await t.test('flags of commands that copy', async (t) => {
    const { registry } = await registryFor(t, { storage, tls: true })
    const { registry: another } = await registryFor(t)
    const { run } = atHome(another.env())
    const { skopeo, oras, curl } = registry.flags
    const prefixed = (words: readonly string[], prefix: string): string[] =>
      words.map((word) => word.replace(/^--/, `--${prefix}-`))
    const [from, to] = [`${registry.host}/app:1`, `${registry.host}/copies`]
    await run`skopeo copy ${prefixed(skopeo, 'src')} ${prefixed(skopeo, 'dest')} docker://${from} docker://${to}:1`
    await run`${client('oras')} cp ${prefixed(oras, 'from')} ${prefixed(oras, 'to')} ${from} ${to}:2`
    const { stdout } = await run`curl --silent --show-error ${curl} ${registry.url}/v2/copies/tags/list`
    t.equal(stdout, '{"name":"copies","tags":["1","2"]}')
  })
})

void t.test('two homes never learn of each other’s blobs', async (t) => {
  const { registry, requests } = await listening(t, {})
  const pushes: Readonly<Record<string, (run: Run, image: string) => Promise<unknown>>> = {
    podman: async (run, image) => {
      await run`podman build --timestamp 0 --tag ${image} .`
      await run`podman push ${image}`
    },
    buildah: async (run, image) => {
      await run`buildah build --timestamp 0 --tag ${image} .`
      await run`buildah push ${image}`
    },
    skopeo: async (run, image) => {
      await run`buildah build --timestamp 0 --tag ${image} .`
      await run`skopeo copy containers-storage:${image} docker://${image}`
    },
  }
  for (const [name, push] of Object.entries(pushes)) {
    const posts: string[][] = []
    for (const repository of [`${name}/first`, `${name}/second`]) {
      const { run, home } = atHome(registry.env())
      writeImage(home, `from ${name} to ${registry.url}`)
      requests.length = 0
      await push(run, `${registry.host}/${repository}:1`)
      posts.push(requests.filter(({ method }) => method === 'POST').map(({ target }) => target))
      const foreign = requests.filter(({ target }) => target !== '/v2/' && !target.startsWith(`/v2/${repository}/`))
      t.same(foreign, [], `${repository}: nothing is asked of another repository`)
      // The same home does learn: that is how a mount is seen here when there is one.
      requests.length = 0
      await push(run, `${registry.host}/${repository}-again:1`)
      t.match(
        requests.filter(({ method }) => method === 'POST').map(({ target }) => target)[0],
        `/v2/${repository}-again/blobs/uploads/?from=`,
      )
    }
    t.same(posts, [
      [`/v2/${name}/first/blobs/uploads/`, `/v2/${name}/first/blobs/uploads/`],
      [`/v2/${name}/second/blobs/uploads/`, `/v2/${name}/second/blobs/uploads/`],
    ])
  }
})
