import assert from 'node:assert/strict'
import { digestOf } from '../hashing.js'
import { UploadBusy } from '../store.js'
import { bodyOf, brokenBody, pushBlob, readBlob, someDigest, type ContractCase } from './case.js'

/** Upload sessions. */
export const uploadCases: readonly ContractCase[] = [
  {
    name: 'an upload session knows where it stands and whose it is',
    async run(open) {
      const store = await open()
      const { id } = await store.createUpload('team/app', { owner: 'alice', at: 5 })
      assert.match(id, /^[A-Za-z0-9_-]{22,}$/)
      assert.deepEqual(await store.upload(id), { id, repository: 'team/app', owner: 'alice', offset: 0, at: 5 })
      const appended = await store.appendUpload(id, bodyOf('hello ', 'world'), { offset: 0, at: 6 })
      assert.deepEqual(appended, {
        taken: true,
        upload: { id, repository: 'team/app', owner: 'alice', offset: 11, at: 6 },
      })
      assert.equal((await store.upload(id))?.offset, 11)
      assert.equal(await store.tags('team/app', { limit: 1 }), undefined)
    },
  },
  {
    name: 'a chunk for another offset is not taken',
    async run(open) {
      const store = await open()
      const { id } = await store.createUpload('app', { at: 0 })
      await store.appendUpload(id, bodyOf('0123'), { offset: 0, at: 0 })
      for (const offset of [0, 3, 5]) {
        const { taken, upload } = (await store.appendUpload(id, bodyOf('xx'), { offset, at: 0 })) ?? {}
        assert.deepEqual([taken, upload?.offset], [false, 4])
      }
      await store.appendUpload(id, bodyOf('4567'), { offset: 4, at: 0 })
      assert.deepEqual(await store.finishUpload(id, digestOf('01234567'), 0), { committed: true, size: 8 })
    },
  },
  {
    name: 'what came before a client went away is kept, and the upload goes on from there',
    async run(open) {
      const store = await open()
      const { id } = await store.createUpload('app', { at: 0 })
      await assert.rejects(store.appendUpload(id, brokenBody('ab', 'cd'), { at: 0 }), /the client went away/)
      assert.equal((await store.upload(id))?.offset, 4)
      await store.appendUpload(id, bodyOf('ef'), { offset: 4, at: 0 })
      assert.deepEqual(await store.finishUpload(id, digestOf('abcdef'), 0), { committed: true, size: 6 })
      assert.equal((await readBlob(await store.blob('app', digestOf('abcdef'), 0))).toString(), 'abcdef')
    },
  },
  {
    name: 'bytes with another digest become nothing, and end the session',
    async run(open) {
      const store = await open()
      const { id } = await store.createUpload('app', { at: 0 })
      await store.appendUpload(id, bodyOf('bytes'), { at: 0 })
      assert.deepEqual(await store.finishUpload(id, someDigest('other'), 0), {
        committed: false,
        actual: digestOf('bytes'),
      })
      assert.equal(await store.upload(id), undefined)
      assert.equal(await store.blob('app', someDigest('other'), 0), undefined)
      assert.equal(await store.blob('app', digestOf('bytes'), 0), undefined)
    },
  },
  {
    name: 'an upload may end with a sha512 digest, said beforehand or not',
    async run(open) {
      const store = await open()
      for (const algorithm of ['sha512', undefined] as const) {
        const { id } = await store.createUpload('app', { algorithm, at: 0 })
        await store.appendUpload(id, bodyOf('some ', 'bytes'), { at: 0 })
        const digest = digestOf('some bytes', 'sha512')
        assert.deepEqual(await store.finishUpload(id, digest, 0), { committed: true, size: 10 })
        assert.equal((await readBlob(await store.blob('app', digest, 0))).toString(), 'some bytes')
      }
    },
  },
  {
    name: 'a session that is not there is no session',
    async run(open) {
      const store = await open()
      const { id: gone } = await store.createUpload('app', { at: 0 })
      assert.equal(await store.cancelUpload(gone), true)
      for (const id of [gone, 'no-such-id', '../../etc/passwd', '']) {
        assert.equal(await store.upload(id), undefined)
        assert.equal(await store.appendUpload(id, bodyOf('x'), { at: 0 }), undefined)
        assert.equal(await store.finishUpload(id, digestOf('x'), 0), undefined)
        assert.equal(await store.cancelUpload(id), false)
      }
    },
  },
  {
    name: 'two writers of one session do not mix, and others do not wait for a slow one',
    async run(open) {
      const store = await open()
      const { id } = await store.createUpload('app', { at: 0 })
      let goOn: (() => void) | undefined
      const waiting = new Promise<void>((resolve) => (goOn = resolve))
      async function* slow(): AsyncGenerator<Buffer, void, undefined> {
        yield Buffer.from('slow')
        await waiting
      }
      const first = store.appendUpload(id, slow(), { at: 0 })
      await assert.rejects(store.appendUpload(id, bodyOf('quick'), { at: 0 }), UploadBusy)
      await assert.rejects(store.finishUpload(id, digestOf('slow'), 0), UploadBusy)
      await pushBlob(store, 'app', 'another')
      goOn?.()
      assert.equal((await first)?.upload.offset, 4)
      assert.deepEqual(await store.finishUpload(id, digestOf('slow'), 0), { committed: true, size: 4 })
    },
  },
  {
    name: 'the same blob may be uploaded several times at once',
    async run(open) {
      const store = await open()
      const digests = await Promise.all(Array.from({ length: 8 }, () => pushBlob(store, 'app', 'the same')))
      assert.equal(new Set(digests).size, 1)
      assert.equal((await readBlob(await store.blob('app', digestOf('the same'), 0))).toString(), 'the same')
    },
  },
]
