import assert from 'node:assert/strict'
import { digestOf } from '../hashing.js'
import { bodyOf, manifestPush, pushBlob, putManifest, readBlob, someDigest, type ContractCase } from './case.js'

const nothing = { blobs: 0, manifests: 0, uploads: 0, bytes: 0 }

/** Garbage collection. */
export const collectionCases: readonly ContractCase[] = [
  {
    name: 'collection takes blobs that no manifest names, and their bytes when nobody else has them',
    async run(open) {
      const store = await open()
      const kept = await pushBlob(store, 'app', 'kept')
      const loose = await pushBlob(store, 'app', 'loose')
      await putManifest(store, 'app', manifestPush('{}', { references: [kept] }))
      assert.deepEqual(await store.collect({ at: 100, grace: 0 }), { ...nothing, blobs: 1, bytes: 5 })
      assert.equal(await store.blob('app', loose, 0), undefined)
      assert.equal((await readBlob(await store.blob('app', kept, 0))).toString(), 'kept')
      assert.deepEqual(await store.collect({ at: 100, grace: 0 }), nothing)
    },
  },
  {
    name: 'collection leaves what a running push needs: what was pushed, mounted or asked about within the grace period',
    async run(open) {
      const store = await open()
      const old = await pushBlob(store, 'app', 'old', 0)
      const asked = await pushBlob(store, 'app', 'asked', 0)
      const young = await pushBlob(store, 'app', 'young', 90)
      await store.mountBlob('other', old, 'app', 95)
      await store.blob('app', asked, 92)
      assert.deepEqual(await store.collect({ at: 100, grace: 20 }), { ...nothing, blobs: 1 })
      assert.equal(await store.blob('app', old, 100), undefined)
      assert.equal((await readBlob(await store.blob('other', old, 100))).toString(), 'old')
      const push = manifestPush('{}', {
        references: [asked, young],
        requires: { blobs: [asked, young], manifests: [] },
        at: 101,
      })
      await putManifest(store, 'app', push)
    },
  },
  {
    name: 'a push that comes while a collection runs is committed whole or told what is missing',
    async run(open) {
      const store = await open()
      for (let round = 0; round < 10; round++) {
        const blob = await pushBlob(store, 'app', `round ${round}`, round)
        const push = manifestPush(`{"round":${round}}`, {
          references: [blob],
          requires: { blobs: [blob], manifests: [] },
          at: round,
        })
        const [, result] = await Promise.all([
          store.collect({ at: round + 1, grace: 0 }),
          store.putManifest('app', push),
          pushBlob(store, 'app', `more ${round}`, round + 2),
        ])
        const there = await store.blob('app', blob, round)
        if (result.committed) assert.equal((await readBlob(there)).toString(), `round ${round}`)
        else assert.deepEqual(result, { committed: false, missing: [blob] })
        assert.equal((await store.manifest('app', push.entry.digest)) !== undefined, result.committed)
      }
    },
  },
  {
    name: 'collection drops upload sessions that nobody wrote to, and no others',
    async run(open) {
      const store = await open()
      const stale = await store.createUpload('app', { at: 0 })
      const fresh = await store.createUpload('app', { at: Date.now() + 1e9 })
      const at = Date.now() + 1e9
      assert.deepEqual(await store.collect({ at, grace: 10 }), { ...nothing, uploads: 1 })
      assert.equal(await store.upload(stale.id), undefined)
      await store.appendUpload(fresh.id, bodyOf('x'), { at })
      assert.deepEqual(await store.finishUpload(fresh.id, digestOf('x'), at), { committed: true, size: 1 })
    },
  },
  {
    name: 'untagged manifests are taken when asked for, but not children, referrers or orphans',
    async run(open) {
      const store = await open()
      const layer = await pushBlob(store, 'app', 'layer')
      const child = await putManifest(store, 'app', manifestPush('{"child":1}', { references: [layer] }))
      const index = await putManifest(store, 'app', manifestPush('{"index":1}', { references: [child], tags: ['1'] }))
      const referrer = await putManifest(store, 'app', manifestPush('{"referrer":1}', { subject: index }))
      const second = await putManifest(store, 'app', manifestPush('{"second":1}', { subject: referrer }))
      const orphan = await putManifest(store, 'app', manifestPush('{"orphan":1}', { subject: someDigest('absent') }))
      const loose = await putManifest(store, 'app', manifestPush('{"loose":1}', { references: [layer] }))
      const looser = await putManifest(store, 'app', manifestPush('{"looser":1}', { subject: loose }))
      const young = await putManifest(store, 'app', manifestPush('{"young":1}', { at: 95 }))
      assert.deepEqual(await store.collect({ at: 100, grace: 10 }), nothing)
      const taken = await store.collect({ at: 100, grace: 10, untagged: true })
      assert.deepEqual(taken, { ...nothing, manifests: 2, bytes: 11 + 12 })
      for (const digest of [child, index, referrer, second, orphan, young])
        assert.ok(await store.manifest('app', digest))
      for (const digest of [loose, looser]) assert.equal(await store.manifest('app', digest), undefined)
      assert.deepEqual((await store.referrers('app', loose, { limit: 9 })).items, [])
    },
  },
]
