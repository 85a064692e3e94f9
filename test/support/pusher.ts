import { manifestPush, pushBlob, putManifest, randomContent } from '../../src/store/contract/case.js'
import { diskStore } from '../../src/store/disk/store.js'

/**
 * Pushes images into a folder, several at a time and without end, and writes a line for each when it is acknowledged.
 * Somebody kills it.
 */
const store = diskStore(process.argv[2] as string)

async function push(worker: number): Promise<never> {
  for (let n = 0; ; n++) {
    const text = randomContent(200 + worker * 20_000).toString('hex')
    const blob = await pushBlob(store, 'team/app', text)
    const tag = `w${worker}-${n}`
    const manifest = manifestPush(JSON.stringify({ tag, blob }), {
      tags: [tag],
      references: [blob],
      requires: { blobs: [blob], manifests: [] },
    })
    await putManifest(store, 'team/app', manifest)
    process.stdout.write(`${JSON.stringify({ tag, manifest: manifest.entry.digest, blob, text })}\n`)
  }
}

for (let worker = 0; worker < 4; worker++) void push(worker)
