import t from 'tap'
import { nearest } from '../../src/protocol/nearest.js'

void t.test('what was most likely meant', async (t) => {
  const names = ['port', 'host', 'storage', 'accounts']
  for (const [word, expected] of [
    ['prot', 'port'],
    ['PORT', 'port'],
    ['storge', 'storage'],
    ['stroage', 'storage'],
    ['acounts', 'accounts'],
    ['po', undefined],
    ['banana', undefined],
    ['', undefined],
  ] as const) {
    t.equal(nearest(word, names), expected, word)
  }
})
