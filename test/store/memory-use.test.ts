import { createHash } from 'node:crypto'
import t from 'tap'
import { diskStore } from '../../src/store/disk/store.js'
import { folderFor } from '../support/registries.js'

void t.test('a blob of 256 MiB goes through the disk store in little memory', async (t) => {
  const store = diskStore(folderFor(t))
  t.teardown(() => store.close())
  const piece = Buffer.alloc(64 << 10, 'start-registry ')
  const pieces = 4096
  const before = process.memoryUsage().rss
  let most = 0
  async function* body(): AsyncGenerator<Buffer, void, undefined> {
    for (let n = 0; n < pieces; n++) {
      if (n % 256 === 0) most = Math.max(most, process.memoryUsage().rss)
      yield Buffer.from(piece)
    }
  }
  const { id } = await store.createUpload('app', { at: 0 })
  await store.appendUpload(id, body(), { at: 0 })
  const hash = createHash('sha256')
  for (let n = 0; n < pieces; n++) hash.update(piece)
  const digest = `sha256:${hash.digest('hex')}` as const
  t.same(await store.finishUpload(id, digest, 0), { committed: true, size: pieces * piece.length })

  const blob = await store.blob('app', digest, 0)
  const read = createHash('sha256')
  const stream = blob?.read(0, blob.size - 1)
  if (!stream || Buffer.isBuffer(stream)) throw new Error('a large blob must be a stream')
  for await (const chunk of stream as AsyncIterable<Buffer>) read.update(chunk)
  most = Math.max(most, process.memoryUsage().rss)
  t.equal(`sha256:${read.digest('hex')}`, digest)
  t.ok(most - before < 96 << 20, `${(most - before) >> 20} MiB more for a blob of 256 MiB`)
})
