import t from 'tap'
import { expiresAfter, expiryOfPush } from '../../src/quay/history/expires-after.js'
import { retag, sweep } from '../../src/quay/history/retag.js'
import { TagHistory } from '../../src/quay/history/tag-history.js'
import type { Digest } from '../../src/route/names.js'
import { memoryStore } from '../../src/store/memory/store.js'
import { pushImage, pushIndex, start } from '../support/quay.js'

const where = 'team/app'
const day = 86_400_000

/** A store and its history; a tag that is gone is remembered for two weeks. */
function remembered(retention = 1_209_600) {
  const store = memoryStore()
  const history = new TagHistory(() => retention)
  store.onChange((change) => history.record(change))
  const push = (at: number, text: string, ...tags: string[]): Promise<Digest> =>
    pushImage({ store, now: at }, where, tags, { text })
  return { store, history, push }
}

void t.test('what each tag pointed at, and until when', async (t) => {
  const { store, history, push } = remembered()
  const one = await push(start, 'one', 'latest', '1')
  const two = await push(start + day, 'two', 'latest')
  await store.deleteTag(where, '1', start + 2 * day)
  t.same(history.list(where, { at: start + 3 * day, page: 1, limit: 10 }).entries, [
    { tag: 'latest', digest: two, start: start + day, end: null, reversion: false },
    { tag: '1', digest: one, start, end: start + 2 * day, reversion: false },
    { tag: 'latest', digest: one, start, end: start + day, reversion: false },
  ])
  t.equal(history.status(where, 'latest', start + 3 * day), 'alive')
  t.equal(history.status(where, '1', start + 3 * day), 'expired')
  t.equal(history.status(where, 'none', start + 3 * day), 'unknown')
  t.equal(history.status('other/app', 'latest', start), 'unknown')
  t.same(history.tagsOf(where, one, start + 3 * day), [])
  t.same(history.tagsOf(where, two, start + 3 * day), ['latest'])
  t.ok(history.remembers(where, one, start + 3 * day))
})

void t.test('pages of it, filtered', async (t) => {
  const { history, push, store } = remembered()
  for (const [index, tag] of ['a', 'b', 'c', 'ab'].entries()) await push(start + index, tag, tag)
  await store.deleteTag(where, 'c', start + 10)
  const list = (page: number, limit: number, rest: object = {}) => {
    const { entries, more } = history.list(where, { at: start + 20, page, limit, ...rest })
    return [entries.map(({ tag }) => tag).join(' '), more]
  }
  t.same(list(1, 3), ['ab c b', true])
  t.same(list(2, 3), ['a', false])
  t.same(list(1, 4), ['ab c b a', false])
  t.same(list(1, 9, { active: true }), ['ab b a', false])
  t.same(list(1, 9, { matches: (tag: string) => tag.includes('b') }), ['ab b', false])
})

void t.test('an image that says when it ends is gone by then, and says so', async (t) => {
  const { store, history, push } = remembered()
  const digest = await push(start, 'one', 'latest')
  await push(start, 'two', 'stays')
  history.expire(where, ['latest'], 60, start)
  t.equal(history.current(where, 'latest', start + 59_999)?.end, start + 60_000)
  await sweep(store, history, start + 59_999)
  t.equal(await store.tag(where, 'latest'), digest)
  t.equal(history.status(where, 'latest', start + 60_000), 'expired', 'before the store is told')
  t.equal([...history.due(start + 60_000)].length, 1)
  await sweep(store, history, start + 90_000)
  t.equal(await store.tag(where, 'latest'), undefined)
  t.not(await store.tag(where, 'stays'), undefined)
  t.equal(history.list(where, { at: start + 90_000, page: 1, limit: 10 }).entries.at(0)?.end, start + 60_000)
  t.equal([...history.due(start + 90_000)].length, 0)
})

void t.test('a push before its end makes a tag new', async (t) => {
  const { store, history, push } = remembered()
  await push(start, 'one', 'latest')
  history.expire(where, ['latest'], 60, start)
  const two = await push(start + 30_000, 'two', 'latest')
  await sweep(store, history, start + day)
  t.equal(await store.tag(where, 'latest'), two)
  history.setEnd(where, 'latest', start + 2 * day, start + day)
  history.setEnd(where, 'latest', null, start + day)
  await sweep(store, history, start + 3 * day)
  t.equal(await store.tag(where, 'latest'), two)
  t.notOk(history.setEnd(where, 'none', null, start))
})

void t.test('what is gone for longer than its namespace wants is forgotten', async (t) => {
  const { store, history, push } = remembered(86_400)
  const digest = await push(start, 'one', 'latest')
  await store.deleteTag(where, 'latest', start)
  t.equal(history.status(where, 'latest', start + day - 1), 'expired')
  t.equal(history.status(where, 'latest', start + day), 'unknown')
  t.notOk(history.remembers(where, digest, start + day))
  t.same(history.list(where, { at: start + day, page: 1, limit: 10 }), { entries: [], more: false })
})

void t.test('a tag goes back to what it was', async (t) => {
  const { store, history, push } = remembered()
  const one = await push(start, 'one', 'latest')
  await push(start + day, 'two', 'latest')
  t.ok(await retag(store, where, { tag: 'latest', digest: one, at: start + 2 * day }))
  history.markReversion(where, 'latest')
  t.equal(await store.tag(where, 'latest'), one)
  t.match(history.current(where, 'latest', start + 2 * day), { digest: one, start: start + 2 * day, reversion: true })
  t.notOk(await retag(store, where, { tag: 'latest', digest: `sha256:${'0'.repeat(64)}`, at: start }))
})

void t.test('what happened in the same moment is listed in its order', async (t) => {
  const { history, push } = remembered()
  const [one, two, three] = [
    await push(start, 'one', 'latest'),
    await push(start, 'two', 'latest'),
    await push(start, 'three', 'latest', 'a'),
  ]
  const { entries } = history.list(where, { at: start, page: 1, limit: 10 })
  t.same(
    entries.map(({ tag, digest }) => [tag, digest]),
    [
      ['a', three],
      ['latest', three],
      ['latest', two],
      ['latest', one],
    ],
  )
})

void t.test('a manifest that is deleted takes its tags with it', async (t) => {
  const { store, history, push } = remembered()
  const one = await push(start, 'one', 'a', 'b')
  await store.deleteManifest(where, one, start + day)
  t.equal(history.status(where, 'a', start + day), 'expired')
  t.equal(history.status(where, 'b', start + day), 'expired')
  history.forget(where, 'a')
  t.equal(history.status(where, 'a', start + day), 'unknown')
  t.equal(history.status(where, 'b', start + day), 'expired')
  history.forget(where)
  t.equal(history.status(where, 'b', start + day), 'unknown')
})

void t.test('a history is plain data that another one can go on from', async (t) => {
  const { store, history, push } = remembered()
  await push(start, 'one', 'latest', 'soon')
  await push(start + 1000, 'two', 'latest')
  history.expire(where, ['soon'], 60, start + 1000)
  const other = new TagHistory(() => 1_209_600)
  other.load(JSON.parse(JSON.stringify(history.dump())) as ReturnType<TagHistory['dump']>)
  t.same(other.dump(), history.dump())
  t.equal(other.status(where, 'latest', start + day), 'alive')
  await sweep(store, other, start + 59_999)
  t.not(await store.tag(where, 'soon'), undefined)
  await sweep(store, other, start + 60_000)
  t.equal(await store.tag(where, 'soon'), undefined)
})

void t.test('quay.expires-after', async (t) => {
  for (const [value, seconds] of [
    ['20s', 20],
    ['5m', 300],
    ['3h', 10_800],
    ['1d', 86_400],
    ['2w', 1_209_600],
    ['1y', 31_536_000],
    ['', undefined],
    ['2', undefined],
    ['w2', undefined],
    ['-1d', undefined],
    ['1.5d', undefined],
    [3, undefined],
  ] as const) {
    t.equal(expiresAfter({ 'quay.expires-after': value }), seconds, String(value))
  }
  t.equal(expiresAfter({}), undefined)
})

void t.test('what a push says of its end', async (t) => {
  const store = memoryStore()
  const push = (text: string, image: object) => pushImage({ store, now: start }, where, [], { text, ...image })
  const day = await push('day', { labels: { 'quay.expires-after': '1d' } })
  const alsoDay = await push('also', { annotations: { 'quay.expires-after': '24h' } })
  const week = await push('week', { labels: { 'quay.expires-after': '1w' } })
  const never = await push('never', {})
  for (const [digest, seconds] of [
    [day, 86_400],
    [alsoDay, 86_400],
    [week, 604_800],
    [never, undefined],
    [await pushIndex({ store, now: start }, where, [day, alsoDay]), 86_400],
    [await pushIndex({ store, now: start }, where, [day, week]), undefined],
    [await pushIndex({ store, now: start }, where, [day, never]), undefined],
    [await pushIndex({ store, now: start }, where, []), undefined],
  ] as const) {
    t.equal(await expiryOfPush(store, where, digest, start), seconds)
  }
})
