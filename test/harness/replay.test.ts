import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startRegistry, type RequestEvent } from 'start-registry'
import { errorOf, sha256, types, type Wire } from '../support/content.js'
import { folderFor, registryFor, storages } from '../support/registries.js'
import { pairFor, taken, type Pair } from '../support/upstream.js'

/** What of a reply a replay must repeat. */
async function answerOf(wire: Wire, method: string, path: string) {
  const { status, text, headers } = await wire.send(method, `/v2/${path}`)
  const names = ['content-type', 'content-length', 'docker-content-digest', 'etag', 'link', 'content-range']
  return { status, text, headers: names.map((name) => headers[name]) }
}

/** Pushes what there is to be recorded, and answers what is then asked for. */
async function fill({ there }: Pair): Promise<(readonly [method: string, path: string])[]> {
  const digest = await there.image('team/app', '1')
  await there.image('team/app', '2', 'two')
  await there.blob('team/app', 'loose')
  await there.manifest('team/app', 'odd', '{"some": "thing" }', { 'Content-Type': 'application/x' })
  const { length } = (await there.get('/v2/team/app/manifests/1')).body
  const child = { mediaType: types.image, digest, size: length }
  await there.manifest(
    'team/app',
    'about',
    JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [], subject: child }),
    { 'Content-Type': types.index },
  )
  await there.manifest('team/multi', '1', JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [] }), {
    'Content-Type': types.index,
  })
  return [
    ['GET', 'team/app/manifests/1'],
    ['GET', `team/app/manifests/${digest}`],
    ['HEAD', 'team/app/manifests/1'],
    ['GET', 'team/app/manifests/odd'],
    ['GET', `team/app/blobs/${sha256('1')}`],
    ['GET', `team/app/blobs/${sha256('loose')}`],
    ['HEAD', `team/app/blobs/${sha256('two')}`],
    ['GET', 'team/app/tags/list'],
    ['GET', 'team/app/tags/list?n=2'],
    ['GET', `team/app/referrers/${digest}`],
    ['GET', `team/app/referrers/${sha256('none')}`],
    ['GET', 'team/multi/manifests/1'],
    // What is not there.
    ['GET', `team/app/manifests/${digest.replace(':', '-')}.sig`],
    ['GET', `team/app/manifests/${sha256('none')}`],
    ['GET', `team/app/blobs/${sha256('none')}`],
    ['HEAD', `team/app/blobs/${sha256('nothing')}`],
    ['GET', 'team/none/tags/list'],
    ['GET', 'team/none/manifests/1'],
  ]
}

void t.test('what was recorded is replayed byte for byte, absences too, and nothing else', async (t) => {
  for (const [name, storage] of storages(t)) {
    const folder = join(folderFor(t), 'layout')
    const pair = await pairFor(t, { here: { storage }, record: folder })
    const asked = await fill(pair)
    const answers = new Map<string, unknown>()
    for (const [method, path] of asked) answers.set(`${method} ${path}`, await answerOf(pair.here, method, path))
    await pair.origin.close()
    await pair.registry.close()

    const before = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
    const events: RequestEvent[] = []
    const { wire } = await registryFor(t, { upstream: { replay: folder }, log: (event) => events.push(event) })
    for (const [method, path] of asked) {
      t.same(await answerOf(wire, method, path), answers.get(`${method} ${path}`), `${name}: ${method} ${path}`)
    }
    t.same(
      events.filter(({ error }) => error !== undefined),
      [],
    )
    for (const path of [
      'team/app/manifests/2',
      `team/app/manifests/${sha256('x')}`,
      `team/app/blobs/${sha256('two')}`,
      `team/app/referrers/${sha256('x')}`,
      'team/multi/tags/list',
      'other/manifests/1',
    ]) {
      const reply = await wire.get(`/v2/${path}`)
      t.same([reply.status, errorOf(reply).code], [424, 'UNKNOWN'], path)
      t.equal(
        errorOf(reply).message,
        `not recorded: GET /v2/${path} is not in ${folder}; record it with upstream: { url, record: '${folder}' }, or --upstream URL --record ${folder}`,
      )
      t.match(String(events.at(-1)?.error), `not recorded: GET /v2/${path}`, 'and in the event')
    }
    t.same(readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted(), before, 'nothing is written there')
  }
})

void t.test('a recording is an OCI layout of what was asked for, and goes on in a later run', async (t) => {
  const folder = join(folderFor(t), 'layout')
  const pair = await pairFor(t, { record: folder })
  const { there, here, origin } = pair
  const first = await there.image('team/app', '1', 'first')
  await here.get('/v2/team/app/manifests/1')
  await here.get('/v2/team/app/manifests/2')
  t.same(readdirSync(join(folder, 'blobs/sha256')), [first.slice(7)], 'of an image the manifest alone')
  const names = (): unknown[] =>
    (JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { manifests: { annotations: object }[] }).manifests
      .map(({ annotations }) => Object.values(annotations).join())
      .toSorted()
  t.same(names(), ['team/app:1'])
  t.equal(readFileSync(join(folder, 'oci-layout'), 'utf8'), '{"imageLayoutVersion":"1.0.0"}')
  await pair.registry.close()

  const again = await registryFor(t, { upstream: { url: origin.url, credentials: 'nobody', record: folder } })
  const moved = await there.image('team/app', '1', 'moved')
  await there.image('team/app', '2', 'now there')
  for (const path of ['manifests/1', 'manifests/2', `blobs/${sha256('moved')}`])
    await again.wire.get(`/v2/team/app/${path}`)
  t.same(names(), ['team/app:1', 'team/app:2', `team/app@${first}`])
  await there.send('DELETE', '/v2/team/app/manifests/2')
  t.equal((await again.wire.get('/v2/team/app/manifests/2')).status, 404)
  await again.registry.close()

  const { wire } = await registryFor(t, { upstream: { replay: folder } })
  t.equal((await wire.get('/v2/team/app/manifests/1')).headers['docker-content-digest'], moved)
  t.equal((await wire.get(`/v2/team/app/manifests/${first}`)).status, 200)
  t.equal((await wire.get(`/v2/team/app/blobs/${sha256('moved')}`)).text, 'moved')
  t.equal((await wire.get('/v2/team/app/manifests/2')).status, 404)
  // Whoever reads layouts reads this one.
  const { registry } = await registryFor(t)
  t.equal((await registry.load(folder)).length, 3)
})

void t.test('what was here before is recorded when it is asked for, if it is there', async (t) => {
  const disk = folderFor(t)
  const folder = join(folderFor(t), 'layout')
  const { origin, there, here, registry, asked } = await pairFor(t, { here: { storage: { disk } } })
  const digest = await there.image('team/app', '1')
  const own = await here.image('team/app', 'own')
  const paths = ['manifests/1', `manifests/${digest}`, `blobs/${sha256('1')}`]
  for (const path of paths) await here.get(`/v2/team/app/${path}`)
  await registry.close()
  const upstream = { url: origin.url, credentials: 'nobody', record: folder } as const
  const again = await registryFor(t, { storage: { disk }, upstream })
  for (const path of [...paths, `manifests/${own}`, `blobs/${sha256('own')}`]) {
    t.equal((await again.wire.get(`/v2/team/app/${path}`)).status, 200)
  }
  taken(asked)
  for (const path of paths.slice(1)) await again.wire.get(`/v2/team/app/${path}`)
  t.same(taken(asked), [], 'what is recorded is not asked about again')
  await again.registry.close()
  const { wire } = await registryFor(t, { upstream: { replay: folder } })
  for (const path of paths) t.equal((await wire.get(`/v2/team/app/${path}`)).status, 200)
  t.equal((await wire.get(`/v2/team/app/manifests/${own}`)).status, 404)
})

void t.test('a replay can be pushed to, emptied, and taken back', async (t) => {
  const folder = join(folderFor(t), 'layout')
  const pair = await pairFor(t, { record: folder })
  const digest = await pair.there.image('team/app', '1')
  for (const path of ['manifests/1', 'tags/list']) await pair.here.get(`/v2/team/app/${path}`)
  await pair.registry.close()
  const { registry, wire } = await registryFor(t, { upstream: { replay: folder } })
  await wire.image('team/app', 'own')
  t.equal((await wire.get('/v2/team/app/tags/list')).text, '{"name":"team/app","tags":["1","own"]}')
  await wire.send('DELETE', `/v2/team/app/manifests/${digest}`)
  for (const reference of ['1', digest]) t.equal((await wire.get(`/v2/team/app/manifests/${reference}`)).status, 404)
  await registry.reset()
  t.equal((await wire.get('/v2/team/app/manifests/1')).headers['docker-content-digest'], digest)
  t.equal((await wire.get('/v2/team/app/manifests/own')).status, 424)
  const some = await registryFor(t, { upstream: { replay: folder, repositories: 'team/*' } })
  t.equal((await some.wire.get('/v2/mine/manifests/1')).status, 404, 'nobody asks what does not match')
})

void t.test('annotations of others stay, and folders that hold something else are refused', async (t) => {
  const folder = folderFor(t)
  const index = join(folder, 'index.json')
  const other = { mediaType: types.image, digest: sha256('x'), size: 1 }
  writeFileSync(index, JSON.stringify({ schemaVersion: 2, manifests: [other], annotations: { mine: 'kept' } }))
  const { there, here, registry } = await pairFor(t, { record: folder })
  await there.image('team/app', '1')
  await here.get('/v2/team/app/manifests/1')
  const { manifests, annotations } = JSON.parse(readFileSync(index, 'utf8')) as {
    manifests: object[]
    annotations: { mine: string }
  }
  t.same([manifests[0], annotations.mine], [other, 'kept'])
  await registry.close()
  for (const [text, message] of [
    ['[]', /index\.json is not an object$/],
    ['{"manifests":[],"annotations":{"a":1}}', /index\.json has annotations that are none$/],
    [
      '{"manifests":[],"annotations":{"start-registry.recorded":"{"}}',
      /what start-registry\.recorded says cannot be read/,
    ],
  ] as const) {
    writeFileSync(index, text)
    await t.rejects(startRegistry({ upstream: { replay: folder } }), { message })
    await t.rejects(startRegistry({ upstream: { url: 'http://127.0.0.1:1', record: folder } }), { message })
  }
})
