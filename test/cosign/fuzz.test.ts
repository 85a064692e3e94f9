import t from 'tap'
import { play } from './fuzz/play.js'
import { targets } from './fuzz/targets.js'

// Some seconds of computing, on machines that have other things to do.
t.setTimeout(300_000)

// How many cases of a target are played here, 100 when nothing is said: `npm test` goes on for a minute in
// test/conformance, and `npm run fuzz` plays as many as it is told.
const counts: Readonly<Record<string, number>> = {
  json: 10_000,
  der: 10_000,
  base64: 10_000,
  pem: 10_000,
  'public-key': 5000,
  'private-key': 500,
  'encrypted-key': 4,
  signature: 200,
  'stored-signature': 600,
  'signed-payload': 600,
}

for (const target of targets) {
  void t.test(target.name, async () => {
    await play([target], { seed: 1, count: counts[target.name] ?? 100 })
  })
}
