import assert from 'node:assert/strict'
import { mountsOf, uploadsOf } from '../heard.js'
import { assertIsServed, byCertsD, docker, machine, oci } from '../images.js'
import { parseManifest, served, sha256, type Served } from '../served.js'
import type { Setting } from '../setting.js'

/** skopeo-inspect(1): what an image is, without pulling it. */
export async function inspectImages({ say, registry, home, account, show, over }: Setting): Promise<void> {
  say('Inspect')
  const { sh } = home({ env: byCertsD })
  const image = `${registry.host}/team/oci`
  const reply = await served(registry, '/v2/team/oci/manifests/1.0', account)
  const { config, layers = [] } = parseManifest(reply)

  const { Name, Digest, RepoTags, Architecture, Layers, Labels } = JSON.parse(
    (await sh`skopeo inspect docker://${image}:1.0`).stdout,
  ) as Record<string, unknown>
  assert.deepEqual(
    { Name, Digest, RepoTags, Architecture, Layers },
    {
      Name: image,
      Digest: reply.digest,
      RepoTags: ['1.0'],
      Architecture: machine(),
      Layers: layers.map(({ digest }) => digest),
    },
  )
  assert.equal((Labels as Record<string, string>)['team'], 'web')
  assert.equal(
    (await sh`skopeo inspect --format {{.Digest}} docker://${image}@${reply.digest ?? ''}`).stdout,
    reply.digest,
  )
  const raw = await sh`skopeo inspect --raw docker://${image}:1.0`
  assert.equal(raw.stdout, reply.bytes.toString())
  const rawConfig = await sh`skopeo inspect --config --raw docker://${image}:1.0`
  assert.equal(sha256(Buffer.from(rawConfig.stdout)), config?.digest)
  show({ client: 'skopeo', story: 'inspect images', over })
}

/** skopeo-copy(1): from repository to repository, to a folder and back, whole indexes, and from one format to another. */
export async function copyImages({ say, registry, home, account, heard, show, over }: Setting): Promise<void> {
  const { sh, read } = home({ env: byCertsD })
  const at = (name: string): string => `docker://${registry.host}/${name}`
  const manifest = (name: string): Promise<Served> =>
    served(registry, `/v2/${name.replace(':', '/manifests/')}`, account)

  say('Copy to another repository')
  const image = await manifest('team/oci:1.0')
  const { layers = [] } = parseManifest(image)
  // skopeo has blobs mounted from where it has read them before.
  await sh`skopeo copy ${at('team/oci:1.0')} dir:seen`
  heard.take()
  await sh`skopeo copy --digestfile copied.txt ${at('team/oci:1.0')} ${at('copies/oci:1.0')}`
  assert.equal(read('copied.txt').toString(), image.digest)
  assertSame(await manifest('copies/oci:1.0'), image)
  const requests = heard.take()
  assert.deepEqual(
    mountsOf(requests),
    layers
      .map(({ digest }) => ({ digest, from: 'team/oci', to: 'copies/oci', status: 201 }))
      .toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
  )
  assert.equal(uploadsOf(requests), 1, 'the config alone, for skopeo mounts layers only')

  say('Copy an index')
  const index = await manifest('team/greeting:1.0')
  await sh`skopeo copy --all --preserve-digests ${at('team/greeting:1.0')} ${at('copies/greeting:1.0')}`
  assertSame(await manifest('copies/greeting:1.0'), index)
  const children = parseManifest(index).manifests ?? []
  for (const { digest, mediaType } of children) {
    assertIsServed(await served(registry, `/v2/copies/greeting/manifests/${digest}`, account), digest, mediaType)
  }
  await sh`skopeo copy ${at('team/greeting:1.0')} ${at('copies/mine:1.0')}`
  const mine = children.find(({ platform }) => platform?.architecture === machine())
  assert.equal((await manifest('copies/mine:1.0')).digest, mine?.digest, 'without --all, the image of this machine')

  say('Copy to a folder and back')
  await sh`skopeo copy ${at('team/oci:1.0')} dir:saved`
  assert.equal(sha256(read('saved/manifest.json')), image.digest)
  await sh`skopeo copy dir:saved ${at('restored/from-dir:1.0')}`
  assertSame(await manifest('restored/from-dir:1.0'), image)
  await sh`skopeo copy --all ${at('team/greeting:1.0')} oci:layout:greeting`
  await sh`skopeo copy --all oci:layout:greeting ${at('restored/from-layout:1.0')}`
  assertSame(await manifest('restored/from-layout:1.0'), index)

  say('Copy from one format to the other')
  const schema2 = await manifest('team/docker:1.0')
  await sh`skopeo copy --format oci ${at('team/docker:1.0')} ${at('converted/oci:1.0')}`
  assertConverted(await manifest('converted/oci:1.0'), schema2, oci)
  await sh`skopeo copy --format v2s2 ${at('team/oci:1.0')} ${at('converted/docker:1.0')}`
  assertConverted(await manifest('converted/docker:1.0'), image, docker)
  await sh`skopeo copy --format oci --preserve-digests ${at('team/docker:1.0')} ${at('converted/kept:1.0')}`
  assertSame(await manifest('converted/kept:1.0'), schema2)
  show({ client: 'skopeo', story: 'copy between repositories, folders and formats', over })
}

/** skopeo-sync(1): a repository into a folder, and the folder into another organization. */
export async function syncImages({ say, registry, home, account, show, over }: Setting): Promise<void> {
  say('Sync')
  const { sh, read } = home({ env: byCertsD })
  const index = await served(registry, '/v2/team/greeting/manifests/1.0', account)
  await sh`skopeo sync --all --scoped --src docker --dest dir ${registry.host}/team/greeting usb`
  const folder = `usb/${registry.host}/team`
  assert.equal(sha256(read(`${folder}/greeting:1.0/manifest.json`)), index.digest)
  const back = await sh`skopeo sync --all --src dir --dest docker ${folder} ${registry.host}/mirror`
  assert.match(back.stderr, /Synced 1 images from 1 sources/)
  assertSame(await served(registry, '/v2/mirror/greeting/manifests/1.0', account), index)
  show({ client: 'skopeo', story: 'sync a repository to a folder and back', over })
}

/** Asserts that a copy is what it was copied from, byte for byte. */
function assertSame(copy: Served, original: Served): void {
  assertIsServed(copy, original.digest ?? '', original.type ?? '')
}

/** Asserts that an image has another format than its original, and the same layers. */
function assertConverted(
  copy: Served,
  original: Served,
  types: { readonly image: string; readonly config: string; readonly layer: string },
): void {
  assertIsServed(copy, sha256(copy.bytes), types.image)
  assert.notEqual(copy.digest, original.digest)
  const { config, layers = [] } = parseManifest(copy)
  assert.equal(config?.mediaType, types.config)
  const originals = parseManifest(original).layers ?? []
  assert.deepEqual(
    layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
    originals.map(({ digest, size }) => ({ mediaType: types.layer, digest, size })),
  )
}
