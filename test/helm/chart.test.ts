import { gzipSync } from 'node:zlib'
import t from 'tap'
import { readChart } from '../../src/helm/chart/read.js'
import type { ChartLimits } from '../../src/helm/chart/unpack.js'
import { archive, chartPackage, chartYaml, tar } from '../support/charts.js'

const chartFile = ['web/Chart.yaml', chartYaml()] as const

void t.test('a chart is read whole', async (t) => {
  const metadata = {
    name: 'web',
    home: 'https://example.org',
    sources: ['https://example.org/web.git'],
    version: '0.1.0',
    description: 'A web server',
    keywords: ['web'],
    maintainers: [{ name: 'Alice', email: 'alice@example.org' }],
    icon: 'https://example.org/icon.png',
    apiVersion: 'v2',
    appVersion: '1.25',
    deprecated: true,
    annotations: { 'example.org/team': 'web', count: '3' },
    kubeVersion: '>=1.20',
    dependencies: [{ name: 'base', version: '^1', repository: 'oci://example.org/charts', tags: ['a'], alias: 'b' }],
    type: 'application',
  }
  const yaml = `# the chart
apiVersion: v2
name: web
version: 0.1.0
appVersion: 1.25
description: A web server
home: https://example.org
icon: https://example.org/icon.png
sources: [https://example.org/web.git]
keywords: [web]
maintainers:
- {name: Alice, email: alice@example.org}
deprecated: yes
kubeVersion: ">=1.20"
type: application
annotations: {example.org/team: web, count: 3}
dependencies:
- name: base
  version: ^1
  repository: oci://example.org/charts
  tags: [a]
  alias: b
unknown: left out
`
  const chart = await readChart(
    archive(
      { path: 'web/' },
      ['web/Chart.yaml', yaml],
      ['web/values.yaml', '# values\nreplicas: 2\n'],
      ['web/README.md', '# web\n'],
      ['web/Chart.lock', 'digest: sha256:0\n'],
      ['web/templates/deployment.yaml', '{{ .Values }}'],
      ['web/charts/base/Chart.yaml', 'name: base'],
    ),
  )
  t.strictSame(chart, {
    metadata,
    values: '# values\nreplicas: 2\n',
    readme: '# web\n',
    lock: 'digest: sha256:0\n',
    dependencies: metadata.dependencies,
    files: [
      { path: 'Chart.yaml', size: yaml.length },
      { path: 'values.yaml', size: 21 },
      { path: 'README.md', size: 6 },
      { path: 'Chart.lock', size: 17 },
      { path: 'templates/deployment.yaml', size: 13 },
      { path: 'charts/base/Chart.yaml', size: 10 },
    ],
  })
  // The order in which Helm writes them.
  t.same(Object.keys(chart.metadata), Object.keys(metadata))
})

void t.test('charts of the first version, packages of Windows, and a byte order mark', async (t) => {
  const chart = await readChart(
    archive(
      ['web\\Chart.yaml', `\ufeffapiVersion: v1\nname: web\nversion: v1.2\n`],
      ['web\\requirements.yaml', 'dependencies:\n- name: base\n  repository: "@stable"\n'],
      ['web\\requirements.lock', 'digest: sha256:1\n'],
    ),
  )
  t.strictSame(chart.metadata, { name: 'web', version: 'v1.2', apiVersion: 'v1' })
  t.strictSame(chart.dependencies, [{ name: 'base', repository: '@stable' }])
  t.equal(chart.lock, 'digest: sha256:1\n')
  t.same(
    chart.files.map(({ path }) => path),
    ['Chart.yaml', 'requirements.yaml', 'requirements.lock'],
  )
})

void t.test('hostile packages are refused in words', async (t) => {
  const bomb = gzipSync(
    Buffer.concat([tar(chartFile).subarray(0, -1024), tar({ path: 'web/zeros', content: Buffer.alloc(30 << 20) })]),
  )
  t.ok(bomb.length < 64 << 10, 'the bomb is small')
  const rows: readonly [text: string, bytes: Buffer, message: string, limits?: ChartLimits][] = [
    ['bytes', Buffer.from('no gzip'), "this is no chart's package: it is not gzipped, or broken"],
    ['nothing', Buffer.alloc(0), "this is no chart's package: it is not gzipped, or broken"],
    [
      'a package that breaks off',
      chartPackage().subarray(0, 100),
      "this is no chart's package: it is not gzipped, or broken",
    ],
    [
      'a gzip of text',
      gzipSync('7'.repeat(512)),
      "this is no chart's package: this is no header of a tar archive, at byte 0",
    ],
    ['a bomb', bomb, `the package unpacks to more than ${Math.max(1 << 20, bomb.length * 200)} bytes`],
    [
      'more than it may unpack to',
      archive(chartFile, ['web/x', 'x'.repeat(5000)]),
      'the package unpacks to more than 4096 bytes',
      { unpacked: 4096 },
    ],
    ['a large package', chartPackage(), "a chart's package may have 64 bytes", { packed: 64 }],
    [
      'many files',
      archive(chartFile, ['web/a', ''], ['web/b', '']),
      "this is no chart's package: an archive may have 2 entries, at byte 1536",
      { entries: 2 },
    ],
    [
      'a large README',
      archive(chartFile, ['web/README.md', 'x'.repeat(101)]),
      'README.md may have 100 bytes',
      { file: 100 },
    ],
    [
      'a path up',
      archive(chartFile, ['web/../../etc/passwd', 'x']),
      'the chart has a file "web/../../etc/passwd", which is none inside it',
    ],
    [
      'a path up at once',
      archive(chartFile, ['../web/x', 'x']),
      'the chart has a file "../web/x", which is none inside it',
    ],
    [
      'a path up of Windows',
      archive(chartFile, ['web\\..\\..\\x', 'x']),
      'the chart has a file "web\\\\..\\\\..\\\\x", which is none inside it',
    ],
    [
      'an absolute path',
      archive(chartFile, ['/etc/passwd', 'x']),
      'the chart has a file "/etc/passwd", which is none inside it',
    ],
    [
      'a drive',
      archive(chartFile, ['c:/windows/x', 'x']),
      'the chart has a file "c:/windows/x", which is none inside it',
    ],
    [
      'a drive inside',
      archive(chartFile, ['web/c:/x', 'x']),
      'the chart has a file "web/c:/x", which is none inside it',
    ],
    [
      'a name with a line break',
      archive(chartFile, ['web/a\nb', 'x']),
      'the chart has a file "web/a\\nb", which is none inside it',
    ],
    [
      'a file outside',
      archive(chartFile, ['README.md', 'x']),
      'the chart has a file "README.md", which is none inside it',
    ],
    [
      'a symlink',
      archive(chartFile, { path: 'web/values.yaml', type: 'symlink', target: '/etc/passwd' }),
      '"web/values.yaml" is a link or a device, and charts have files alone',
    ],
    [
      'a hard link',
      archive(chartFile, { path: 'web/x', type: 'link', target: 'web/Chart.yaml' }),
      '"web/x" is a link or a device, and charts have files alone',
    ],
    ['two of a name', archive(chartFile, chartFile), 'the chart has two files "Chart.yaml"'],
    ['two charts', archive(chartFile, ['api/Chart.yaml', chartYaml('api')]), 'the chart has two files "Chart.yaml"'],
    [
      'two spellings of one',
      archive(chartFile, ['web/./Chart.yaml', chartYaml()]),
      'the chart has two files "Chart.yaml"',
    ],
    [
      'a huge header',
      archive({ path: `web/${'x'.repeat(70_000)}`, content: Buffer.from('x') }),
      "this is no chart's package: a header of 70016 bytes is too large, at byte 0",
    ],
    ['no Chart.yaml', archive(['web/values.yaml', '']), 'the package has no Chart.yaml in its folder'],
    [
      'one of a dependency alone',
      archive(['web/charts/base/Chart.yaml', chartYaml()]),
      'the package has no Chart.yaml in its folder',
    ],
  ]
  for (const [text, bytes, message, limits] of rows) {
    await t.rejects(readChart(bytes, limits), { name: 'ChartError', message }, text)
  }
})

void t.test('what stands behind the end of an archive', async (t) => {
  const broken = "this is no chart's package: it is not gzipped, or broken"
  const large = Buffer.concat([chartPackage(), gzipSync(Buffer.alloc(8 << 20))])
  await t.rejects(readChart(Buffer.concat([chartPackage(), Buffer.from('garbage')])), { message: broken })
  await t.rejects(readChart(large), {
    message: 'the package unpacks to more than ' + Math.max(1 << 20, large.length * 200) + ' bytes',
  })
  await t.rejects(readChart(flipped(chartPackage(), -6)), { message: broken }, 'a wrong checksum')
  const chart = await readChart(Buffer.concat([chartPackage(), chartPackage('other')]))
  t.equal(chart.metadata.name, 'web', "a second archive is nobody's")
  t.equal(chart.files.length, 2)
})

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[copy.length + at] = (copy.at(at) as number) ^ 1
  return copy
}

void t.test('a Chart.yaml that is none', async (t) => {
  const rows: readonly [yaml: string, message: string | RegExp][] = [
    ['- a list', 'Chart.yaml is no mapping'],
    ['', 'Chart.yaml is no mapping'],
    ['name: [', /^Chart\.yaml: Flow sequence/],
    ['name: web\nname: api\nversion: 1.0.0\napiVersion: v2', 'Chart.yaml: Map keys must be unique'],
    ['name: web\nversion: 1.0.0', 'a chart needs apiVersion'],
    ['apiVersion: v2\nversion: 1.0.0', 'a chart needs name'],
    ['apiVersion: v2\nname: web', 'a chart needs version'],
    ['apiVersion: v2\nname: ../web\nversion: 1.0.0', "a chart's name is 1 to 250 letters, digits, . _ and -"],
    ['apiVersion: v2\nname: ..\nversion: 1.0.0', "a chart's name is 1 to 250 letters, digits, . _ and -"],
    [chartYaml('web', 'one'), '"one" is no semantic version'],
    [chartYaml('web', '1.0.0-01'), '"1.0.0-01" is no semantic version'],
    [chartYaml('web', '1.0.0', 'type: operator'), 'the type of a chart is application or library'],
    [chartYaml('web', '1.0.0', 'keywords: one'), 'keywords is no list'],
    [chartYaml('web', '1.0.0', 'home: {a: b}'), 'home is no text'],
    [chartYaml('web', '1.0.0', 'deprecated: 1'), 'deprecated is true or false'],
    [chartYaml('web', '1.0.0', 'maintainers: [null]'), 'a maintainer is no mapping'],
    [chartYaml('web', '1.0.0', 'dependencies: [{name: a}, {name: a}]'), 'two dependencies are called "a"'],
    [
      chartYaml('web', '1.0.0', 'dependencies: [{name: a, alias: "a b"}]'),
      'the alias of a dependency is letters, digits, _ and -',
    ],
    [
      chartYaml('web', '1.0.0', `dependencies: [{name: a, import-values: ${'['.repeat(30)}${']'.repeat(30)}}]`),
      'import-values is a mapping of mappings of mappings',
    ],
    [
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`,
      'Chart.yaml: Excessive alias count indicates a resource exhaustion attack',
    ],
  ]
  for (const [yaml, message] of rows) {
    await t.rejects(readChart(archive(['web/Chart.yaml', yaml])), { name: 'ChartError', message }, yaml.slice(0, 60))
  }
  const date = await readChart(archive(['web/Chart.yaml', chartYaml('web', '1.0.0', 'appVersion: 2026-01-02\n')]))
  t.equal(date.metadata.appVersion, '2026-01-02')
})
