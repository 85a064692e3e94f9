import assert from 'node:assert/strict'
import type { Digest } from '../../route/names.js'
import type { CommittedChange } from '../store.js'
import { manifestPush, putManifest, pushBlob, someDigest, type ContractCase } from './case.js'

const all = { limit: 1000 }

/** Manifests, tags, referrers and listings. */
export const manifestCases: readonly ContractCase[] = [
  {
    name: 'a manifest comes back as it was pushed, by tag and by digest',
    async run(open) {
      const store = await open()
      const push = manifestPush('{ "a" : 1, "a" : 2 }\n', { tags: ['1', 'latest'], at: 7, artifactType: 'x/y' })
      const digest = await putManifest(store, 'team/app', push)
      assert.equal(await store.tag('team/app', '1'), digest)
      assert.equal(await store.tag('team/app', 'latest'), digest)
      assert.deepEqual(await store.manifest('team/app', digest), { ...push.entry, at: 7 })
      assert.equal((await store.manifestBytes('team/app', digest))?.toString(), '{ "a" : 1, "a" : 2 }\n')
    },
  },
  {
    name: 'a manifest belongs to its repository alone',
    async run(open) {
      const store = await open()
      const digest = await putManifest(store, 'one', manifestPush('{}', { tags: ['1'] }))
      assert.equal(await store.manifest('two', digest), undefined)
      assert.equal(await store.manifestBytes('two', digest), undefined)
      assert.equal(await store.tag('two', '1'), undefined)
      assert.equal(await store.tags('two', all), undefined)
    },
  },
  {
    name: 'a push whose blobs or children are missing changes nothing',
    async run(open) {
      const store = await open()
      const there = await pushBlob(store, 'app', 'there')
      const [blob, child] = [someDigest('blob'), someDigest('child')]
      const push = manifestPush('{}', { tags: ['1'], requires: { blobs: [there, blob], manifests: [child] } })
      assert.deepEqual(await store.putManifest('app', push), { committed: false, missing: [blob, child] })
      assert.equal(await store.tag('app', '1'), undefined)
      assert.equal(await store.manifest('app', push.entry.digest), undefined)
    },
  },
  {
    name: 'a tag is written by compare-and-set when the push asks for it',
    async run(open) {
      const store = await open()
      const one = await putManifest(store, 'app', manifestPush('{"n":1}', { tags: ['t'], expected: null }))
      const late = manifestPush('{"n":2}', { tags: ['t'], expected: null })
      assert.deepEqual(await store.putManifest('app', late), { committed: false, current: one })
      assert.equal(await store.manifest('app', late.entry.digest), undefined)
      const two = await putManifest(store, 'app', manifestPush('{"n":2}', { tags: ['t'], expected: one }))
      assert.equal(await store.tag('app', 't'), two)
    },
  },
  {
    name: 'of many pushes that expect the same tag, one is committed',
    async run(open) {
      const store = await open()
      const pushes = Array.from({ length: 20 }, (_, n) => manifestPush(`{"n":${n}}`, { tags: ['t'], expected: null }))
      const results = await Promise.all(pushes.map(async (push) => store.putManifest('app', push)))
      assert.equal(results.filter(({ committed }) => committed).length, 1)
      const winner = pushes[results.findIndex(({ committed }) => committed)]
      assert.equal(await store.tag('app', 't'), winner?.entry.digest)
    },
  },
  {
    name: 'deleting a manifest deletes its tags and no others',
    async run(open) {
      const store = await open()
      const one = await putManifest(store, 'app', manifestPush('{"n":1}', { tags: ['a', 'b'] }))
      const two = await putManifest(store, 'app', manifestPush('{"n":2}', { tags: ['b', 'c'] }))
      assert.equal(await store.deleteManifest('app', one, 0), true)
      assert.equal(await store.deleteManifest('app', one, 0), false)
      assert.deepEqual(await store.tags('app', all), { items: ['b', 'c'], more: false })
      assert.equal(await store.tag('app', 'b'), two)
    },
  },
  {
    name: 'deleting a tag leaves the manifest, and may be made to depend on what it points at',
    async run(open) {
      const store = await open()
      const digest = await putManifest(store, 'app', manifestPush('{}', { tags: ['a', 'b'] }))
      assert.equal(await store.deleteTag('app', 'a', 0, someDigest('another')), digest)
      assert.equal(await store.tag('app', 'a'), digest)
      assert.equal(await store.deleteTag('app', 'a', 0, digest), digest)
      assert.equal(await store.deleteTag('app', 'a', 0), undefined)
      assert.equal(await store.tag('app', 'b'), digest)
      assert.ok(await store.manifest('app', digest))
    },
  },
  {
    name: 'tags are listed in ASCII order, in pages, from behind any text',
    async run(open) {
      const store = await open()
      await putManifest(store, 'app', manifestPush('{}', { tags: ['b', 'B', '10', '9', 'a.1', '_x', 'a'] }))
      const sorted = ['10', '9', 'B', '_x', 'a', 'a.1', 'b']
      assert.deepEqual(await store.tags('app', all), { items: sorted, more: false })
      assert.deepEqual(await store.tags('app', { limit: 2 }), { items: ['10', '9'], more: true })
      assert.deepEqual(await store.tags('app', { after: 'C', limit: 2 }), { items: ['_x', 'a'], more: true })
      assert.deepEqual(await store.tags('app', { after: 'a.1', limit: 1 }), { items: ['b'], more: false })
      assert.deepEqual(await store.tags('app', { after: 'b', limit: 9 }), { items: [], more: false })
      assert.deepEqual(await store.tags('app', { limit: 0 }), { items: [], more: true })
    },
  },
  {
    name: 'repositories are listed in order while they hold something',
    async run(open) {
      const store = await open()
      const digest = await putManifest(store, 'b/app', manifestPush('{}'))
      const blob = await pushBlob(store, 'a', 'blob')
      await putManifest(store, 'b-app', manifestPush('{}', { tags: ['1'] }))
      assert.deepEqual(await store.repositories(all), { items: ['a', 'b-app', 'b/app'], more: false })
      assert.deepEqual(await store.repositories({ after: 'a', limit: 1 }), { items: ['b-app'], more: true })
      await store.deleteManifest('b/app', digest, 0)
      await store.deleteBlob('a', blob, 0)
      assert.deepEqual(await store.repositories(all), { items: ['b-app'], more: false })
      await putManifest(store, 'b/app', manifestPush('{}'))
      assert.deepEqual(await store.repositories(all), { items: ['b-app', 'b/app'], more: false })
    },
  },
  {
    name: 'referrers are kept by subject, whether it is there or not, and go with themselves',
    async run(open) {
      const store = await open()
      const subject = someDigest('subject')
      const facts = { subject, artifactType: 'application/x', annotations: { a: 'b' } }
      const pushes = ['1', '2', '3'].map((n) => manifestPush(`{"n":${n}}`, facts))
      for (const push of pushes) await putManifest(store, 'app', push)
      await putManifest(store, 'app', manifestPush('{"n":4}', { subject: someDigest('other') }))
      const expected = pushes
        .map(({ entry: { mediaType, digest, size, artifactType, annotations } }) => ({
          mediaType,
          digest,
          size,
          artifactType,
          annotations,
        }))
        .toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
      assert.deepEqual(await store.referrers('app', subject, all), { items: expected, more: false })
      const [first, second] = expected
      assert.deepEqual(await store.referrers('app', subject, { after: first?.digest, limit: 1 }), {
        items: [second],
        more: true,
      })
      await store.deleteManifest('app', second?.digest as typeof subject, 0)
      assert.equal((await store.referrers('app', subject, all)).items.length, 2)
      assert.deepEqual(await store.referrers('other', subject, all), { items: [], more: false })
    },
  },
  {
    name: 'the parents of a manifest are the indexes that name it, as long as they are there',
    async run(open) {
      const store = await open()
      const child = someDigest('child')
      const list = 'application/vnd.docker.distribution.manifest.list.v2+json'
      const index = { mediaType: 'application/vnd.oci.image.index.v1+json', references: [child, someDigest('other')] }
      const pushes = [
        manifestPush('{"n":1}', index),
        manifestPush('{"n":2}', { ...index, mediaType: list }),
        manifestPush('{"n":3}', { ...index, tags: ['3'] }),
      ]
      for (const push of pushes) await putManifest(store, 'app', push)
      await putManifest(store, 'app', manifestPush('{"n":4}', { references: [child] }))
      const expected = pushes.map(({ entry }) => entry.digest).toSorted()
      assert.deepEqual(await store.parents('app', child, all), { items: expected, more: false })
      const [first, second] = expected
      assert.deepEqual(await store.parents('app', child, { after: first, limit: 1 }), { items: [second], more: true })
      await store.deleteManifest('app', second as typeof child, 0)
      assert.equal((await store.parents('app', child, all)).items.length, 2)
      assert.equal((await store.parents('app', someDigest('other'), all)).items.length, 2)
      assert.deepEqual(await store.parents('two', child, all), { items: [], more: false })
    },
  },
  {
    name: 'each committed change is told once, in order, as plain data',
    async run(open) {
      const store = await open()
      const seen: CommittedChange[] = []
      const stop = store.onChange((change) => seen.push(change))
      const blob = await pushBlob(store, 'app', 'blob', 1)
      const push = manifestPush('{}', { tags: ['1', '2'], references: [blob], at: 2 })
      const digest = await putManifest(store, 'app', push)
      await store.putManifest('app', manifestPush('{"no":1}', { requires: { blobs: [digest], manifests: [] } }))
      await store.deleteTag('app', '2', 3)
      await store.deleteManifest('app', digest, 4)
      await store.deleteBlob('app', blob, 5)
      stop()
      await pushBlob(store, 'app', 'more', 6)
      assert.deepEqual(JSON.parse(JSON.stringify(seen)), [
        { repository: 'app', at: 1, change: { type: 'blob.linked', digest: blob, size: 4 } },
        { repository: 'app', at: 2, change: { type: 'manifest.put', entry: push.entry, tags: ['1', '2'] } },
        { repository: 'app', at: 3, change: { type: 'tag.deleted', tag: '2', digest } },
        { repository: 'app', at: 4, change: { type: 'manifest.deleted', digest, tags: ['1'] } },
        { repository: 'app', at: 5, change: { type: 'blob.unlinked', digest: blob } },
      ])
    },
  },
  {
    name: 'manifests are listed by digest, tagged or not, a page at a time',
    async run(open) {
      const store = await open()
      assert.equal(await store.manifests('app', { limit: 10 }), undefined)
      const pushed = [1, 2, 3].map((n) => manifestPush(`{"n":${n}}`, { tags: n === 1 ? ['x'] : [], at: n }))
      for (const push of pushed) await putManifest(store, 'app', push)
      const sorted = pushed.map(({ entry }) => entry.digest).toSorted()
      const first = await store.manifests('app', { limit: 2 })
      assert.deepEqual([first?.items.map(({ digest }) => digest), first?.more], [sorted.slice(0, 2), true])
      const rest = await store.manifests('app', { limit: 2, after: sorted[1] })
      assert.deepEqual([rest?.items.map(({ digest }) => digest), rest?.more], [sorted.slice(2), false])
      const [entry] = rest?.items ?? []
      assert.deepEqual(entry, await store.manifest('app', sorted[2] as Digest))
    },
  },
]
