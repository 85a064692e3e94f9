/**
 * Plays fuzz cases: `npm run fuzz -- [TARGET…] [--count 1000000] [--seed 0] [--from 0]`. Ends with status 1 at the first
 * that goes wrong, which it says how to play again.
 */
import { parseArgs } from 'node:util'
import { play } from './play.js'
import { targets } from './targets.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '0' },
    from: { type: 'string', default: '0' },
  },
})
const chosen = targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (chosen.length < positionals.length || chosen.length === 0) {
  throw new Error(`the targets are ${targets.map(({ name }) => name).join(', ')}`)
}

const [count, seed, first] = [values.count, values.seed, values.from].map(Number) as [number, number, number]
const step = 10_000
const begun = performance.now()
for (let done = 0; done < count; done += step) {
  await play(chosen, { seed, from: first + done, count: Math.min(step, count - done) })
  const seconds = ((performance.now() - begun) / 1000).toFixed()
  console.log(`${Math.min(count, done + step)} of ${count} cases, ${seconds} s`)
}
