import assert from 'node:assert/strict'
import { ask, sha256, type Descriptor } from '../served.js'
import type { Repositories } from './repository.js'

// Every character below 0x100, and those that parsers of YAML stumble over.
const weird = `${Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code)).join('')}\u2028\u2029\ufeff\uffff😀`

/** What Chart.yaml might say, by somebody who wants nobody to read the index that it is in. */
const config = JSON.stringify({
  name: 'evil',
  version: '1.0.0',
  apiVersion: 'v2',
  unknown: 1,
  urls: 'nowhere',
  created: 'never',
  removed: 'perhaps',
  description: weird,
  appVersion: 1.5,
  keywords: [
    '<<',
    '~',
    'null',
    'yes',
    '1e3',
    '- a',
    '? b',
    'a: b',
    'a #b',
    '&a',
    '*a',
    '!!str',
    '%YAML',
    '@',
    '---\n...',
    '',
  ],
  annotations: { ['k'.repeat(3000)]: 'v', '<<': 'merge', y: 'n', '': 'empty', [weird]: weird, '? q': 'x', '=': '=' },
  maintainers: [{}, { name: 'A', email: weird, more: 1 }],
  dependencies: [{ name: 'd', 'import-values': ['a', { '<<': { a: [[], {}, null] } }, [[1.5]]] }],
})

/** One chart that was made to break it leaves an index as good as it was. */
export async function hostileChart({ say, sh, registry, account, show }: Repositories): Promise<void> {
  say('A chart that was made to break the index')
  const post = async (bytes: string, mediaType: string): Promise<Descriptor> => {
    const digest = sha256(bytes)
    const { status } = await ask(registry, `/v2/team/evil/blobs/uploads/?digest=${digest}`, {
      account,
      method: 'POST',
      body: bytes,
    })
    assert.equal(status, 201)
    return { mediaType, digest, size: Buffer.byteLength(bytes) }
  }
  const manifest = {
    schemaVersion: 2,
    config: await post(config, 'application/vnd.cncf.helm.config.v1+json'),
    layers: [await post('no package', 'application/vnd.cncf.helm.chart.content.v1.tar+gzip')],
    annotations: { 'org.opencontainers.image.created': '2026-02-30T00:00:00Z' },
  }
  const { status } = await ask(registry, '/v2/team/evil/manifests/1.0.0', {
    account,
    method: 'PUT',
    type: 'application/vnd.oci.image.manifest.v1+json',
    body: JSON.stringify(manifest),
  })
  assert.equal(status, 201)
  await sh`helm repo update team`
  const { stdout } = await sh`helm search repo team/ --output json`
  const found = JSON.parse(stdout) as readonly { readonly name: string }[]
  assert.deepEqual(
    found.map(({ name }) => name),
    ['team/evil', 'team/web'],
  )
  show('read an index that a hostile chart is in')
}
