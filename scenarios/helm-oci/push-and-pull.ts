import assert from 'node:assert/strict'
import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { uploadsOf } from '../heard.js'
import { parseManifest, sha256 } from '../served.js'
import { annotationsOf, chartConfig, made } from './chart.js'
import { assertAsked, digestIn, servedTo, type Helm } from './helm.js'

const chartType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
const provenanceType = 'application/vnd.cncf.helm.chart.provenance.v1.prov'

/** Pushes web-0.1.0.tgz to an organization and to a bare host, and again; answers the manifest's digest. */
export async function push(helm: Helm): Promise<string> {
  const { say, sh, host, flags, folder, version, heard } = helm

  say('Push to an organization')
  const [pushed, asked] = await heard.during(() => sh`helm push web-0.1.0.tgz oci://${host}/team ${flags}`)
  const digest = digestIn(pushed)
  assert.equal(pushed.output, `Pushed: ${host}/team/web:0.1.0\nDigest: ${digest}`)
  await assertIsChart(helm, 'team/web', '0.1.0', digest)
  assertAsked(helm, asked, version.asks.push)

  say('Push to a bare host: the repository is the name of the chart')
  const bare = await sh`helm push web-0.1.0.tgz oci://${host} ${flags}`
  assert.equal(bare.output, `Pushed: ${host}/web:0.1.0\nDigest: ${digest}`)
  await assertIsChart(helm, 'web', '0.1.0', digest)

  say('Push again: the same file is the same manifest')
  const [again, askedAgain] = await heard.during(() => sh`helm push web-0.1.0.tgz oci://${host}/team ${flags}`)
  assert.equal(digestIn(again), digest)
  assertAsked(helm, askedAgain, version.asks.pushAgain)
  assert.equal(uploadsOf(askedAgain), 0)

  say('Push after the file was touched: its time is in the annotations of those that write them')
  const later = '2026-01-02T03:04:06Z'
  utimesSync(join(folder, 'web-0.1.0.tgz'), new Date(later), new Date(later))
  const touched = digestIn(await sh`helm push web-0.1.0.tgz oci://${host}/touched ${flags}`)
  assert.equal(touched === digest, !version.annotates)
  const { annotations } = parseManifest(await servedTo(helm, '/v2/touched/web/manifests/0.1.0'))
  assert.deepEqual(annotations, version.annotates ? annotationsOf(later) : undefined)
  return digest
}

/** Pulls what `push` has pushed. */
export async function pull(helm: Helm, digest: string): Promise<void> {
  const { say, sh, fails, host, flags, version, read, heard, show, defect } = helm
  const chart = take(helm, 'web-0.1.0.tgz')

  say('Pull by version')
  const [pulled, asked] = await heard.during(() => sh`helm pull oci://${host}/team/web --version 0.1.0 ${flags}`)
  assert.equal(pulled.output, `Pulled: ${host}/team/web:0.1.0\nDigest: ${digest}`)
  assert.deepEqual(take(helm, 'web-0.1.0.tgz'), chart)
  assertAsked(helm, asked, version.asks.pull)
  show('push and pull a chart')

  say('Pull by digest')
  const byDigest = sh({ status: version.takesDigests ? 0 : 1 })
  const exact = await byDigest`helm pull oci://${host}/team/web@${digest} ${flags}`
  if (version.takesDigests) {
    assert.equal(exact.output, `Pulled: ${host}/team/web@${digest}\nDigest: ${digest}`)
    assert.deepEqual(take(helm, `web@${digest.replace(':', '-')}.tgz`), chart)
    show('pull a chart by digest')
  } else {
    assert.equal(exact.stderr, 'Error: invalid_reference: invalid tag')
    defect('pull a chart by digest', exact.stderr, 'Only by version')
  }

  say('Pull what is not there')
  const absent = await fails`helm pull oci://${host}/team/web --version 9.9.9 ${flags}`
  assert.equal(absent.stderr, version.says.notFound(helm))

  say('Pull and unpack')
  await sh`helm pull oci://${host}/team/web --version 0.1.0 --untar --untardir unpacked ${flags}`
  for (const file of ['values.yaml', 'README.md', 'templates/config-map.yaml']) {
    assert.deepEqual(read(`unpacked/web/${file}`), read(`web/${file}`))
  }
}

/** Pushes and pulls a version that no tag can be: SemVer's build metadata begins with a plus sign. */
export async function pushBuild(helm: Helm): Promise<void> {
  const { say, sh, host, flags, read, show } = helm

  say('A version with +, which a tag has as _')
  await sh`helm package web --version 0.1.0+build.5`
  const pushed = await sh`helm push web-0.1.0+build.5.tgz oci://${host}/team ${flags}`
  assert.match(pushed.output, new RegExp(`^Pushed: ${host}/team/web:0\\.1\\.0_build\\.5$`, 'm'))
  assert.match(pushed.output, /changing plus \(\+\) to\s+an underscore \(_\) in chart version tags/)
  const reply = await servedTo(helm, '/v2/team/web/manifests/0.1.0_build.5')
  assert.equal(reply.digest, digestIn(pushed))
  const tags = await servedTo(helm, '/v2/team/web/tags/list')
  assert.deepEqual(JSON.parse(tags.bytes.toString()), { name: 'team/web', tags: ['0.1.0', '0.1.0_build.5'] })
  const chart = take(helm, 'web-0.1.0+build.5.tgz')
  const pulled = await sh`helm pull oci://${host}/team/web --version 0.1.0+build.5 ${flags}`
  assert.equal(digestIn(pulled), digestIn(pushed))
  assert.deepEqual(read('web-0.1.0+build.5.tgz'), chart)
  show('push and pull a version with +')
}

/** Asserts that a repository serves a chart's manifest as helm's HIP-0006 says: config, package, and provenance. */
export async function assertIsChart(
  helm: Helm,
  repository: string,
  tag: string,
  digest: string,
  { signed = false }: { readonly signed?: boolean } = {},
): Promise<void> {
  const { version, read } = helm
  const reply = await servedTo(helm, `/v2/${repository}/manifests/${tag}`)
  assert.equal(reply.status, 200)
  assert.equal(reply.type, 'application/vnd.oci.image.manifest.v1+json')
  assert.equal(reply.digest, digest)
  assert.equal(sha256(reply.bytes), digest)
  const { config, layers = [], annotations } = parseManifest(reply)
  assert.equal(config?.mediaType, 'application/vnd.cncf.helm.config.v1+json')
  const { bytes } = await servedTo(helm, `/v2/${repository}/blobs/${config.digest}`)
  assert.deepEqual(JSON.parse(bytes.toString()), chartConfig)
  const file = `web-${tag}.tgz`
  const files = [{ mediaType: chartType, bytes: read(file) }]
  if (signed) files.push({ mediaType: provenanceType, bytes: read(`${file}.prov`) })
  const descriptors = files.map((one) => ({
    mediaType: one.mediaType,
    digest: sha256(one.bytes),
    size: one.bytes.length,
  }))
  // Whichever comes first by its digest, so that the manifest is the same each time.
  assert.deepEqual(
    layers,
    descriptors.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
  )
  assert.deepEqual(annotations, version.annotates ? annotationsOf(made) : undefined)
}

/** Reads a file and takes it away, so that what is there next was pulled. */
function take({ folder, read }: Helm, file: string): Buffer {
  const bytes = read(file)
  rmSync(join(folder, file))
  return bytes
}
