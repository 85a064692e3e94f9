import t from 'tap'
import { parse } from 'yaml'
import { yamlOf } from '../../src/helm/index/yaml.js'
import { chartPackage, indexOf, pushChart, versionsIn } from '../support/charts.js'
import { sha256 } from '../support/content.js'
import { folderFor, registryFor, storages } from '../support/registries.js'

const at = Date.parse('2026-01-02T03:04:05Z')

void t.test('an index, byte for byte', async (t) => {
  const { wire } = await registryFor(t, { clock: () => at })
  await pushChart(wire, 'team/web', {
    version: '0.1.0+b.1',
    created: '2025-12-24T18:00:00+01:00',
    config: {
      description: 'A web: server',
      sources: ['https://example.org/web.git'],
      keywords: ['yes', 'web'],
      maintainers: [{ name: 'Alice', email: 'alice@example.org' }],
      annotations: { b: '1', a: 'two\nlines' },
      dependencies: [{ name: 'base', version: '^1', repository: 'oci://example.org/charts' }],
      somethingElse: true,
    },
  })
  await pushChart(wire, 'team/api', { name: 'api', version: '1.0.0', config: { deprecated: true } })
  const reply = await wire.get('/charts/team/index.yaml')
  t.equal(reply.status, 200)
  t.equal(reply.headers['content-type'], 'application/yaml')
  t.equal(
    reply.text,
    `apiVersion: v1
entries:
  api:
  - apiVersion: v2
    created: "2026-01-02T03:04:05Z"
    deprecated: true
    digest: DIGEST(api 1.0.0)
    name: api
    urls:
    - api-1.0.0.tgz
    version: 1.0.0
  web:
  - annotations:
      b: "1"
      a: "two\\nlines"
    apiVersion: v2
    created: "2025-12-24T17:00:00Z"
    dependencies:
    - name: base
      version: "^1"
      repository: oci://example.org/charts
    description: "A web: server"
    digest: DIGEST(web 0.1.0+b.1)
    keywords:
    - "yes"
    - web
    maintainers:
    - name: Alice
      email: alice@example.org
    name: web
    sources:
    - https://example.org/web.git
    urls:
    - web-0.1.0+b.1.tgz
    version: 0.1.0+b.1
generated: "2026-01-02T03:04:05Z"
serverInfo:
  contextPath: /charts
`.replaceAll(/DIGEST\((\S+) (\S+)\)/g, (_, name: string, version: string) => {
      const hex = sha256(chartPackage(name, version)).slice('sha256:'.length)
      return /^\d/.test(hex) ? `"${hex}"` : hex
    }),
  )
})

void t.test('versions in order, tags of every kind, and what is none', async (t) => {
  const { wire } = await registryFor(t)
  for (const version of ['0.9.0', '1.0.0-rc.1', '1.0.0', '0.10.0', '1.0.0+build.2', 'v2.0.0']) {
    await pushChart(wire, 'team/web', { version })
  }
  // The same manifest under another tag is no other version.
  await pushChart(wire, 'team/web', { version: 'v2.0.0', tag: 'latest' })
  await wire.image('team/web', 'image')
  const hostile: readonly string[] = [
    'no JSON',
    '[]',
    '{"name":"web","version":"3.0.0"}',
    '{"name":"a/b","version":"3.0.0","apiVersion":"v2"}',
    '{"name":"web","version":"three","apiVersion":"v2"}',
    '{"name":"web","version":"3.0.0","apiVersion":"v2","keywords":7}',
    `{"name":"web","version":"3.0.0","apiVersion":"v2","description":"${'x'.repeat(1 << 20)}"}`,
  ]
  for (const [index, config] of hostile.entries())
    await pushChart(wire, 'team/web', { config, tag: `hostile-${index}` })
  t.same(versionsIn(await indexOf(wire, 'team')), [
    'web v2.0.0',
    'web 1.0.0+build.2',
    'web 1.0.0',
    'web 1.0.0-rc.1',
    'web 0.10.0',
    'web 0.9.0',
  ])
})

void t.test('what is deleted is gone, and what a tag is moved to is there', async (t) => {
  const { registry, wire } = await registryFor(t)
  const one = await pushChart(wire, 'team/web', { version: '1.0.0' })
  await pushChart(wire, 'team/web', { version: '2.0.0' })
  await pushChart(wire, 'team/web', { version: '3.0.0' })
  const before = await registry.snapshot()
  const versions = async (): Promise<readonly string[]> => versionsIn(await indexOf(wire, 'team'))
  t.same(await versions(), ['web 3.0.0', 'web 2.0.0', 'web 1.0.0'])
  t.equal((await wire.send('DELETE', `/v2/team/web/manifests/${one}`)).status, 202)
  t.same(await versions(), ['web 3.0.0', 'web 2.0.0'])
  t.equal((await wire.send('DELETE', '/v2/team/web/manifests/2.0.0')).status, 202)
  t.same(await versions(), ['web 3.0.0'])
  await wire.image('team/web', '3.0.0')
  t.same(await versions(), [])
  t.match((await wire.get('/charts/team/index.yaml')).text, /^apiVersion: v1\nentries: {}\ngenerated: /)
  await registry.restore(before)
  t.same(await versions(), ['web 3.0.0', 'web 2.0.0', 'web 1.0.0'])
  const removed = await wire.send('DELETE', '/charts/api/team/charts/web/1.0.0')
  t.equal(removed.status, 200)
  t.equal(removed.text, '{"deleted":true}')
  t.same(await versions(), ['web 3.0.0', 'web 2.0.0'])
  t.equal((await wire.get('/v2/team/web/manifests/1.0.0')).status, 404)
  t.equal((await wire.send('DELETE', '/charts/api/team/charts/web/1.0.0')).status, 404)
})

void t.test('organizations are first parts of names, and the nearest of two packages is listed', async (t) => {
  const { wire } = await registryFor(t)
  const charts = [
    ['web', 'one part'],
    ['library/web', 'library'],
    ['library/only', 'only'],
    ['team/web', 'team'],
    ['team/a/web', 'a'],
    ['team/b/deep/er', 'deeper'],
    ['team-b/web', 'another team'],
    ['teams', 'one part too'],
  ] as const
  for (const [repository, description] of charts) {
    const name = repository.split('/').at(-1) as string
    await pushChart(wire, repository, {
      name,
      config: { description },
      package: chartPackage(name, '0.1.0', `# ${repository}\n`),
    })
  }
  const listed = async (organization: string): Promise<readonly unknown[]> =>
    Object.values((await indexOf(wire, organization)).entries).flatMap((versions) =>
      versions.map(({ description }) => description),
    )
  t.same(await listed('library'), ['only', 'one part too', 'one part'])
  t.same(await listed('team'), ['deeper', 'team'])
  t.same(await listed('team-b'), ['another team'])
  t.same(await listed('nobody'), [])
  // What comes later has its place too.
  await wire.send('DELETE', '/v2/team/web/manifests/0.1.0')
  t.same(await listed('team'), ['deeper', 'a'])
  await pushChart(wire, 'team/0/web', { config: { description: 'first by name' } })
  t.same(await listed('team'), ['deeper', 'first by name'])
  // In one repository it is the one that its own tag leads to.
  await pushChart(wire, 'odd/web', { tag: '0.0.1', config: { description: 'strange tag' } })
  t.same(await listed('odd'), ['strange tag'])
  await pushChart(wire, 'odd/web', { config: { description: 'own tag' } })
  t.same(await listed('odd'), ['own tag'])
})

void t.test('what was there before is read when it is first asked for', async (t) => {
  const disk = folderFor(t)
  const first = await registryFor(t, { storage: { disk } })
  for (const version of ['1.0.0', '2.0.0']) await pushChart(first.wire, 'team/web', { version })
  await pushChart(first.wire, 'one', { name: 'one' })
  for (const name of ['a', 'aa', 'b/c', 'b/d/e', 'bb']) await first.wire.image(name, '1')
  await first.registry.close()
  const { wire } = await registryFor(t, { storage: { disk } })
  t.same(versionsIn(await indexOf(wire, 'team')), ['web 2.0.0', 'web 1.0.0'])
  t.same(versionsIn(await indexOf(wire, 'library')), ['one 0.1.0'])
  // While it is read the first time, pushes go on.
  const { wire: other, registry } = await registryFor(t)
  for (let patch = 0; patch < 20; patch++) await pushChart(other, 'team/web', { version: `1.0.${patch}` })
  const [index] = await Promise.all([
    indexOf(other, 'team'),
    pushChart(other, 'team/web', { version: '2.0.0' }),
    registry.store.deleteTag('team/web', '1.0.7', 0),
  ])
  t.ok(versionsIn(index).length >= 19)
  const after = versionsIn(await indexOf(other, 'team'))
  t.equal(after.length, 20)
  t.equal(after[0], 'web 2.0.0')
  t.notOk(after.includes('web 1.0.7'))
})

for (const [name, storage] of storages(t)) {
  void t.test(`packages and conditions, ${name}`, async (t) => {
    const { wire } = await registryFor(t, { storage })
    const bytes = chartPackage('web', '1.0.0+b')
    const provenance = 'a signed message'
    await pushChart(wire, 'team/web', { version: '1.0.0+b', package: bytes, provenance })
    await pushChart(wire, 'team/api', { name: 'api' })
    const reply = await wire.get('/charts/team/web-1.0.0+b.tgz')
    t.equal(reply.status, 200)
    t.equal(reply.headers['content-type'], 'application/gzip')
    t.same(reply.body, bytes)
    t.same((await wire.get('/charts/team/web-1.0.0%2Bb.tgz')).body, bytes)
    const head = await wire.send('HEAD', '/charts/team/web-1.0.0+b.tgz')
    t.equal(head.headers['content-length'], String(bytes.length))
    const part = await wire.get('/charts/team/web-1.0.0+b.tgz', { Range: 'bytes=0-9' })
    t.equal(part.status, 206)
    t.same(part.body, bytes.subarray(0, 10))
    t.equal((await wire.get('/charts/team/web-1.0.0+b.tgz', { 'If-None-Match': `"${sha256(bytes)}"` })).status, 304)
    const prov = await wire.get('/charts/team/web-1.0.0+b.tgz.prov')
    t.equal(prov.text, provenance)
    t.equal(prov.headers['content-type'], 'application/pgp-signature')
    for (const file of ['api-0.1.0.tgz.prov', 'web-1.0.0.tgz', 'other-1.0.0.tgz']) {
      const missing = await wire.get(`/charts/team/${file}`)
      t.equal(missing.status, 404, file)
      const message = `no such file: ${file}`
      t.same(JSON.parse(missing.text), { error: message, errors: [{ code: 'NOT_FOUND', message }] })
    }

    const { headers } = await wire.get('/charts/team/index.yaml')
    const etag = headers['etag'] as string
    const same = await wire.get('/charts/team/index.yaml', { 'If-None-Match': etag })
    t.equal(same.status, 304)
    t.equal(same.headers['etag'], etag)
    await pushChart(wire, 'team/api', { name: 'api', version: '0.2.0' })
    const changed = await wire.get('/charts/team/index.yaml', { 'If-None-Match': etag })
    t.equal(changed.status, 200)
    t.not(changed.headers['etag'], etag)
    t.equal(changed.headers['etag'], `"${sha256(changed.body)}"`)
  })
}

void t.test('what ChartMuseum lists', async (t) => {
  const { wire } = await registryFor(t, { clock: () => at })
  for (const version of ['1.0.0', '2.0.0-rc.1']) await pushChart(wire, 'team/web', { version })
  const entry = (version: string) => ({
    name: 'web',
    version,
    apiVersion: 'v2',
    created: '2026-01-02T03:04:05Z',
    digest: sha256(chartPackage('web', version)).slice('sha256:'.length),
    urls: [`web-${version}.tgz`],
  })
  const all = [entry('2.0.0-rc.1'), entry('1.0.0')]
  const json = async (path: string): Promise<unknown> =>
    JSON.parse((await wire.get(`/charts/api/team/charts${path}`)).text)
  t.strictSame(await json(''), { web: all })
  t.strictSame(await json('/web'), all)
  t.strictSame(await json('/web/1.0.0'), all[1])
  t.strictSame(await json('/web/latest'), all[1])
  t.equal((await wire.send('HEAD', '/charts/api/team/charts/web/1.0.0')).status, 200)
  t.equal((await wire.send('HEAD', '/charts/api/team/charts/web/1.0.1')).status, 404)
  t.match(await json('/web/1.0.1'), { error: 'no chart version found for web-1.0.1' })
  t.match(await json('/api'), { error: 'chart not found' })
  const put = await wire.send('PUT', '/charts/api/team/charts')
  t.equal(put.status, 405)
  t.equal(put.headers['allow'], 'GET, HEAD, POST')
})

void t.test('YAML that everybody reads alike', async (t) => {
  const weird = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code)).join('')
  const texts = [
    weird,
    '\u2028\u2029\ufeff\ufffe😀',
    '',
    ' ',
    '~',
    'null',
    'Yes',
    'n',
    'off',
    '0x1',
    '1e3',
    '.5',
    '1_000',
    '1:30',
  ]
  const more = [
    '2026-01-02',
    '- a',
    '? b',
    'a: b',
    'a #b',
    '&a',
    '*a',
    '!!str x',
    '%Y',
    '@x',
    '`x',
    '---',
    '{a',
    "'",
    '"',
  ]
  const keys = Object.fromEntries([...texts, ...more, 'k'.repeat(3000), '<<', '='].map((text, index) => [text, index]))
  const value = {
    texts: [...texts, ...more, 'https://example.org/a?b=c', 'A web server', '1.2.3', '1.2.3-rc.1+b'],
    keys,
    nested: [[['x'], []], [{ a: [{}, { b: null, c: [1.5, true] }] }], {}],
    empty: {},
    none: undefined,
  }
  const { none: _, ...expected } = value
  for (const indent of ['', '  ']) {
    const text = yamlOf(value, indent)
    for (const version of ['1.1', '1.2'] as const) {
      t.strictSame(parse(text, { version, stringKeys: true }), expected, `YAML ${version}`)
    }
  }
})
