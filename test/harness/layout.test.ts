import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startRegistry } from 'start-registry'
import { descriptor, errorOf, imageManifest, sha256, types, type Wire } from '../support/content.js'
import { bearer, tokenFor } from '../support/login.js'
import { folderFor, registryFor, storages } from '../support/registries.js'

const refName = 'org.opencontainers.image.ref.name'

/** Pushes an index of one image, a referrer of it, a second tag, and a manifest without any; answers their digests. */
async function fill(wire: Wire) {
  const image = await wire.image('team/app', '1')
  const child = { mediaType: types.image, digest: image, size: statOf(await wire.get('/v2/team/app/manifests/1')) }
  const index = JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [child] })
  await wire.manifest('team/app', 'multi', index, { 'Content-Type': types.index })
  await wire.manifest('team/app', 'latest', index, { 'Content-Type': types.index })
  const empty = descriptor(types.empty, '{}')
  await wire.blob('team/app', '{}')
  const referrer = imageManifest(empty, [empty], { subject: child, artifactType: 'text/x' })
  await wire.manifest('team/app', sha256(referrer), referrer)
  const other = await wire.image('other', 'x')
  return { image, index: sha256(index), referrer: sha256(referrer), other }
}

const statOf = ({ body }: { body: Buffer }): number => body.length

void t.test('what is saved is loaded again as it was, from and to both stores', async (t) => {
  for (const [name, storage] of storages(t)) {
    const { registry, wire } = await registryFor(t, { storage })
    const { image, index, referrer, other } = await fill(wire)
    const folder = join(folderFor(t), 'layout')
    await registry.save(folder)
    t.equal(readFileSync(join(folder, 'oci-layout'), 'utf8'), '{"imageLayoutVersion":"1.0.0"}', name)
    const { manifests } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
      manifests: { digest: string; annotations: Record<string, string> }[]
    }
    const names = manifests.map(({ annotations }) => annotations[refName])
    t.same(
      new Set(names),
      new Set(['other:x', 'team/app:1', 'team/app:latest', 'team/app:multi', `team/app@${referrer}`]),
    )

    const again = await registryFor(t, { storage: name === 'disk' ? { disk: folderFor(t) } : 'memory' })
    const loaded = await again.registry.load(folder)
    t.same(
      new Set(loaded.map(({ repository, digest, tags }) => `${repository} ${digest} ${[...tags].toSorted().join()}`)),
      new Set([`other ${other} x`, `team/app ${image} 1`, `team/app ${index} latest,multi`, `team/app ${referrer} `]),
    )
    for (const path of ['other/manifests/x', 'team/app/manifests/latest', `team/app/referrers/${image}`]) {
      t.equal((await again.wire.get(`/v2/${path}`)).text, (await wire.get(`/v2/${path}`)).text, path)
    }
    t.equal((await again.wire.get(`/v2/other/blobs/${sha256('x')}`)).text, 'x')
  }
})

void t.test('an archive is what the folder is, for loading and to begin with', async (t) => {
  const { registry, wire } = await registryFor(t)
  const { image } = await fill(wire)
  const large = Buffer.alloc(300_000, 'large')
  await wire.blob('big', large)
  await wire.blob('big', '{}')
  await wire.manifest('big', '1', imageManifest(descriptor(types.config, '{}'), [descriptor(types.layer, large)]))
  const path = join(folderFor(t), 'layout.tar')
  await registry.save(path)
  const listed = execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n')
  t.ok(listed.includes('index.json') && listed.includes('oci-layout'))
  t.ok(listed.includes(`blobs/sha256/${image.slice(7)}`))
  const loaded = await registryFor(t)
  await loaded.registry.load(path)
  const over = await registryFor(t, { storage: { base: path } })
  for (const { wire: copy } of [loaded, over]) {
    t.equal((await copy.get('/v2/_catalog')).text, '{"repositories":["big","other","team/app"]}')
    t.equal((await copy.get('/v2/team/app/manifests/1')).headers['docker-content-digest'], image)
    t.ok((await copy.get(`/v2/big/blobs/${sha256(large)}`)).body.equals(large))
    t.equal((await copy.get(`/v2/big/blobs/${sha256(large)}`, { Range: 'bytes=5-9' })).text, 'large')
  }
  writeFileSync(path, 'this is no archive, though it is long enough for one'.repeat(100))
  await t.rejects(registry.load(path), { message: /layout\.tar is no tar archive that can be read: / })
})

void t.test('a registry over a layout reads from it and never writes to it', async (t) => {
  const folder = join(folderFor(t), 'layout')
  const { registry, wire } = await registryFor(t)
  const { image } = await fill(wire)
  await registry.save(folder)
  const before = new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }))
  const written = readFileSync(join(folder, 'index.json'))

  const over = await registryFor(t, { storage: { base: folder } })
  t.equal((await over.wire.get('/v2/team/app/tags/list')).text, '{"name":"team/app","tags":["1","latest","multi"]}')
  t.equal((await over.wire.get(`/v2/team/app/blobs/${sha256('1')}`)).text, '1')
  t.equal((await over.wire.get(`/v2/team/app/blobs/${sha256('1')}`, { Range: 'bytes=0-0' })).status, 206)
  await over.wire.send('DELETE', `/v2/team/app/manifests/${image}`)
  await over.wire.image('new', '1', 'pushed')
  await over.wire.image('team/app', '1', 'moved')
  await over.registry.collect({ grace: -1, untagged: true })
  t.equal((await over.wire.get(`/v2/team/app/blobs/${sha256('moved')}`)).text, 'moved')
  await over.registry.reset()
  t.equal((await over.wire.get('/v2/team/app/manifests/1')).headers['docker-content-digest'], image)
  t.equal((await over.wire.get(`/v2/team/app/blobs/${sha256('1')}`)).text, '1')
  t.equal((await over.wire.get('/v2/new/tags/list')).status, 404)
  t.same(new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' })), before)
  t.same(readFileSync(join(folder, 'index.json')), written)
  t.equal(await over.wire.image('team/app', '2', '1'), await wire.image('team/app', '2', '1'), 'what is there already')
})

void t.test('a manifest whose bytes the layout has as a blob can be pushed', async (t) => {
  const folder = join(folderFor(t), 'layout')
  const { registry, wire } = await registryFor(t)
  const config = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
  await wire.blob('app', config)
  await wire.manifest('app', '1', imageManifest(descriptor(types.config, config), []))
  await registry.save(folder)
  const over = await registryFor(t, { storage: { base: folder } })
  t.equal((await over.wire.manifest('app', '2', config, { 'Content-Type': types.index })).status, 201)
  t.equal((await over.wire.get('/v2/app/manifests/2')).text, config)
  t.equal((await over.wire.get(`/v2/app/blobs/${sha256(config)}`)).text, config)
})

/** A layout of one image, written by hand. */
function layoutOf(folder: string, annotations: Record<string, string> | undefined, more: object = {}): string {
  const config = '{}'
  const manifest = imageManifest(descriptor(types.config, config), [])
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
  for (const bytes of [config, manifest]) writeFileSync(join(folder, 'blobs/sha256', sha256(bytes).slice(7)), bytes)
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const root = { ...descriptor(types.image, manifest), annotations, ...more }
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [root] }))
  return folder
}

void t.test('names as other tools write them', async (t) => {
  const cases: readonly [annotations: Record<string, string>, repository: string | undefined, expected: string][] = [
    [{ [refName]: 'v1' }, 'team/app', 'team/app ["v1"]'],
    [{ [refName]: 'team/app:v1' }, undefined, 'team/app ["v1"]'],
    [{ [refName]: 'localhost:5000/team/app:v1' }, undefined, 'team/app ["v1"]'],
    [{ [refName]: 'app:v1' }, undefined, 'app ["v1"]'],
    [{ [refName]: 'v1', 'io.containerd.image.name': 'docker.io/library/app:v1' }, undefined, 'library/app ["v1"]'],
    [{ [refName]: 'v1', 'io.containerd.image.name': 'docker.io/library/app:v1' }, 'mine', 'mine ["v1"]'],
    [{}, 'mine', 'mine []'],
  ]
  for (const [annotations, repository, expected] of cases) {
    const { registry } = await registryFor(t)
    const [loaded] = await registry.load(layoutOf(folderFor(t), annotations), { repository })
    t.equal(`${loaded?.repository} ${JSON.stringify(loaded?.tags)}`, expected)
  }
})

void t.test('what is no layout is refused with its path and what to do', async (t) => {
  const { registry } = await registryFor(t)
  const folder = folderFor(t)
  const refused = async (path: string, message: RegExp): Promise<void> => {
    await t.rejects(registry.load(path), { message })
    await t.rejects(startRegistry({ storage: { base: path } }), { message })
  }
  await refused(join(folder, 'nowhere'), /^there is no OCI image layout at .*nowhere$/)
  await refused(folder, /is no OCI image layout: it has no index\.json$/)
  await refused(layoutOf(join(folder, 'tag'), { [refName]: 'v1' }), /names v1 without a repository: say which/)
  await refused(layoutOf(join(folder, 'none'), undefined), /does not say where sha256:\w{64} belongs/)
  const gone = `sha256:${'0'.repeat(64)}`
  await refused(layoutOf(join(folder, 'gone'), { [refName]: 'a:1' }, { digest: gone }), /lists sha256:0+, which is not/)
  const damaged = layoutOf(join(folder, 'damaged'), { [refName]: 'a:1' })
  const [blob = ''] = readdirSync(join(damaged, 'blobs/sha256')).filter(
    (name) => statSync(join(damaged, 'blobs/sha256', name)).size > 2,
  )
  writeFileSync(join(damaged, 'blobs/sha256', blob), '{}')
  await refused(damaged, /has other bytes: they are sha256:/)
  writeFileSync(join(damaged, 'index.json'), '[]')
  await refused(damaged, /index\.json is not an object/)
  t.equal(errorOf(await (await registryFor(t)).wire.get('/v2/a/tags/list')).code, 'NAME_UNKNOWN')
})

void t.test('what is loaded into a Quay is as if it had been pushed', async (t) => {
  const folder = layoutOf(join(folderFor(t), 'layout'), { [refName]: 'team/app:v1' })
  const alice = { username: 'alice', password: 'password' }
  const { registry, wire } = await registryFor(t, { profile: 'quay-3.12', accounts: [alice] })
  const [loaded] = await registry.load(folder)
  t.match(loaded, { repository: 'team/app', tags: ['v1'] })
  const scope = 'repository:team/app:pull'
  const headers = bearer(await tokenFor(wire, { ...alice, scope, service: registry.host }))
  t.equal((await wire.get('/v2/team/app/tags/list', headers)).text, '{"name":"team/app","tags":["v1"]}\n')
})
