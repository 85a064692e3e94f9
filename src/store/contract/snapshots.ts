import assert from 'node:assert/strict'
import { digestOf } from '../hashing.js'
import { bodyOf, manifestPush, pushBlob, readBlob, type ContractCase } from './case.js'

/** What a store must do that can go back; one that cannot passes. */
export const snapshotCases: readonly ContractCase[] = [
  {
    name: 'a restored snapshot is all that was there, and nothing else',
    async run(open) {
      const store = await open()
      if (!store.snapshots) return
      const kept = await pushBlob(store, 'team/app', 'kept')
      const first = manifestPush('{"a":1}', { tags: ['1', 'latest'], references: [kept] })
      await store.putManifest('team/app', first)
      const snapshot = await store.snapshots.take()
      const second = manifestPush('{"a":2}', { tags: ['2', 'latest'] })
      await store.putManifest('team/app', second)
      await store.deleteTag('team/app', '1', 0)
      await store.deleteBlob('team/app', kept, 0)
      await store.putManifest('other', manifestPush('{}', { tags: ['x'] }))
      await store.collect({ at: 1_000_000, grace: 0, untagged: true })
      await store.snapshots.restore(snapshot)
      assert.deepEqual((await store.repositories({ limit: 10 })).items, ['team/app'])
      assert.deepEqual((await store.tags('team/app', { limit: 10 }))?.items, ['1', 'latest'])
      assert.equal(await store.tag('team/app', 'latest'), first.entry.digest)
      assert.equal(await store.manifest('team/app', second.entry.digest), undefined)
      assert.deepEqual(await store.manifestBytes('team/app', first.entry.digest), first.bytes)
      assert.equal(String(await readBlob(await store.blob('team/app', kept, 0))), 'kept')
      const holders: string[] = []
      for await (const holder of store.holders(kept)) holders.push(holder)
      assert.deepEqual(holders, ['team/app'])
      assert.equal(await store.tags('other', { limit: 10 }), undefined)
    },
  },
  {
    name: 'a snapshot can be restored again and again, and is told of each time',
    async run(open) {
      const store = await open()
      if (!store.snapshots) return
      const empty = await store.snapshots.take()
      let told = 0
      const stop = store.snapshots.onRestore(() => told++)
      for (let round = 1; round <= 3; round++) {
        await store.putManifest('app', manifestPush(`{"round":${round}}`, { tags: ['1'] }))
        assert.deepEqual((await store.repositories({ limit: 10 })).items, ['app'])
        await store.snapshots.restore(empty)
        assert.deepEqual((await store.repositories({ limit: 10 })).items, [])
        assert.equal(told, round)
      }
      stop()
      await store.snapshots.restore(empty)
      assert.equal(told, 3)
    },
  },
  {
    name: 'a restore ends upload sessions, and changes go on after it',
    async run(open) {
      const store = await open()
      if (!store.snapshots) return
      const snapshot = await store.snapshots.take()
      const upload = await store.createUpload('app', { at: 0 })
      await store.appendUpload(upload.id, bodyOf('half'), { at: 0 })
      await store.snapshots.restore(snapshot)
      assert.equal(await store.upload(upload.id), undefined)
      assert.equal(await store.finishUpload(upload.id, digestOf('half'), 0), undefined)
      const digest = await pushBlob(store, 'app', 'half')
      assert.equal((await store.blob('app', digest, 0))?.size, 4)
    },
  },
  {
    name: 'a snapshot of another store is refused',
    async run(open) {
      const [one, other] = [await open(), await open()]
      if (!one.snapshots || !other.snapshots) return
      const snapshot = await other.snapshots.take()
      await assert.rejects(async () => one.snapshots?.restore(snapshot), {
        message: 'this snapshot is of another store',
      })
    },
  },
]
