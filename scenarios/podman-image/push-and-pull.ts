import assert from 'node:assert/strict'
import { assertIsServed, byCertsD, docker, filesOf, machine, oci } from '../images.js'
import type { Desk } from '../scenario.js'
import { parseManifest, served, sha256 } from '../served.js'
import type { Setting } from '../setting.js'

/** podman-build(1), podman-push(1), podman-pull(1): what one machine pushed, another one pulls, in both formats. */
export async function pushAndPull(setting: Setting): Promise<void> {
  const { say, show, over } = setting
  say('An OCI image')
  await pushAndPullAs(setting, { types: oci, flags: [], name: 'oci' })
  show({ client: 'podman', story: 'push and pull an OCI image', over })
  say('An image as Docker schema 2')
  await pushAndPullAs(setting, { types: docker, flags: ['--format', 'v2s2'], name: 'docker' })
  show({ client: 'podman', story: 'push and pull an image as Docker schema 2', over })
}

interface Format {
  readonly types: { readonly image: string; readonly config: string; readonly layer: string }
  readonly flags: readonly string[]
  readonly name: string
}

async function pushAndPullAs({ registry, home, account }: Setting, { types, flags, name }: Format): Promise<void> {
  const image = `${registry.host}/team/${name}:1.0`
  // Content that no other image has: podman would push again, as they were, layers that it has seen compressed before.
  const page = `<h1>${name} from ${registry.url}</h1>\n`
  const style = `h1 { color: green } /* ${name} from ${registry.url} */\n`

  const builder = home({ env: byCertsD })
  builder.write('web/index.html', page)
  builder.write('web/style.css', style)
  builder.write('web/Containerfile', 'FROM scratch\nCOPY index.html /\nCOPY style.css /\nLABEL team=web\n')
  await builder.sh`podman build --tag ${image} web`
  await builder.sh`podman push ${flags} --digestfile pushed.txt ${image}`
  const pushed = builder.read('pushed.txt').toString().trim()

  const reply = await served(registry, `/v2/team/${name}/manifests/1.0`, account)
  assertIsServed(reply, pushed, types.image)
  const { mediaType, config, layers } = parseManifest(reply)
  assert.equal(mediaType, types.image)
  assert.equal(config?.mediaType, types.config)
  assert.deepEqual(
    layers?.map((layer) => layer.mediaType),
    [types.layer, types.layer],
  )
  for (const blob of [config, ...layers]) {
    const { status, bytes } = await served(registry, `/v2/team/${name}/blobs/${blob.digest}`, account)
    assert.equal(status, 200)
    assert.equal(bytes.length, blob.size)
    assert.equal(sha256(bytes), blob.digest)
  }

  const other = home({ env: byCertsD })
  assert.equal((await other.sh`podman images --quiet`).stdout, '')
  const { stdout: id } = await other.sh`podman pull --quiet ${image}`
  assert.equal(`sha256:${id}`, config.digest)
  assert.deepEqual(await inspect(other, image), { digest: pushed, type: types.image, architecture: machine() })
  assert.deepEqual(await filesOf(other, image, ['index.html', 'style.css']), [page, style])
}

/** podman-manifest(1): an index of two platforms, each pulled by its name. */
export async function pushAndPullIndex({ say, registry, home, account, show, over }: Setting): Promise<void> {
  say('An index of two platforms')
  const index = `${registry.host}/team/greeting:1.0`
  const greetings = { amd64: `hello, amd64, from ${registry.url}\n`, arm64: `hello, arm64, from ${registry.url}\n` }

  const builder = home({ env: byCertsD })
  for (const [architecture, text] of Object.entries(greetings)) builder.write(`greeting/${architecture}.txt`, text)
  builder.write('greeting/Containerfile', 'FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH.txt /greeting.txt\n')
  await builder.sh`podman build --platform linux/amd64,linux/arm64 --manifest ${index} greeting`
  await builder.sh`podman manifest push --all --format oci --digestfile pushed.txt ${index} docker://${index}`
  const pushed = builder.read('pushed.txt').toString().trim()

  const reply = await served(registry, '/v2/team/greeting/manifests/1.0', account)
  assertIsServed(reply, pushed, oci.index)
  const { mediaType, manifests = [] } = parseManifest(reply)
  assert.equal(mediaType, oci.index)
  // podman builds both at once, and writes them in the order that they are ready.
  const platforms = manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`)
  assert.deepEqual(platforms.toSorted(), ['linux/amd64', 'linux/arm64'])
  for (const child of manifests) {
    const childReply = await served(registry, `/v2/team/greeting/manifests/${child.digest}`, account)
    assertIsServed(childReply, child.digest, child.mediaType)
    assert.equal(childReply.bytes.length, child.size)
    const { config } = parseManifest(childReply)
    const { bytes } = await served(registry, `/v2/team/greeting/blobs/${config?.digest}`, account)
    assert.equal((JSON.parse(bytes.toString()) as { architecture: string }).architecture, child.platform?.architecture)
  }

  for (const [architecture, text] of Object.entries(greetings)) {
    const other = home({ env: byCertsD })
    await other.sh`podman pull --quiet --platform linux/${architecture} ${index}`
    assert.deepEqual(await inspect(other, index), { digest: pushed, type: oci.image, architecture })
    assert.deepEqual(await filesOf(other, index, ['greeting.txt']), [text])
  }
  show({ client: 'podman', story: 'push and pull an index of two platforms', over })
}

/** containers-certs.d(5): without the registry's CA nothing is pulled. */
export async function pullUntrusting({ say, registry, home }: Setting): Promise<void> {
  say('Without the CA')
  const { sh, write } = home({ env: byCertsD })
  write('no-certificates/README', 'podman looks here instead of into certs.d\n')
  const image = `${registry.host}/team/oci:1.0`
  const { stderr } = await sh({ status: 125 })`podman pull --cert-dir no-certificates ${image}`
  assert.match(stderr, /x509: certificate signed by unknown authority/)
}

async function inspect({ sh }: Desk, image: string): Promise<{ digest: string; type: string; architecture: string }> {
  const format = '{{.Digest}} {{.ManifestType}} {{.Architecture}}'
  const { stdout } = await sh`podman image inspect --format ${format} ${image}`
  const [digest = '', type = '', architecture = ''] = stdout.split(' ')
  return { digest, type, architecture }
}
