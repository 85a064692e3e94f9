import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { digestIn, servedTo } from '../helm-oci/helm.js'
import { makeKeyrings } from '../helm-oci/provenance.js'
import { ask, parseManifest, sha256 } from '../served.js'
import { plugin } from './plugin.js'
import type { Repositories } from './repository.js'

/** The chart's file, in a version. */
export const webChart = (version: string): string =>
  `apiVersion: v2\nname: web\nversion: ${version}\ndescription: A web server\n`

/** What was pushed by OCI is searched for, pulled and deleted in the classic repository, at once. */
export async function fromOci(helm: Repositories): Promise<void> {
  const { say, sh, typed, fails, host, flags, folder, read, write, url, repoFlags, show, registry, account } = helm
  say('Push versions by OCI')
  write('web/values.yaml', 'greeting: hello\n')
  for (const version of ['0.1.0', '0.2.0-rc.1', '0.2.0+build.1']) {
    write('web/Chart.yaml', webChart(version))
    await sh`helm package web`
    await sh`helm push ${`web-${version}.tgz`} oci://${host}/team ${flags}`
  }

  say('They are in the classic repository')
  await typed`helm repo add team ${url('team')} ${repoFlags}`
  await sh`helm repo update team`
  const search = async (): Promise<readonly string[]> => {
    const { stdout } = await sh`helm search repo team/ --versions --devel --output json`
    const found = JSON.parse(stdout) as readonly { readonly name: string; readonly version: string }[]
    return found.map(({ name, version }) => `${name} ${version}`)
  }
  assert.deepEqual(await search(), ['team/web 0.2.0+build.1', 'team/web 0.2.0-rc.1', 'team/web 0.1.0'])
  const newest = await sh`helm search repo team/ --output json`
  assert.equal((JSON.parse(newest.stdout) as [{ version: string }])[0].version, '0.2.0+build.1')
  const chart = read('web-0.2.0+build.1.tgz')
  rmSync(join(folder, 'web-0.2.0+build.1.tgz'))
  await sh`helm pull team/web`
  assert.deepEqual(read('web-0.2.0+build.1.tgz'), chart)
  await sh`helm pull team/web --version 0.1.0 --untar --untardir unpacked`
  assert.equal(read('unpacked/web/Chart.yaml').toString().includes('version: 0.1.0\n'), true)
  const shown = await sh`helm show values team/web --version 0.2.0-rc.1`
  assert.equal(shown.stdout, 'greeting: hello\n')
  const range = await sh`helm show chart team/web --version ~0.1`
  assert.match(range.stdout, /^version: 0\.1\.0$/m)

  say('What is deleted is gone')
  const removed = await ask(registry, '/charts/api/team/charts/web/0.1.0', { account, method: 'DELETE' })
  assert.equal(removed.bytes.toString(), '{"deleted":true}')
  await sh`helm repo update`
  assert.deepEqual(await search(), ['team/web 0.2.0+build.1', 'team/web 0.2.0-rc.1'])
  const gone = await fails`helm pull team/web --version 0.1.0`
  assert.match(gone.stderr, /^Error: chart "web" matching 0\.1\.0 not found in team index\./)
  show('search and pull in a classic repository what was pushed by OCI')
}

/** A chart that needs one from a classic repository and one by OCI. */
export async function dependencies(helm: Repositories): Promise<void> {
  const { say, sh, host, flags, folder, read, write, url, show } = helm
  say('A chart that depends on one of each kind')
  write('base/Chart.yaml', 'apiVersion: v2\nname: base\nversion: 1.0.0\n')
  await sh`helm package base`
  await sh`helm push base-1.0.0.tgz oci://${host}/base ${flags}`
  write(
    'app/Chart.yaml',
    `apiVersion: v2
name: app
version: 0.1.0
dependencies:
- name: web
  version: ^0.2
  repository: ${url('team')}
- name: base
  version: 1.0.0
  repository: oci://${host}/base
`,
  )
  await sh`helm dependency update app ${flags}`
  const lock = read('app/Chart.lock').toString()
  assert.match(lock, /^- name: web\n {2}repository: \S+\n {2}version: 0\.2\.0\+build\.1\n/m)
  rmSync(join(folder, 'app/charts'), { recursive: true })
  await sh`helm dependency build app ${flags}`
  assert.deepEqual(readdirSync(join(folder, 'app/charts')).toSorted(), ['base-1.0.0.tgz', 'web-0.2.0+build.1.tgz'])
  for (const file of ['base-1.0.0.tgz', 'web-0.2.0+build.1.tgz'])
    assert.deepEqual(read(`app/charts/${file}`), read(file))
  assert.equal(read('app/Chart.lock').toString(), lock)
  show('build dependencies from a classic and an OCI repository')
}

/** A chart with its provenance, which is verified. */
export async function verification(helm: Repositories): Promise<void> {
  const { say, sh, fails, host, flags, folder, read, write, show } = helm
  say('Sign a chart, push it, and verify it from the classic repository')
  await makeKeyrings(sh)
  write('web/Chart.yaml', webChart('0.3.0'))
  await sh`helm package web --sign --key alice@example.org --keyring secring.gpg`
  digestIn(await sh`helm push web-0.3.0.tgz oci://${host}/team ${flags}`)
  await sh`helm repo update team`
  for (const to of ['verified', 'strange']) mkdirSync(join(folder, to))
  const verified = await sh`helm pull team/web --version 0.3.0 --verify --keyring pubring.gpg --destination verified`
  assert.match(verified.output, /^Signed by: Alice <alice@example\.org>$/m)
  assert.match(verified.output, new RegExp(`^Chart Hash Verified: ${sha256(read('web-0.3.0.tgz'))}$`, 'm'))
  assert.deepEqual(read('verified/web-0.3.0.tgz.prov'), read('web-0.3.0.tgz.prov'))
  await sh`helm verify verified/web-0.3.0.tgz --keyring pubring.gpg`
  const strange = await fails`helm pull team/web --version 0.3.0 --verify --keyring mallory.gpg --destination strange`
  assert.match(strange.stderr, /^Error: openpgp: signature made by unknown entity$/m)
  show('verify a chart of a classic repository')
}

/** ChartMuseum's plugin uploads a chart, which is then there by OCI too. */
export async function uploads(helm: Repositories): Promise<void> {
  const { say, sh, host, flags, folder, read, write, url, show, version } = helm
  const run = plugin(helm)
  say('Upload a chart')
  write('web/Chart.yaml', webChart('0.4.0'))
  const uploaded = await run`helm cm-push web team`
  assert.match(uploaded.stdout, /^Pushing web-0\.4\.0\.tgz to team\.\.\.\nDone\.$/)
  const again = await run({ status: 1 })`helm cm-push web team`
  assert.match(again.stderr, /^Error: 409: team\/web-0\.4\.0\.tgz already exists$/m)
  write('web/values.yaml', 'greeting: good morning\n')
  await run`helm cm-push --force web ${url('team')}`

  say('It is there by OCI')
  const pulled = await sh`helm pull oci://${host}/team/web --version 0.4.0 ${flags}`
  const chart = read('web-0.4.0.tgz')
  rmSync(join(folder, 'web-0.4.0.tgz'))
  await sh`helm repo update team`
  await sh`helm pull team/web --version 0.4.0`
  assert.deepEqual(read('web-0.4.0.tgz'), chart)
  const values = await sh`helm show values oci://${host}/team/web --version 0.4.0 ${flags}`
  assert.match(values.stdout, /^greeting: good morning$/m)

  say('It is what a push would have made of it')
  const served = await servedTo(helm, '/v2/team/web/manifests/0.4.0')
  assert.equal(digestIn(pulled), served.digest)
  const created = new Date(parseManifest(served).annotations?.['org.opencontainers.image.created'] ?? '')
  utimesSync(join(folder, 'web-0.4.0.tgz'), created, created)
  const pushed = await sh`helm push web-0.4.0.tgz oci://${host}/again ${flags}`
  // helm 3.8 writes no annotations.
  assert.equal(digestIn(pushed) === served.digest, version.annotates)
  show('upload a chart with cm-push')
}
