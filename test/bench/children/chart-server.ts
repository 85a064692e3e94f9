// Fills a memory store with versions of charts, and serves them.
import { startRegistry } from '../../../harness/index.js'
import { memoryStore } from '../../../src/index.js'
import { chartManifest } from '../../../src/helm/repository/manifest.js'
import { manifestPush } from '../../../src/store/manifest.js'
import { putBlob } from '../../../src/store/put-blob.js'
import { digestOf } from '../../../src/store/hashing.js'

const [charts = '0', versions = '0'] = process.argv.slice(2)
const store = memoryStore()
const description = 'A chart of a size that charts have, with a sentence or two in its description.'
const about = { apiVersion: 'v2', appVersion: '1.25', description, keywords: ['bench'], home: 'https://example.org' }

for (let chart = 0; chart < Number(charts); chart++) {
  for (let version = 0; version < Number(versions); version++) {
    const metadata = { name: `chart-${chart}`, version: `1.${version}.0`, ...about }
    const bytes = Buffer.from(`${chart} ${version}`)
    const made = chartManifest(metadata, bytes, undefined, '2026-01-02T03:04:05Z')
    const repository = `bench/${metadata.name}`
    for (const blob of made.blobs) await putBlob(store, repository, blob, 0)
    const push = manifestPush(made.bytes, digestOf(made.bytes), made.mediaType)
    await store.putManifest(repository, { ...push, tags: [metadata.version], at: 0 })
  }
}
const { url } = await startRegistry({ storage: store, unref: false })
process.stdout.write(`listening on ${url}\n`)
// Nobody is there to stop it any more.
process.stdin.resume().once('end', () => process.exit())
