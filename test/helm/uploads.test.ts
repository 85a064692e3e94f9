import t, { type Test } from 'tap'
import { chartPackage, chartYaml, archive, indexOf, provenanceOf, versionsIn } from '../support/charts.js'
import { sha256, type Wire } from '../support/content.js'
import type { RawReply } from '../support/raw.js'
import { registryFor } from '../support/registries.js'

const at = Date.parse('2026-01-02T03:04:05Z')
const api = '/charts/api/team'

/** A form as clients send it. */
function form(fields: Readonly<Record<string, Buffer | string>>): { body: Buffer; headers: Record<string, string> } {
  const parts = Object.entries(fields).map(([name, content]) =>
    Buffer.concat([
      Buffer.from(`--b0undary\r\nContent-Disposition: form-data; name="${name}"; filename="/tmp/${name}"\r\n`),
      Buffer.from('Content-Type: application/octet-stream\r\n\r\n'),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]),
  )
  return {
    body: Buffer.concat([...parts, Buffer.from('--b0undary--\r\n')]),
    headers: { 'Content-Type': 'multipart/form-data; boundary=b0undary' },
  }
}

const upload = (wire: Wire, body: Buffer | string, query = ''): Promise<RawReply> =>
  wire.send('POST', `${api}/charts${query}`, { body })

const saysError = (t: Test, reply: RawReply, status: number, error: string): void => {
  t.equal(reply.status, status, error)
  t.match(JSON.parse(reply.text), { error, errors: [{ message: error }] })
}

void t.test('a package becomes what helm push makes of it', async (t) => {
  const { wire } = await registryFor(t, { clock: () => at })
  const yaml = `apiVersion: v2
name: web
version: 0.1.0+b.1
appVersion: "1.25"
description: A <web> & mail server
home: https://example.org/web
sources: [https://example.org/web.git, https://example.org/other.git]
maintainers:
- {name: Alice, email: alice@example.org}
- {name: Bob}
annotations: {z: last, example.org/team: web, org.opencontainers.image.title: mine}
dependencies:
- {name: base}
`
  const bytes = archive(['web/Chart.yaml', yaml])
  const reply = await upload(wire, bytes)
  t.equal(reply.status, 201)
  t.equal(reply.text, '{"saved":true}')
  t.equal(reply.headers['content-type'], 'application/json')
  // Byte for byte as helm 3.22.0 has pushed this package.
  const config =
    '{"name":"web","home":"https://example.org/web","sources":["https://example.org/web.git","https://example.org/other.git"],' +
    '"version":"0.1.0+b.1","description":"A \\u003cweb\\u003e \\u0026 mail server",' +
    '"maintainers":[{"name":"Alice","email":"alice@example.org"},{"name":"Bob"}],"apiVersion":"v2","appVersion":"1.25",' +
    '"annotations":{"example.org/team":"web","org.opencontainers.image.title":"mine","z":"last"},' +
    '"dependencies":[{"name":"base","repository":""}]}'
  const manifest =
    '{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json",' +
    `"digest":"${sha256(config)}","size":${config.length}},` +
    '"layers":[{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip",' +
    `"digest":"${sha256(bytes)}","size":${bytes.length}}],` +
    '"annotations":{"example.org/team":"web","org.opencontainers.image.authors":"Alice (alice@example.org), Bob",' +
    '"org.opencontainers.image.created":"2026-01-02T03:04:05Z",' +
    '"org.opencontainers.image.description":"A \\u003cweb\\u003e \\u0026 mail server",' +
    '"org.opencontainers.image.source":"https://example.org/web.git","org.opencontainers.image.title":"web",' +
    '"org.opencontainers.image.url":"https://example.org/web","org.opencontainers.image.version":"0.1.0+b.1","z":"last"}}'
  const pulled = await wire.get('/v2/team/web/manifests/0.1.0_b.1')
  t.equal(pulled.text, manifest)
  t.equal(pulled.headers['content-type'], 'application/vnd.oci.image.manifest.v1+json')
  t.equal((await wire.get(`/v2/team/web/blobs/${sha256(config)}`)).text, config)
  t.same((await wire.get(`/v2/team/web/blobs/${sha256(bytes)}`)).body, bytes)
  t.same(versionsIn(await indexOf(wire, 'team')), ['web 0.1.0+b.1'])
})

void t.test('a version that is there, and force', async (t) => {
  const { wire } = await registryFor(t)
  const [one, other] = [chartPackage('web', '1.0.0'), chartPackage('web', '1.0.0', 'description: another\n')]
  t.equal((await upload(wire, one)).status, 201)
  saysError(t, await upload(wire, other), 409, 'file already exists')
  saysError(
    t,
    await wire.send('POST', `${api}/charts`, form({ chart: other })),
    409,
    'team/web-1.0.0.tgz already exists',
  )
  t.same((await wire.get('/charts/team/web-1.0.0.tgz')).body, one)
  for (const query of ['?force', '?force=true']) t.equal((await upload(wire, other, query)).status, 201)
  t.same((await wire.get('/charts/team/web-1.0.0.tgz')).body, other)
  // Of two at a time one is quicker.
  const raced = await Promise.all(
    ['a', 'b', 'c'].map((text) => upload(wire, chartPackage('web', '2.0.0', `home: ${text}\n`))),
  )
  t.equal(raced.filter(({ status }) => status === 201).length, 1)
  t.equal(raced.filter(({ status }) => status === 409).length, 2)
})

void t.test('provenance, with the chart and after it', async (t) => {
  const { wire } = await registryFor(t)
  const bytes = chartPackage('web', '1.0.0')
  const provenance = provenanceOf('web', '1.0.0')
  const prov = (body: string, query = ''): Promise<RawReply> => wire.send('POST', `${api}/prov${query}`, { body })
  saysError(t, await prov(provenance), 404, 'upload the chart before its provenance: there is no web-1.0.0.tgz')
  t.equal((await upload(wire, bytes)).status, 201)
  const before = (await wire.get('/v2/team/web/manifests/1.0.0')).text
  t.equal((await prov(provenance)).status, 201)
  t.equal((await wire.get('/charts/team/web-1.0.0.tgz.prov')).text, provenance)
  saysError(t, await prov(provenance), 409, 'file already exists')
  t.equal((await prov(provenanceOf('web', '1.0.0', 'again'), '?force')).status, 201)
  t.equal((await wire.get('/charts/team/web-1.0.0.tgz.prov')).text, provenanceOf('web', '1.0.0', 'again'))
  t.same((await wire.get('/charts/team/web-1.0.0.tgz')).body, bytes)
  const [then, now] = [before, (await wire.get('/v2/team/web/manifests/1.0.0')).text].map(
    (text) => JSON.parse(text) as { annotations: unknown; layers: { digest: string }[] },
  )
  t.same(now?.annotations, then?.annotations, 'it is as old as it was')
  const digests = now?.layers.map(({ digest }) => digest) ?? []
  t.equal(digests.length, 2)
  t.same(digests, digests.toSorted(), 'in the order in which helm puts them')

  const both = form({ chart: chartPackage('web', '2.0.0'), prov: provenanceOf('web', '2.0.0') })
  t.equal((await wire.send('POST', `${api}/charts`, both)).status, 201)
  t.equal((await wire.get('/charts/team/web-2.0.0.tgz.prov')).text, provenanceOf('web', '2.0.0'))
  t.equal((await upload(wire, chartPackage('web', '3.0.0'))).status, 201)
  t.equal((await wire.send('POST', `${api}/charts`, form({ prov: provenanceOf('web', '3.0.0') }))).status, 201)
  t.equal((await wire.get('/charts/team/web-3.0.0.tgz.prov')).text, provenanceOf('web', '3.0.0'))
  const wrong = form({ chart: chartPackage('web', '4.0.0'), prov: provenanceOf('web', '5.0.0') })
  saysError(
    t,
    await wire.send('POST', `${api}/charts`, wrong),
    400,
    'the provenance is that of another chart than web 4.0.0',
  )
  const none = 'this is no provenance: it is a signed message that names a chart and its version'
  for (const text of ['', 'hello', '-----BEGIN PGP SIGNED MESSAGE-----\nname: web\n-----BEGIN PGP SIGNATURE-----\n']) {
    saysError(t, await prov(text), 400, none)
  }
})

void t.test('what is no upload', async (t) => {
  const { wire } = await registryFor(t)
  const type = { 'Content-Type': 'multipart/form-data; boundary=b0undary' }
  const nothing = 'no package or provenance file found in form fields chart and prov'
  const rows: readonly [body: Buffer | string, headers: Record<string, string>, status: number, error: string][] = [
    ['', {}, 400, "this is no chart's package: it is not gzipped, or broken"],
    ['hello', {}, 400, "this is no chart's package: it is not gzipped, or broken"],
    [archive(['web/Chart.yaml', chartYaml('web', 'one')]), {}, 400, '"one" is no semantic version'],
    [
      archive(['web/Chart.yaml', chartYaml('Web')]),
      {},
      400,
      'team/Web cannot be a repository, which an uploaded chart is put into: lower-case letters and digits, with single . _ or - between them',
    ],
    [chartPackage('web', `1.0.0-${'x'.repeat(200)}`), {}, 400, 'the version is too long for a tag'],
    ['hello', { 'Content-Type': 'multipart/form-data' }, 400, 'the form has no boundary'],
    ['hello', type, 400, 'the form has no part'],
    ['--b0undary\r\n', type, 400, 'a part of the form does not end'],
    ['--b0undary\r\nX: y\r\n\r\n\r\n--b0undary--', type, 400, 'a part of the form has no name'],
    ['--b0undary--\r\n', type, 400, nothing],
    [form({ file: 'x' }).body, type, 400, nothing],
    [
      Buffer.concat([form({ chart: 'x' }).body.subarray(0, -14), form({ chart: 'x' }).body]),
      type,
      400,
      'the form has two fields "chart"',
    ],
  ]
  for (const [body, headers, status, error] of rows) {
    saysError(t, await wire.send('POST', `${api}/charts`, { body, headers }), status, error)
  }
  const large = await upload(wire, Buffer.alloc((20 << 20) + 1))
  saysError(t, large, 413, 'an upload may have 20971520 bytes: push larger charts by OCI')
  t.same((await indexOf(wire, 'team')).entries, {})
  t.equal((await wire.get('/v2/team/web/tags/list')).status, 404, 'nothing is left')
})
