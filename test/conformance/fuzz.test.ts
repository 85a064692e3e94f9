import t from 'tap'
import { playFor } from '../cosign/fuzz/play.js'
import { targets } from '../cosign/fuzz/targets.js'

// A minute in all, beside whatever else the machine does.
const seconds = 60
t.setTimeout(600_000)

// Always the same cases, so that a run says something of what was changed, and not of the day.
const seed = 2

for (const target of targets) {
  void t.test(`${target.name}, --seed ${seed}`, async (t) => {
    const played = await playFor([target], { seed, seconds: seconds / targets.length })
    t.ok(played > 0, `${played} cases`)
  })
}
