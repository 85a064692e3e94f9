import t from 'tap'
import { Ordered } from '../../src/store/ordered.js'

// A generator of numbers with a seed (Park and Miller's), so that a failure can be had again.
function* numbers(seed: number): Generator<number, never, undefined> {
  for (let state = seed; ;) yield (state = (state * 48_271) % 2_147_483_647)
}

void t.test('behaves as a sorted Map through thousands of random changes', async (t) => {
  const random = numbers(42)
  const model = new Map<string, number>()
  let map = new Ordered<number>()
  for (let step = 0; step < 5000; step++) {
    const key = `k${random.next().value % 700}`
    if (random.next().value % 3 === 0) {
      model.delete(key)
      map = map.without(key)
    } else {
      model.set(key, step)
      map = map.with(key, step)
    }
    if (step % 250 !== 0) continue
    const sorted = [...model].toSorted(([a], [b]) => (a < b ? -1 : 1))
    t.same([...map.entries()], sorted)
    t.equal(map.size, model.size)
    t.same(
      [...map.entries('k35')],
      sorted.filter(([name]) => name > 'k35'),
    )
  }
})

void t.test('a change leaves the old map as it was', async (t) => {
  const one = new Ordered<number>().with('a', 1).with('b', 2)
  const two = one.with('a', 9).without('b').with('c', 3)
  t.same(
    [...one.entries()],
    [
      ['a', 1],
      ['b', 2],
    ],
  )
  t.same(
    [...two.entries()],
    [
      ['a', 9],
      ['c', 3],
    ],
  )
  t.equal(one.without('zzz'), one)
})

void t.test('stays shallow when keys come in order', async (t) => {
  let map = new Ordered<number>()
  for (let n = 0; n < 20_000; n++) map = map.with(String(n).padStart(6, '0'), n)
  t.equal(map.get('010000'), 10_000)
  t.ok(depth(map) <= 30, `${depth(map)} levels for 20,000 keys`)
})

void t.test('entries of a prefix', async (t) => {
  const map = ['a 1', 'a 2', 'a 3', 'b 1', 'aa 1'].reduce((all, key) => all.with(key, 1), new Ordered<number>())
  t.same(
    Array.from(map.startingWith('a '), ([key]) => key),
    ['a 1', 'a 2', 'a 3'],
  )
  t.same(
    Array.from(map.startingWith('a ', '2'), ([key]) => key),
    ['a 3'],
  )
  t.same([...map.startingWith('c ')], [])
})

// How many comparisons the worst key costs, counted by a key that lies about nothing but notes each comparison.
function depth(map: Ordered<number>): number {
  let most = 0
  for (const [key] of map.entries()) {
    let count = 0
    const spy = { [Symbol.toPrimitive]: () => (count++, key) }
    map.get(spy as unknown as string)
    most = Math.max(most, count)
  }
  return most
}
