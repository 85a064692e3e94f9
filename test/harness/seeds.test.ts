import { gunzipSync } from 'node:zlib'
import { file, image, random, type Registry } from 'start-registry'
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
