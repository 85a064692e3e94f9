import assert from 'node:assert/strict'
import { lineOf } from '../heard.js'
import { assertIsServed, oci } from '../images.js'
import { parseManifest, served, sha256, type Manifest } from '../served.js'
import type { Setting } from '../setting.js'
import { tagManyTimes } from '../tag-many-times.js'
import { orasDesk } from './desks.js'

/** oras push, pull: files of any type, as an artifact of any type. */
export async function pushAndPullArtifacts(setting: Setting): Promise<void> {
  const { say, registry, account, show, over } = setting
  say('Push and pull an artifact')
  const { sh, write, read, flags } = orasDesk(setting)
  const artifact = `${registry.host}/lab/report`
  const report = '<h1>all well</h1>\n'
  const data = '{"well":true}\n'
  write('report.html', report)
  write('data.json', data)
  write('settings.json', '{"theme":"dark"}\n')
  const type = ['--artifact-type', 'application/vnd.example.report.v1']
  const config = ['--config', 'settings.json:application/vnd.example.settings.v1+json']
  const files = ['report.html:text/html', 'data.json:application/json']
  const pushed = await sh`oras push ${flags} ${type} ${config} --annotation run=42 ${artifact}:1.0,latest ${files}`
  assert.match(pushed.stdout, /^ArtifactType: application\/vnd\.example\.report\.v1$/m)
  const digest = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(pushed.stdout)?.[1] ?? ''

  for (const tag of ['1.0', 'latest']) {
    assertIsServed(await served(registry, `/v2/lab/report/manifests/${tag}`, account), digest, oci.image)
  }
  const manifest = parseManifest(await served(registry, '/v2/lab/report/manifests/1.0', account)) as Artifact
  assert.equal(manifest.artifactType, 'application/vnd.example.report.v1')
  assert.equal(manifest.annotations['run'], '42')
  assert.equal(manifest.config?.mediaType, 'application/vnd.example.settings.v1+json')
  const title = 'org.opencontainers.image.title'
  assert.deepEqual(
    manifest.layers?.map(({ mediaType, digest, annotations }) => [mediaType, digest, annotations?.[title]]),
    [
      ['text/html', sha256(Buffer.from(report)), 'report.html'],
      ['application/json', sha256(Buffer.from(data)), 'data.json'],
    ],
  )

  await sh`oras pull ${flags} --output pulled ${artifact}:1.0`
  assert.deepEqual([read('pulled/report.html').toString(), read('pulled/data.json').toString()], [report, data])
  await sh`oras pull ${flags} --output by-digest --config settings ${artifact}@${digest}`
  assert.equal(read('by-digest/settings').toString(), '{"theme":"dark"}\n')
  show({ client: 'oras', story: 'push and pull artifacts of any type', over })
}

interface Artifact extends Manifest {
  readonly artifactType?: string
  readonly annotations: Readonly<Record<string, string>>
}

/** oras manifest, resolve, tag, blob, repo: a repository's content by its parts. */
export async function workOnContent(setting: Setting): Promise<void> {
  const { say, registry, account, heard, show, over } = setting
  const { sh, write, read, flags } = orasDesk(setting)
  const fails = sh({ status: 1 })
  const artifact = `${registry.host}/lab/report`
  const { digest = '', bytes } = await served(registry, '/v2/lab/report/manifests/1.0', account)

  say('Manifests')
  assert.equal((await sh`oras manifest fetch ${flags} ${artifact}:1.0`).stdout, bytes.toString())
  const descriptor = { mediaType: oci.image, digest, size: bytes.length }
  const fetched = await sh`oras manifest fetch ${flags} --descriptor ${artifact}:1.0`
  assert.deepEqual(JSON.parse(fetched.stdout), descriptor)
  assert.equal((await sh`oras resolve ${flags} ${artifact}:latest`).stdout, digest)
  await sh`oras manifest fetch ${flags} --output manifest.json ${artifact}:1.0`
  await sh`oras manifest push ${flags} ${artifact}:2.0 manifest.json`
  await sh`oras tag ${flags} ${artifact}:2.0 2 stable`
  assertIsServed(await served(registry, '/v2/lab/report/manifests/stable', account), digest, oci.image)
  await sh`oras manifest index create ${flags} ${artifact}:index 1.0 2.0`
  const index = parseManifest(await served(registry, '/v2/lab/report/manifests/index', account))
  assert.deepEqual(
    index.manifests?.map((child) => child.digest),
    [digest, digest],
  )

  say('Blobs')
  const blob = `a blob for ${registry.url}\n`
  write('blob.txt', blob)
  const blobDigest = sha256(Buffer.from(blob))
  const blobPath = `/v2/lab/report/blobs/${blobDigest}`
  await sh`oras blob push ${flags} ${artifact} blob.txt`
  assert.equal((await served(registry, blobPath, account)).bytes.toString(), blob)
  await sh`oras blob fetch ${flags} --output fetched.txt ${artifact}@${blobDigest}`
  assert.equal(read('fetched.txt').toString(), blob)
  await sh`oras blob delete ${flags} --force ${artifact}@${blobDigest}`
  const gone = await fails`oras blob fetch ${flags} --output gone.txt ${artifact}@${blobDigest}`
  assert.match(gone.stderr, /^Error response from registry: .*@sha256:[0-9a-f]{64}: not found$/m)
  assert.equal((await served(registry, blobPath, account)).status, 404)

  say('Tags and repositories')
  const tags = ['1.0', '2', '2.0', 'index', 'latest', 'stable']
  assert.deepEqual((await sh`oras repo tags ${flags} ${artifact}`).stdout.split('\n'), tags)
  assert.deepEqual((await sh`oras repo tags ${flags} --last 2.0 ${artifact}`).stdout.split('\n'), tags.slice(3))
  assert.equal((await sh`oras repo ls ${flags} ${registry.host}`).stdout, 'lab/report')
  assert.equal((await sh`oras repo ls ${flags} ${registry.host}/lab`).stdout, 'report')
  const more = await tagManyTimes(registry, 'lab/report', '1.0', 10_500, account)
  heard.take()
  const all = (await sh`oras repo tags ${flags} ${artifact}`).stdout.split('\n')
  assert.deepEqual(all, [...tags, ...more])
  const pages = heard.take().filter(({ route, status }) => route.kind === 'tags' && status === 200)
  assert.deepEqual(pages.map(lineOf), [
    'GET /v2/lab/report/tags/list 200',
    `GET /v2/lab/report/tags/list?n=10000&last=${all[9_999]} 200`,
  ])

  say('Delete')
  await sh`oras manifest delete ${flags} --force ${artifact}:1.0`
  const unresolved = await fails`oras resolve ${flags} ${artifact}:latest`
  assert.match(unresolved.stderr, /^Error response from registry: failed to resolve digest: .*:latest: not found$/m)
  assert.equal(
    (await sh`oras repo tags ${flags} ${artifact}`).stdout,
    'index',
    'oras deletes the manifest with its tags',
  )
  show({ client: 'oras', story: 'fetch, push, tag, list and delete manifests and blobs', over })
}
