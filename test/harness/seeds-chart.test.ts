import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { chart, type Registry, type SeededContent } from 'start-registry'
import t from 'tap'
import { writeGzip } from '../../src/formats/gzip.js'
import { writeTar } from '../../src/formats/tar-writer.js'
import { folderFor, registryFor } from '../support/registries.js'
import { tarEntries } from '../support/tar.js'

/** The files of a chart's package, as it is served. */
async function filesOf(registry: Registry, { repository, layers }: SeededContent) {
  const reply = await fetch(`${registry.url}/v2/${repository}/blobs/${layers[0]?.digest}`)
  const entries = await tarEntries(gunzipSync(Buffer.from(await reply.arrayBuffer())))
  return Object.fromEntries(entries.map(({ path, text }) => [path, text]))
}

void t.test('a chart of a few lines', async (t) => {
  const { registry } = await registryFor(t)
  const { contents } = await registry.seed({
    'charts/web:1.2.3_build.4': chart({
      appVersion: '1.25',
      description: 'yes',
      sources: ['https://example.org/web.git'],
      maintainers: [{ name: 'Alice', email: 'alice@example.org' }, { name: 'Bob' }],
      annotations: { 'example.org/team': 'web' },
      dependencies: [{ name: 'redis', version: '^7', repository: 'oci://example.org/charts' }],
      values: { greeting: 'hello', replicas: 2 },
      templates: { 'a.yaml': 'a: {{ .Values.greeting }}\n' },
      files: { 'README.md': '# web\n' },
    }),
  })
  const content = contents['charts/web:1.2.3_build.4']
  t.equal(content.digest, 'sha256:6f5b687e9298596886d66cbad837270a1c8ab750b84d51f835942d6b6d115132')
  t.equal(
    JSON.stringify(content.config),
    '{"name":"web","sources":["https://example.org/web.git"],"version":"1.2.3+build.4","description":"yes","maintainers":[{"name":"Alice","email":"alice@example.org"},{"name":"Bob"}],"apiVersion":"v2","appVersion":"1.25","annotations":{"example.org/team":"web"},"dependencies":[{"name":"redis","version":"^7","repository":"oci://example.org/charts"}]}',
  )
  t.same(content.manifest['annotations'], {
    'example.org/team': 'web',
    'org.opencontainers.image.authors': 'Alice (alice@example.org), Bob',
    'org.opencontainers.image.created': '2026-01-01T00:00:00Z',
    'org.opencontainers.image.description': 'yes',
    'org.opencontainers.image.source': 'https://example.org/web.git',
    'org.opencontainers.image.title': 'web',
    'org.opencontainers.image.version': '1.2.3+build.4',
  })
  const files = await filesOf(registry, content)
  t.same(Object.keys(files), ['web/Chart.yaml', 'web/values.yaml', 'web/templates/a.yaml', 'web/README.md'])
  t.match(files['web/Chart.yaml'], /^apiVersion: v2\nappVersion: "1\.25"\ndescription: "yes"\n/)
  t.equal(files['web/values.yaml'], 'greeting: hello\nreplicas: 2\n')
})

void t.test('a chart of no lines has a name and a version from where it is', async (t) => {
  const { registry, wire } = await registryFor(t)
  const { contents } = await registry.seed({
    'charts/etherpad:0.0.1': chart(),
    'charts/latest': chart(),
    'charts/plus': chart({ version: '1.0.0+git', values: 'a: 1 # as it is\n' }),
  })
  t.match(contents['charts/etherpad:0.0.1'].config, { name: 'etherpad', version: '0.0.1', apiVersion: 'v2' })
  t.match(contents['charts/latest'], { tag: 'latest', config: { name: 'latest', version: '0.1.0' } })
  t.match(contents['charts/plus'], { tag: '1.0.0_git', config: { version: '1.0.0+git' } })
  t.equal((await filesOf(registry, contents['charts/plus']))['plus/values.yaml'], 'a: 1 # as it is\n')
  t.equal((await wire.get('/v2/charts/plus/manifests/1.0.0_git')).status, 200)
})

void t.test('a chart of a folder, and one of a package as it is', async (t) => {
  const { registry } = await registryFor(t)
  const folder = folderFor(t)
  const chartFile = 'apiVersion: v2\nname: web\nversion: 0.3.0\nappVersion: "1.10"\nunknown: true\n'
  mkdirSync(join(folder, 'web/templates'), { recursive: true })
  writeFileSync(join(folder, 'web/Chart.yaml'), chartFile)
  writeFileSync(join(folder, 'web/templates/a.yaml'), 'a: 1\n')
  const packaged = writeGzip(
    writeTar([{ path: 'web/values.yaml' }, { path: 'web/Chart.yaml', content: Buffer.from(chartFile) }]),
  )
  writeFileSync(join(folder, 'web-0.3.0.tgz'), packaged)
  writeFileSync(join(folder, 'no-chart.tgz'), writeGzip(writeTar([])))
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'empty/Chart.yaml'), 'name: web\n')
  const { contents } = await registry.seed({
    'a/web:0.3.0': chart(join(folder, 'web')),
    'b/web:0.3.0': chart(join(folder, 'web-0.3.0.tgz')),
  })
  const config = { name: 'web', version: '0.3.0', apiVersion: 'v2', appVersion: '1.10' }
  for (const content of Object.values(contents)) t.same(content.config, config)
  t.same(await filesOf(registry, contents['a/web:0.3.0']), {
    'web/Chart.yaml': chartFile,
    'web/templates/a.yaml': 'a: 1\n',
  })
  t.equal(contents['b/web:0.3.0'].layers[0]?.size, packaged.length)
  for (const [path, message] of [
    ['no-chart.tgz', /no-chart\.tgz: it has no Chart\.yaml$/],
    ['empty', /empty: its Chart\.yaml has no name and version$/],
    ['absent', /^start-registry: cannot read the chart .*absent: ENOENT/],
  ] as const) {
    await t.rejects(registry.seed({ 'a/web:1': chart(join(folder, path)) }), { message })
  }
})
