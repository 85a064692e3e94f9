import { gunzipSync } from 'node:zlib'
import { artifact, file, image, index, layer, random, symlink, type Registry } from 'start-registry'
import t from 'tap'
import { sha256, types } from '../support/content.js'
import { registryFor, storages } from '../support/registries.js'
import { tarEntries } from '../support/tar.js'

/** A blob of a repository, as a client gets it. */
async function pull(registry: Registry, repository: string, digest: string): Promise<Buffer> {
  const reply = await fetch(`${registry.url}/v2/${repository}/blobs/${digest}`)
  if (reply.status !== 200) throw new Error(`${digest}: ${reply.status}`)
  return Buffer.from(await reply.arrayBuffer())
}

void t.test('an image is served as it was described, byte for byte the same each time', async (t) => {
  for (const [name, storage] of storages(t)) {
    const { registry, wire } = await registryFor(t, { storage })
    const requests: string[] = []
    const stop = registry.onRequest(({ target }) => void requests.push(target))
    const { digests, contents } = await registry.seed({
      'team/app:1': image({
        layers: [{ '/etc/motd': 'hello', 'bin/run': file('#!/bin/sh\n', { mode: 0o755, uid: 7 }) }, random(100_000)],
        platform: 'linux/arm/v7',
        labels: { 'org.example.team': 'app' },
        env: { PATH: '/bin' },
        entrypoint: ['run'],
        ports: ['80/tcp'],
      }),
    })
    t.same(requests, [])
    stop()
    const digest = 'sha256:6ebc67ddb81798f72b095a0bf2f7f6d70efa41c5ccbdd36422752ff506d27d6c'
    t.equal(digests['team/app:1'], digest, name)
    const reply = await wire.get('/v2/team/app/manifests/1')
    t.equal(sha256(reply.text), digest)
    t.equal(reply.headers['content-type'], types.image)
    const content = contents['team/app:1']
    t.same(JSON.parse(reply.text), content.manifest)
    t.match(content, { repository: 'team/app', tag: '1', digest, mediaType: types.image, size: reply.text.length })
    t.equal(content.bytes.toString(), reply.text)
    const [first, second] = content.layers
    t.equal(first?.mediaType, types.layer)
    const tar = gunzipSync(await pull(registry, 'team/app', first?.digest ?? ''))
    const entries = (await tarEntries(tar)).map(({ path, mode, uid, text }) => [path, mode, uid, text])
    t.same(entries, [
      ['etc/motd', 0o644, 0, 'hello'],
      ['bin/run', 0o755, 7, '#!/bin/sh\n'],
    ])
    const { config } = content.manifest as { config: { digest: string } }
    const text = await pull(registry, 'team/app', config.digest)
    t.same(JSON.parse(String(text)), content.config)
    t.match(content.config, {
      created: '2026-01-01T00:00:00Z',
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      config: {
        Env: ['PATH=/bin'],
        Entrypoint: ['run'],
        ExposedPorts: { '80/tcp': {} },
        Labels: { 'org.example.team': 'app' },
      },
      rootfs: { diff_ids: [sha256(tar), sha256(gunzipSync(await pull(registry, 'team/app', second?.digest ?? '')))] },
      history: [{ created_by: 'layer 1' }, { created_by: 'layer 2' }],
    })
  }
})

void t.test('formats, compressions, histories and layers of any kind', async (t) => {
  const { registry, wire } = await registryFor(t)
  const layers = [{ a: 'b', link: symlink('a'), 'folder/': '' }]
  const { contents } = await registry.seed({
    'a:docker': image({ format: 'docker', layers, created: '2020-02-02T02:02:02Z', history: ['COPY a /', 'ENV A=b'] }),
    'a:list': index(['a:docker'], { format: 'docker' }),
    'a:zstd': image({ layers, compression: 'zstd', history: false, config: { author: 'Alice' } }),
    'a:none': image({
      layers: [...layers, layer({ c: 'd' }, { compression: 'gzip', annotations: { e: 'f' } })],
      compression: 'none',
    }),
    'a:raw': image({
      layers: [layer('no tar', { mediaType: 'a/raw' }), Buffer.alloc(1024)],
      annotations: { g: 'h' },
      artifactType: 'a/image',
    }),
    'a:settings': image({ layers: [], user: '1', cmd: ['a'], workdir: '/w', volumes: ['/v'] }),
  })
  const { 'a:docker': docker, 'a:zstd': zstd, 'a:none': none, 'a:raw': raw } = contents
  t.match(docker, {
    mediaType: types.docker,
    manifest: { config: { mediaType: 'application/vnd.docker.container.image.v1+json' } },
    layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' }],
    config: {
      created: '2020-02-02T02:02:02Z',
      history: [{ created_by: 'COPY a /' }, { created_by: 'ENV A=b', empty_layer: true }],
    },
  })
  t.match(contents['a:list'], {
    mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: {
      manifests: [{ mediaType: types.docker, digest: docker.digest, platform: { os: 'linux', architecture: 'amd64' } }],
    },
  })
  t.equal(zstd.layers[0]?.mediaType, 'application/vnd.oci.image.layer.v1.tar+zstd')
  t.match(zstd.config, { author: 'Alice', history: undefined })
  t.match(none.layers, [
    { mediaType: 'application/vnd.oci.image.layer.v1.tar' },
    { mediaType: types.layer, annotations: { e: 'f' } },
  ])
  const tar = await pull(registry, 'a', none.layers[0]?.digest ?? '')
  t.same(
    (await tarEntries(tar)).map(({ path, type, mode, target }) => [path, type, mode, target]),
    [
      ['a', 'file', 0o644, ''],
      ['link', 'symlink', 0o777, 'a'],
      ['folder/', 'directory', 0o755, ''],
    ],
  )
  const diffIds = [none, zstd, docker].map(
    ({ config }) => (config as { rootfs: { diff_ids: string[] } }).rootfs.diff_ids[0],
  )
  t.same(diffIds, [none.layers[0]?.digest, none.layers[0]?.digest, none.layers[0]?.digest])
  t.match(raw.layers, [{ mediaType: 'a/raw', size: 6, digest: sha256('no tar') }, { mediaType: types.layer }])
  t.match(raw.manifest, { artifactType: 'a/image', annotations: { g: 'h' } })
  t.same((contents['a:settings'].config as { config: object }).config, {
    User: '1',
    Cmd: ['a'],
    Volumes: { '/v': {} },
    WorkingDir: '/w',
  })
  for (const tag of ['docker', 'list', 'zstd', 'none', 'raw', 'settings']) {
    t.equal((await wire.get(`/v2/a/manifests/${tag}`)).status, 200, tag)
  }
})

void t.test('artifacts with files, with a config, and with nothing', async (t) => {
  const { registry } = await registryFor(t)
  const { contents } = await registry.seed({
    'a:files': artifact({
      type: 'a/b',
      files: { 'a.txt': 'hello', 'b.json': { content: '{}', mediaType: 'application/json', annotations: { c: 'd' } } },
      annotations: { e: 'f' },
    }),
    'a:config': artifact({ type: 'a/b', config: { mediaType: 'a/config', content: '{"g":1}' } }),
    'a:bytes': artifact({ type: 'a/b', config: { mediaType: 'a/config', content: random(10) } }),
  })
  const title = 'org.opencontainers.image.title'
  t.same(contents['a:files'].manifest, {
    schemaVersion: 2,
    mediaType: types.image,
    artifactType: 'a/b',
    config: { mediaType: types.empty, digest: sha256('{}'), size: 2 },
    layers: [
      { mediaType: 'application/octet-stream', digest: sha256('hello'), size: 5, annotations: { [title]: 'a.txt' } },
      { mediaType: 'application/json', digest: sha256('{}'), size: 2, annotations: { [title]: 'b.json', c: 'd' } },
    ],
    annotations: { e: 'f' },
  })
  t.match(contents['a:config'], {
    config: { g: 1 },
    manifest: { config: { mediaType: 'a/config' } },
    layers: [{ mediaType: types.empty, digest: sha256('{}'), size: 2 }],
  })
  t.equal(contents['a:bytes'].config, undefined)
})
