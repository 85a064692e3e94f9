import assert from 'node:assert/strict'
import { startRegistry, type Registry, type RequestEvent } from '../harness/index.js'
import type { Desk, Scenario, ScenarioContext } from './scenario.js'
import { parseManifest, served, sha256, type Served } from './served.js'

const oci = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  index: 'application/vnd.oci.image.index.v1+json',
}
const docker = {
  image: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
}

/**
 * podman-build(1), podman-push(1), podman-pull(1), podman-manifest(1): what one machine built and pushed, another one
 * pulls, byte for byte. As OCI image, as Docker schema 2 and as an index of two platforms; over http, and over https
 * with the registry's CA in certs.d.
 */
export const podmanImage: Scenario = {
  name: 'podman-image',
  title: 'podman builds, pushes and pulls images and an index of two platforms',
  clients: ['podman'],
  async run(context) {
    for (const tls of [false, true]) {
      await using registry = await startRegistry({ tls })
      const requests: RequestEvent[] = []
      registry.onRequest((event) => void requests.push(event))
      const scheme = tls ? 'https' : 'http'

      context.say(`An OCI image over ${scheme}`)
      await pushAndPull(context, registry, { types: oci, flags: [], name: 'oci' })
      context.show({ client: 'podman', story: 'push and pull an OCI image', over: scheme })
      context.say(`An image as Docker schema 2 over ${scheme}`)
      await pushAndPull(context, registry, { types: docker, flags: ['--format', 'v2s2'], name: 'docker' })
      context.show({ client: 'podman', story: 'push and pull an image as Docker schema 2', over: scheme })
      context.say(`An index of two platforms over ${scheme}`)
      await pushAndPullIndex(context, registry)
      context.show({ client: 'podman', story: 'push and pull an index of two platforms', over: scheme })
      if (tls) {
        context.say('Without the CA')
        await pullUntrusting(context, registry)
      }

      assert.deepEqual([...new Set(requests.map((request) => request.scheme))], [scheme])
      assert.deepEqual(
        requests.filter(({ status }) => status >= 400 && status !== 404),
        [],
      )
    }
  },
}

interface Format {
  readonly types: { readonly image: string; readonly config: string; readonly layer: string }
  readonly flags: readonly string[]
  readonly name: string
}

async function pushAndPull({ desk }: ScenarioContext, registry: Registry, { types, flags, name }: Format) {
  const image = `${registry.host}/team/${name}:1.0`
  // Content that no other image has: podman would push again, as they were, layers that it has seen compressed before.
  const page = `<h1>${name} from ${registry.url}</h1>\n`
  const style = `h1 { color: green } /* ${name} from ${registry.url} */\n`

  const builder = desk(homeFor(registry))
  builder.write('web/index.html', page)
  builder.write('web/style.css', style)
  builder.write('web/Containerfile', 'FROM scratch\nCOPY index.html /\nCOPY style.css /\nLABEL team=web\n')
  await builder.sh`podman build --tag ${image} web`
  await builder.sh`podman push ${flags} --digestfile pushed.txt ${image}`
  const pushed = builder.read('pushed.txt').toString().trim()

  const reply = await served(registry, `/v2/team/${name}/manifests/1.0`)
  assertIsServed(reply, pushed, types.image)
  const { mediaType, config, layers } = parseManifest(reply)
  assert.equal(mediaType, types.image)
  assert.equal(config?.mediaType, types.config)
  assert.deepEqual(
    layers?.map((layer) => layer.mediaType),
    [types.layer, types.layer],
  )
  for (const blob of [config, ...layers]) {
    const { status, bytes } = await served(registry, `/v2/team/${name}/blobs/${blob.digest}`)
    assert.equal(status, 200)
    assert.equal(bytes.length, blob.size)
    assert.equal(sha256(bytes), blob.digest)
  }

  const other = desk(homeFor(registry))
  assert.equal((await other.sh`podman images --quiet`).stdout, '')
  const { stdout: id } = await other.sh`podman pull --quiet ${image}`
  assert.equal(`sha256:${id}`, config.digest)
  assert.deepEqual(await inspect(other, image), { digest: pushed, type: types.image, architecture: machine() })
  assert.deepEqual(await filesOf(other, image, ['index.html', 'style.css']), [page, style])
}

async function pushAndPullIndex({ desk }: ScenarioContext, registry: Registry) {
  const index = `${registry.host}/team/greeting:1.0`
  const greetings = { amd64: `hello, amd64, from ${registry.url}\n`, arm64: `hello, arm64, from ${registry.url}\n` }

  const builder = desk(homeFor(registry))
  for (const [architecture, text] of Object.entries(greetings)) builder.write(`greeting/${architecture}.txt`, text)
  builder.write('greeting/Containerfile', 'FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH.txt /greeting.txt\n')
  await builder.sh`podman build --platform linux/amd64,linux/arm64 --manifest ${index} greeting`
  await builder.sh`podman manifest push --all --format oci --digestfile pushed.txt ${index} docker://${index}`
  const pushed = builder.read('pushed.txt').toString().trim()

  const reply = await served(registry, '/v2/team/greeting/manifests/1.0')
  assertIsServed(reply, pushed, oci.index)
  const { mediaType, manifests = [] } = parseManifest(reply)
  assert.equal(mediaType, oci.index)
  // podman builds both at once, and writes them in the order that they are ready.
  const platforms = manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`)
  assert.deepEqual(platforms.toSorted(), ['linux/amd64', 'linux/arm64'])
  for (const child of manifests) {
    const childReply = await served(registry, `/v2/team/greeting/manifests/${child.digest}`)
    assertIsServed(childReply, child.digest, child.mediaType)
    assert.equal(childReply.bytes.length, child.size)
    const config = await served(registry, `/v2/team/greeting/blobs/${parseManifest(childReply).config?.digest}`)
    const { architecture } = JSON.parse(config.bytes.toString()) as { architecture: string }
    assert.equal(architecture, child.platform?.architecture)
  }

  for (const [architecture, text] of Object.entries(greetings)) {
    const other = desk(homeFor(registry))
    await other.sh`podman pull --quiet --platform linux/${architecture} ${index}`
    assert.deepEqual(await inspect(other, index), { digest: pushed, type: oci.image, architecture })
    assert.deepEqual(await filesOf(other, index, ['greeting.txt']), [text])
  }
}

async function pullUntrusting({ desk }: ScenarioContext, registry: Registry) {
  const { sh, write } = desk(homeFor(registry))
  write('no-certificates/README', 'podman looks here instead of into certs.d\n')
  const image = `${registry.host}/team/oci:1.0`
  const { stderr } = await sh({ status: 125 })`podman pull --cert-dir no-certificates ${image}`
  assert.match(stderr, /x509: certificate signed by unknown authority/)
}

// Without SSL_CERT_FILE, which podman obeys as every Go program does: what it trusts, it trusts by certs.d.
const homeFor = (registry: Registry): Record<string, string> => ({ ...registry.env(), SSL_CERT_FILE: '' })

/** Asserts that a reply is a manifest of this digest and type, and that its bytes are those of the digest. */
function assertIsServed(reply: Served, digest: string, type: string): void {
  assert.equal(reply.status, 200)
  assert.equal(reply.type, type)
  assert.equal(reply.digest, digest)
  assert.equal(sha256(reply.bytes), digest)
}

async function inspect({ sh }: Desk, image: string): Promise<{ digest: string; type: string; architecture: string }> {
  const format = '{{.Digest}} {{.ManifestType}} {{.Architecture}}'
  const { stdout } = await sh`podman image inspect --format ${format} ${image}`
  const [digest = '', type = '', architecture = ''] = stdout.split(' ')
  return { digest, type, architecture }
}

/** Files out of an image; nothing in it is run, and no network is made. */
async function filesOf({ sh, read }: Desk, image: string, paths: readonly string[]): Promise<string[]> {
  await sh`podman create --quiet --name look --network none ${image} none`
  for (const path of paths) await sh`podman cp look:/${path} ${path}`
  await sh`podman rm look`
  return paths.map((path) => read(path).toString())
}

/** This machine's architecture as images name it. */
const machine = (): string => (process.arch === 'x64' ? 'amd64' : process.arch)
