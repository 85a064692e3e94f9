import assert from 'node:assert/strict'
import { digestOf } from '../hashing.js'
import { bodyOf, manifestPush, pushBlob, putManifest, randomContent, readBlob, type ContractCase } from './case.js'

/** Blobs: content, sharing, mounting. */
export const blobCases: readonly ContractCase[] = [
  {
    name: 'a blob comes back whole and in parts, whatever its size',
    async run(open) {
      const store = await open()
      for (const size of [1, 100, 64 << 10, (64 << 10) + 2, 3 << 20]) {
        const bytes = randomContent(size)
        const digest = await pushBlob(store, 'app', bytes)
        const blob = await store.blob('app', digest, 0)
        assert.equal(blob?.size, size)
        assert.ok((await readBlob(blob)).equals(bytes))
        const middle = size >> 1
        assert.ok((await readBlob(blob, middle, size - 1)).equals(bytes.subarray(middle)))
        assert.ok((await readBlob(blob, 0, 0)).equals(bytes.subarray(0, 1)))
      }
    },
  },
  {
    name: 'a blob of no bytes is a blob',
    async run(open) {
      const store = await open()
      const digest = await pushBlob(store, 'app', '')
      assert.equal(digest, 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
      assert.equal((await store.blob('app', digest, 0))?.size, 0)
    },
  },
  {
    name: 'a blob that came in many chunks is one blob',
    async run(open) {
      const store = await open()
      const chunks = Array.from({ length: 40 }, () => randomContent(64 << 10))
      const { id } = await store.createUpload('app', { at: 0 })
      await store.appendUpload(id, bodyOf(...chunks), { at: 0 })
      const bytes = Buffer.concat(chunks)
      await store.finishUpload(id, digestOf(bytes), 0)
      const blob = await store.blob('app', digestOf(bytes), 0)
      assert.ok((await readBlob(blob)).equals(bytes))
      assert.ok((await readBlob(blob, 65_000, 1_000_000)).equals(bytes.subarray(65_000, 1_000_001)))
    },
  },
  {
    name: 'a blob is readable only where it was pushed or mounted',
    async run(open) {
      const store = await open()
      const digest = await pushBlob(store, 'one', 'secret')
      assert.equal(await store.blob('two', digest, 0), undefined)
      assert.equal(await store.mountBlob('two', digest, 'three', 0), false)
      assert.equal(await store.blob('two', digest, 0), undefined)
      assert.equal(await store.mountBlob('two', digest, 'one', 0), true)
      assert.equal((await readBlob(await store.blob('two', digest, 0))).toString(), 'secret')
    },
  },
  {
    name: 'deleting a blob takes it from one repository and leaves it in the others',
    async run(open) {
      const store = await open()
      const digest = await pushBlob(store, 'one', 'shared')
      await store.mountBlob('two', digest, 'one', 0)
      assert.equal(await store.deleteBlob('one', digest, 0), true)
      assert.equal(await store.deleteBlob('one', digest, 0), false)
      assert.equal(await store.blob('one', digest, 0), undefined)
      assert.equal((await readBlob(await store.blob('two', digest, 0))).toString(), 'shared')
    },
  },
  {
    name: 'the holders of a blob are the repositories that have it now',
    async run(open) {
      const store = await open()
      const digest = await pushBlob(store, 'one', 'held')
      await store.mountBlob('two', digest, 'one', 0)
      await store.mountBlob('three', digest, 'one', 0)
      await store.deleteBlob('one', digest, 0)
      const holders: string[] = []
      for await (const holder of store.holders(digest)) holders.push(holder)
      assert.deepEqual(holders.toSorted(), ['three', 'two'])
      const unknown: string[] = []
      for await (const holder of store.holders(digestOf('nobody has this'))) unknown.push(holder)
      assert.deepEqual(unknown, [])
    },
  },
  {
    name: 'the same bytes may be a blob and a manifest',
    async run(open) {
      const store = await open()
      const text = `{"padding":"${'x'.repeat(2 << 20)}"}`
      await pushBlob(store, 'app', text)
      const digest = await putManifest(store, 'app', manifestPush(text))
      await store.deleteBlob('app', digest, 0)
      assert.equal((await store.manifestBytes('app', digest))?.toString(), text)
      assert.equal(await store.blob('app', digest, 0), undefined)
    },
  },
]
