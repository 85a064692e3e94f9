import assert from 'node:assert/strict'
import { lineOf, mountsOf } from '../heard.js'
import { oci } from '../images.js'
import { parseManifest, served, sha256 } from '../served.js'
import type { Setting } from '../setting.js'
import { tagManyTimes } from '../tag-many-times.js'
import { regctlDesk } from './desks.js'

/** regctl artifact, image copy, manifest, blob: artifacts and what refers to them. */
export async function regctlArtifacts(setting: Setting): Promise<void> {
  const { say, registry, account, heard, show, over } = setting
  const { host } = registry
  const desk = await regctlDesk(setting)
  const { sh } = desk
  const text = `a text for ${registry.url}\n`
  const sbom = `{"name":"${registry.url}"}\n`

  say('regctl artifact')
  await sh({ input: text })`regctl artifact put --artifact-type application/vnd.example.text ${host}/notes/text:1.0`
  const reply = await served(registry, '/v2/notes/text/manifests/1.0', account)
  assert.equal(reply.type, oci.image)
  assert.equal(parseManifest(reply).layers?.[0]?.digest, sha256(Buffer.from(text)))
  assert.equal((await sh`regctl artifact get ${host}/notes/text:1.0`).stdout, text.trimEnd())
  const type = 'application/spdx+json'
  await sh({ input: sbom })`regctl artifact put --artifact-type ${type} --subject ${host}/notes/text:1.0`
  const got = await sh`regctl artifact get --subject ${host}/notes/text:1.0 --filter-artifact-type ${type}`
  assert.equal(got.stdout, sbom.trimEnd())
  const listed = await sh`regctl artifact list ${host}/notes/text:1.0`
  assert.match(listed.stdout, /^ {2}ArtifactType: application\/spdx\+json$/m)
  const [referrer] = referrersIn((await sh`regctl artifact list --format body ${host}/notes/text:1.0`).stdout)
  const tree = (await sh`regctl artifact tree ${host}/notes/text:1.0`).stdout.split('\n')
  assert.deepEqual(tree.slice(-2), ['Referrers:', `  - ${referrer}: ${type}`])
  show({ client: 'regctl', story: 'put, get and list artifacts and referrers', over })

  say('regctl image copy')
  const digest = (await sh`regctl manifest head ${host}/notes/text:1.0`).stdout
  assert.equal(digest, reply.digest)
  const signature = `${digest.replace(':', '-')}.sig`
  await sh({
    input: 'sig',
  })`regctl artifact put --artifact-type application/vnd.example.sig ${host}/notes/text:${signature}`
  heard.take()
  await sh`regctl image copy --referrers --digest-tags ${host}/notes/text:1.0 ${host}/copies/text:1.0`
  const mounts = mountsOf(heard.take())
  assert.ok(mounts.length > 0)
  assert.deepEqual(new Set(mounts.map(({ from, status }) => `${from} ${status}`)), new Set(['notes/text 201']))
  assert.equal((await served(registry, '/v2/copies/text/manifests/1.0', account)).digest, digest)
  assert.deepEqual((await sh`regctl tag ls ${host}/copies/text`).stdout.split('\n'), ['1.0', signature])
  const copied = await sh`regctl artifact list --format body ${host}/copies/text:1.0`
  assert.deepEqual(referrersIn(copied.stdout), [referrer])
  show({ client: 'regctl', story: 'copy with referrers and digest tags', over })

  say('regctl blob')
  const put = await sh({ input: text })`regctl blob put ${host}/notes/blobs`
  assert.equal(put.stdout, sha256(Buffer.from(text)))
  assert.equal((await sh`regctl blob get ${host}/notes/blobs ${put.stdout}`).stdout, text.trimEnd())
  await sh`regctl registry set --skip-check --blob-max 8 --blob-chunk 8 ${host}`
  heard.take()
  const chunked = await sh({ input: sbom })`regctl blob put ${host}/notes/chunks`
  const patches = heard.take().filter(({ method, status }) => method === 'PATCH' && status === 202)
  assert.equal(patches.length, Math.ceil(sbom.length / 8), 'one PATCH a chunk')
  assert.equal((await served(registry, `/v2/notes/chunks/blobs/${chunked.stdout}`, account)).bytes.toString(), sbom)
  show({ client: 'regctl', story: 'put blobs whole and in chunks', over })
}

/** regctl artifact and image copy on a registry without the referrers API: by the tag that stands for it. */
export async function regctlByTag(setting: Setting): Promise<void> {
  const { say, registry, show, over } = setting
  const { host } = registry
  const { sh } = await regctlDesk(setting)
  say('regctl without the referrers API')
  const text = `a text for ${registry.url}\n`
  await sh({ input: text })`regctl artifact put --artifact-type application/vnd.example.text ${host}/notes/text:1.0`
  await sh({
    input: 'a',
  })`regctl artifact put --artifact-type application/vnd.example.a --subject ${host}/notes/text:1.0`
  await sh({
    input: 'b',
  })`regctl artifact put --artifact-type application/vnd.example.b --subject ${host}/notes/text:1.0`
  const index = (await sh`regctl manifest head ${host}/notes/text:1.0`).stdout.replace(':', '-')
  assert.deepEqual((await sh`regctl tag ls ${host}/notes/text`).stdout.split('\n'), ['1.0', index])
  const types = ['--format', '{{range .Descriptors}}{{println .ArtifactType}}{{end}}']
  const expected = new Set(['application/vnd.example.a', 'application/vnd.example.b'])
  const typesIn = async (image: string): Promise<Set<string>> => {
    const { stdout } = await sh`regctl artifact list ${types} ${image}`
    return new Set(stdout.trim().split('\n'))
  }
  assert.deepEqual(await typesIn(`${host}/notes/text:1.0`), expected)
  await sh`regctl image copy --referrers ${host}/notes/text:1.0 ${host}/copies/text:1.0`
  assert.deepEqual(await typesIn(`${host}/copies/text:1.0`), expected)
  show({ client: 'regctl', story: 'put, list and copy referrers by the referrers tag', over })
}

/** regctl tag, repo: lists by pages, and a tag deleted without its manifest. */
export async function regctlTags(setting: Setting): Promise<void> {
  const { say, registry, account, heard, show, over } = setting
  const { host } = registry
  const { sh } = await regctlDesk(setting)
  const list = async (flags: readonly string[]): Promise<string[]> =>
    (await sh`regctl tag ls ${host}/notes/tagged ${flags}`).stdout.split('\n')

  say('regctl tag ls')
  await sh`regctl image copy ${host}/notes/text:1.0 ${host}/notes/tagged:1.0`
  const tags = ['1.0', ...(await tagManyTimes(registry, 'notes/tagged', '1.0', 10_500, account))]
  heard.take()
  const all = await list([])
  assert.deepEqual(all, tags)
  const pages = heard.take().filter(({ route, status }) => route.kind === 'tags' && status === 200)
  assert.deepEqual(pages.map(lineOf), [
    'GET /v2/notes/tagged/tags/list 200',
    `GET /v2/notes/tagged/tags/list?n=10000&last=${tags[9_999]} 200`,
  ])
  assert.deepEqual(await list(['--limit', '3']), tags.slice(0, 3))
  assert.deepEqual(await list(['--limit', '2', '--last', 't00000']), ['t00001', 't00002'])
  assert.deepEqual(await list(['--include', 't0000.']), tags.slice(1, 11))
  const repositories = await sh`regctl repo ls --limit 2 --last notes/blobs ${host}`
  assert.deepEqual(repositories.stdout.split('\n'), ['notes/chunks', 'notes/tagged'])
  show({ client: 'regctl', story: 'list tags and repositories by pages', over })

  say('regctl tag rm')
  const { digest = '' } = await served(registry, '/v2/notes/tagged/manifests/t00001', account)
  heard.take()
  await sh`regctl tag rm ${host}/notes/tagged:t00000`
  const deletes = heard.take().filter(({ method, status }) => method === 'DELETE' && status !== 401)
  assert.deepEqual(deletes.map(lineOf), ['DELETE /v2/notes/tagged/manifests/t00000 202'])
  assert.equal((await served(registry, `/v2/notes/tagged/manifests/${digest}`, account)).status, 200)
  assert.deepEqual(await list(['--limit', '2']), ['1.0', 't00001'])
  const again = await sh({ status: 1 })`regctl tag rm ${host}/notes/tagged:t00000`
  assert.match(again.stderr, /failed to request manifest head \S+:t00000: request failed: not found \[http 404\]/)
  await sh`regctl tag rm --ignore-missing ${host}/notes/tagged:t00000`
  show({ client: 'regctl', story: 'delete a tag', over })
}

/** The digests in a referrers response. */
const referrersIn = (text: string): string[] =>
  (JSON.parse(text) as { manifests: { digest: string }[] }).manifests.map(({ digest }) => digest)
