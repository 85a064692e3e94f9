/**
 * Plays fuzz cases: `npm run fuzz -- [TARGET…] [--count 1000000 | --seconds 60] [--seed 0] [--from 0]`. Ends with status 1
 * at the first that goes wrong, which it says how to play again.
 */
import { parseArgs } from 'node:util'
import { FuzzFinding, play, playFor } from './play.js'
import { targets } from './targets.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '1000000' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '0' },
    from: { type: 'string', default: '0' },
  },
})
const chosen = targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (chosen.length < positionals.length || chosen.length === 0) {
  throw new Error(`the targets are ${targets.map(({ name }) => name).join(', ')}`)
}

const [count, seed, first] = [values.count, values.seed, values.from].map(Number) as [number, number, number]
const begun = performance.now()
const elapsed = (): string => `${((performance.now() - begun) / 1000).toFixed()} s`

async function run(): Promise<void> {
  console.log(`${chosen.length} targets, --seed ${seed}`)
  if (values.seconds !== undefined) {
    const played = await playFor(chosen, { seed, from: first, seconds: Number(values.seconds) })
    console.log(`${played} cases, ${elapsed()}`)
    return
  }
  const step = 10_000
  for (let done = 0; done < count; done += step) {
    await play(chosen, { seed, from: first + done, count: Math.min(step, count - done) })
    console.log(`${Math.min(count, done + step)} of ${count} cases, ${elapsed()}`)
  }
}

try {
  await run()
} catch (error) {
  if (!(error instanceof FuzzFinding)) throw error
  console.error(error.message)
  process.exitCode = 1
}
