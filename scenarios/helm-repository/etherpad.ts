import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { digestIn, servedTo } from '../helm-oci/helm.js'
import { alice } from '../people.js'
import { parseManifest, sha256 } from '../served.js'
import { plugin } from './plugin.js'
import type { Repositories } from './repository.js'

const chartFile = `apiVersion: v2
name: etherpad
version: 0.0.4
appVersion: latest
description: A Helm chart for Etherpad Lite
type: application
`

/**
 * Red Hat Quay 3.7, "Using Helm charts with Red Hat Quay", from its first line to its last: a chart of a classic
 * repository is packaged anew, pushed by OCI, deleted and pulled.
 */
export async function etherpad(helm: Repositories): Promise<void> {
  const { say, sh, typed, host, flags, account, folder, read, write, url, repoFlags, show } = helm
  say('A repository that has the chart')
  write('upstream/etherpad/Chart.yaml', chartFile)
  write('upstream/etherpad/values.yaml', 'replicaCount: 1\n')
  write('upstream/etherpad/README.md', '# etherpad\n')
  await plugin(helm)`helm cm-push upstream/etherpad ${url('redhat-cop')}`
  rmSync(join(folder, 'upstream'), { recursive: true })

  say('Add a chart repository')
  const added = await typed`helm repo add redhat-cop ${url('redhat-cop')} ${repoFlags}`
  assert.equal(added.stdout, '"redhat-cop" has been added to your repositories')
  const updated = await sh`helm repo update`
  assert.match(updated.stdout, /^\.\.\.Successfully got an update from the "redhat-cop" chart repository$/m)

  say('Download a chart from it, and package it')
  await sh`helm pull redhat-cop/etherpad --version=0.0.4 --untar`
  assert.equal(read('etherpad/README.md').toString(), '# etherpad\n')
  const packaged = await sh`helm package ./etherpad`
  assert.equal(packaged.stdout, `Successfully packaged chart and saved it to: ${join(folder, 'etherpad-0.0.4.tgz')}`)
  const chart = read('etherpad-0.0.4.tgz')

  say('Log in, and push it')
  if (account !== undefined) {
    await typed`helm registry login ${host} --username ${alice.username} --password-stdin ${flags}`
  }
  const pushed = await sh`helm push etherpad-0.0.4.tgz oci://${host} ${flags}`
  const digest = digestIn(pushed)
  assert.equal(pushed.output, `Pushed: ${host}/etherpad:0.0.4\nDigest: ${digest}`)

  say('Delete the local copy, and pull the chart')
  await sh`rm -rf etherpad-0.0.4.tgz`
  const pulled = await sh`helm pull oci://${host}/etherpad --version 0.0.4 ${flags}`
  assert.equal(pulled.output, `Pulled: ${host}/etherpad:0.0.4\nDigest: ${digest}`)
  assert.deepEqual(read('etherpad-0.0.4.tgz'), chart)
  const served = await servedTo(helm, '/v2/etherpad/manifests/0.0.4')
  assert.equal(sha256(served.bytes), digest)
  assert.equal(parseManifest(served).layers?.[0]?.digest, sha256(chart))

  say('The same from the classic repository of those without an organization')
  rmSync(join(folder, 'etherpad-0.0.4.tgz'))
  await typed`helm repo add library ${url('library')} ${repoFlags}`
  await sh`helm pull library/etherpad --version 0.0.4`
  assert.deepEqual(read('etherpad-0.0.4.tgz'), chart)
  show('pull from a classic repository, push and pull by OCI')
}
