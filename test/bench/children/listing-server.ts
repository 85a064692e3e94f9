// Fills a store, opens it anew where it can be, and serves it.
import { createHash } from 'node:crypto'
import { startRegistry } from '../../../harness/index.js'
import { diskStore, memoryStore, type Digest, type Store } from '../../../src/index.js'

const [folder = '', tags = '0', repositories = '0'] = process.argv.slice(2)
const tagsAtOnce = 100
const repositoriesAtOnce = 64

const bytes = Buffer.from(JSON.stringify({ mediaType: 'application/vnd.bench.listing+json' }))
const digest: Digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`

const padded = (index: number): string => String(index).padStart(6, '0')
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

async function put(store: Store, repository: string, names: readonly string[]): Promise<void> {
  const entry = { digest, mediaType: 'application/vnd.bench.listing+json', size: bytes.length, references: [] }
  await store.putManifest(repository, { entry, bytes, tags: names, requires: { blobs: [], manifests: [] }, at: 0 })
}

async function fill(store: Store): Promise<void> {
  for (let done = 0; done < Number(tags); done += tagsAtOnce) {
    const names = range(done, Math.min(done + tagsAtOnce, Number(tags))).map((index) => `v${padded(index)}`)
    await put(store, 'bench/tags', names)
  }
  for (let done = 0; done < Number(repositories); done += repositoriesAtOnce) {
    const some = range(done, Math.min(done + repositoriesAtOnce, Number(repositories)))
    await Promise.all(some.map((index) => put(store, `bench/r${padded(index)}`, ['latest'])))
  }
}

let store: Store = folder === '' ? memoryStore() : diskStore(folder)
await fill(store)
if (folder !== '') {
  await store.close()
  store = diskStore(folder)
}
const { url } = await startRegistry({ storage: store, unref: false })
process.stdout.write(`listening on ${url}\n`)
// Nobody is there to stop it any more.
process.stdin.resume().once('end', () => process.exit())
