import assert from 'node:assert/strict'
import { lineOf, mountsOf } from '../heard.js'
import { assertIsServed, oci } from '../images.js'
import { parseManifest, served } from '../served.js'
import type { Setting } from '../setting.js'
import { orasDesk, type OrasDesk } from './desks.js'

/** What is attached to an artifact: a list of ingredients, and to that, a signature. */
interface Attached {
  readonly subject: string
  readonly sbom: string
  readonly signature: string
}

/** oras attach, discover, cp -r, backup, restore: by the referrers API. */
export async function attach(setting: Setting): Promise<void> {
  const { say, registry, account, heard, show, over } = setting
  const desk = orasDesk(setting)
  const { sh, flags } = desk
  const app = `${registry.host}/lab/app:1.0`

  say('Attach')
  const attached = await attachTo(setting, desk)
  const { subject, sbom } = attached
  const tags = await served(registry, '/v2/lab/app/tags/list', account)
  assert.deepEqual(JSON.parse(tags.bytes.toString()), { name: 'lab/app', tags: ['1.0'] })

  say('Discover')
  await assertDiscovered(setting, desk, 'lab/app', attached)
  heard.take()
  const format = ['--format', 'go-template', '--template', '{{range .referrers}}{{.digest}}{{end}}']
  const found = await sh`oras discover ${flags} --artifact-type application/spdx+json ${format} ${app}`
  assert.equal(found.stdout, sbom)
  const [asked] = heard.take().filter(({ route, status }) => route.kind === 'referrers' && status !== 401)
  const filter = '?artifactType=application%2Fspdx%2Bjson'
  assert.equal(asked && lineOf(asked), `GET /v2/lab/app/referrers/${subject}${filter} 200`)
  const none = await sh`oras discover ${flags} --artifact-type application/none ${format} ${app}`
  assert.equal(none.stdout, '')
  show({ client: 'oras', story: 'attach and discover by the referrers API', over })

  await copyAndRestore(setting, desk, attached)
}

/** The same on a registry without the referrers API: what is attached stands in an index under a tag. */
export async function attachByTag(setting: Setting): Promise<void> {
  const { say, registry, account, show, over } = setting
  const desk = orasDesk(setting)
  const { sh, flags } = desk
  const app = `${registry.host}/lab/app`

  say('Attach without the referrers API')
  const attached = await attachTo(setting, desk)
  const tagOf = (digest: string): string => digest.replace(':', '-')
  const tags = ['1.0', tagOf(attached.subject), tagOf(attached.sbom)]
  const listed = await sh`oras repo tags ${flags} ${app}`
  assert.deepEqual(new Set(listed.stdout.split('\n')), new Set(tags))
  assert.equal((await sh`oras repo tags ${flags} --exclude-digest-tags ${app}`).stdout, '1.0')
  const reply = await served(registry, `/v2/lab/app/manifests/${tagOf(attached.subject)}`, account)
  assert.equal(reply.type, oci.index)
  assert.deepEqual(
    parseManifest(reply).manifests?.map(({ digest }) => digest),
    [attached.sbom],
  )
  await assertDiscovered(setting, desk, 'lab/app', attached)
  const strict = sh({ status: 1 })
  const api = await strict`oras discover ${flags} --distribution-spec v1.1-referrers-api ${app}:1.0`
  assert.match(api.stderr, /^Error: failed to query referrers API: unsupported$/m)
  show({ client: 'oras', story: 'attach and discover by the referrers tag', over })

  await copyAndRestore(setting, desk, attached)
}

async function attachTo({ registry, account }: Setting, { sh, write, flags }: OrasDesk): Promise<Attached> {
  const app = `${registry.host}/lab/app`
  write('app.txt', `an app for ${registry.url}\n`)
  write('sbom.json', `{"spdxVersion":"SPDX-2.3","name":"${registry.url}"}\n`)
  write('sbom.sig', `a signature for ${registry.url}\n`)
  const digestOnly = ['--format', 'go-template', '--template', '{{.digest}}']
  const spdx = 'application/spdx+json'
  const { stdout: subject } = await sh`oras push ${flags} ${digestOnly} ${app}:1.0 app.txt:text/plain`
  const { stdout: sbom } =
    await sh`oras attach ${flags} ${digestOnly} --artifact-type ${spdx} ${app}:1.0 sbom.json:${spdx}`
  const { stdout: signature } =
    await sh`oras attach ${flags} ${digestOnly} --artifact-type application/vnd.example.signature ${app}@${sbom} sbom.sig`
  const reply = await served(registry, `/v2/lab/app/manifests/${sbom}`, account)
  assertIsServed(reply, sbom, oci.image)
  assert.equal(parseManifest(reply).subject?.digest, subject)
  return { subject, sbom, signature }
}

interface Referrer {
  readonly digest: string
  readonly artifactType: string
  readonly referrers: readonly Referrer[]
}

/** Asserts that what is attached is found, and what is attached to that. */
async function assertDiscovered(
  { registry }: Setting,
  { sh, flags }: OrasDesk,
  repository: string,
  { subject, sbom, signature }: Attached,
): Promise<void> {
  const app = `${registry.host}/${repository}`
  const tree = await sh`oras discover ${flags} ${app}:1.0`
  const lines = tree.stdout.split('\n')
  assert.equal(lines[0], `${app}@${subject}`)
  assert.equal(lines[1], '└── application/spdx+json')
  assert.equal(lines[2], `    └── ${sbom}`)
  assert.match(tree.stdout, new RegExp(`^ {8}└── application/vnd\\.example\\.signature\n {12}└── ${signature}$`, 'm'))
  const { stdout } = await sh`oras discover ${flags} --format json ${app}:1.0`
  const withTypes = (referrers: readonly Referrer[]): unknown[] =>
    referrers.map(({ artifactType, digest, referrers }) => [artifactType, digest, withTypes(referrers)])
  assert.deepEqual(withTypes((JSON.parse(stdout) as Referrer).referrers), [
    ['application/spdx+json', sbom, [['application/vnd.example.signature', signature, []]]],
  ])
}

async function copyAndRestore(setting: Setting, desk: OrasDesk, attached: Attached): Promise<void> {
  const { say, registry, heard, show, over } = setting
  const { sh, flags, copyFlags } = desk
  const { host } = registry

  say('Copy with all that is attached')
  heard.take()
  await sh`oras cp --recursive ${copyFlags} ${host}/lab/app:1.0 ${host}/copies/app:1.0`
  const mounts = mountsOf(heard.take())
  assert.equal(mounts.length, 4, 'three files and the empty config')
  assert.deepEqual(
    new Set(mounts.map(({ from, to, status }) => `${from} ${to} ${status}`)),
    new Set(['lab/app copies/app 201']),
  )
  await assertDiscovered(setting, desk, 'copies/app', attached)
  show({ client: 'oras', story: 'copy with referrers', over })

  say('Back up and restore')
  await sh`oras backup ${flags} --include-referrers --output app.tar ${host}/lab/app:1.0`
  const restored = await sh`oras restore ${flags} --input app.tar ${host}/restored/app:1.0`
  assert.match(restored.stdout, /^Pushed tag 1\.0 with 2 referrer\(s\)$/m)
  await assertDiscovered(setting, desk, 'restored/app', attached)
  show({ client: 'oras', story: 'back up and restore with referrers', over })
}
