import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseManifest, sha256 } from '../served.js'
import { assertAsked, digestIn, servedTo, type Helm } from './helm.js'

/** Makes a chart that needs the one that was pushed: `update` looks for a version, `build` gets the one that it locked. */
export async function dependencies(helm: Helm, digest: string): Promise<void> {
  const { say, sh, host, flags, folder, read, write, heard, version, show } = helm
  const { layers = [] } = parseManifest(await servedTo(helm, '/v2/team/web/manifests/0.1.0'))
  const assertHasChart = (): void => {
    assert.deepEqual(readdirSync(join(folder, 'app/charts')), ['web-0.1.0.tgz'])
    assert.equal(sha256(read('app/charts/web-0.1.0.tgz')), layers[0]?.digest)
  }

  say('A chart that depends on it')
  write('app/Chart.yaml', appChart(`oci://${host}/team`))
  const [updated, looked] = await heard.during(() => sh`helm dependency update app ${flags}`)
  assert.equal(digestIn(updated), digest)
  assertHasChart()
  assertAsked(helm, looked, version.asks.pullRange)
  const lock = read('app/Chart.lock').toString()
  assert.match(lock, new RegExp(`^- name: web\n {2}repository: oci://${host}/team\n {2}version: 0\\.1\\.0\n`, 'm'))

  rmSync(join(folder, 'app/charts'), { recursive: true })
  const [built, got] = await heard.during(() => sh`helm dependency build app ${flags}`)
  assert.equal(digestIn(built), digest)
  assertHasChart()
  assertAsked(helm, got, version.asks.pull)
  assert.equal(read('app/Chart.lock').toString(), lock)

  const list = await sh`helm dependency list app`
  const [, row = ''] = list.stdout.split('\n')
  assert.deepEqual(
    row.split('\t').map((cell) => cell.trim()),
    ['web', '^0.1', `oci://${host}/team`, 'ok'],
  )
  show('update and build dependencies')
}

const appChart = (repository: string): string => `apiVersion: v2
name: app
version: 0.2.0
dependencies:
- name: web
  version: ^0.1
  repository: ${repository}
`
