// `npm run bench [-- NAME...]`: measures, prints one table, and ends with 1 when a goal was missed or not measured.
import { availableParallelism, cpus, loadavg } from 'node:os'
import { charting } from './charts.js'
import { cleanUp, cleanUpOnSignals } from './cleanup.js'
import { imagePushes } from './image-pushes.js'
import { largeBlobs } from './large-blobs.js'
import { listings } from './listings.js'
import { page } from './page.js'
import { seeds } from './seeds.js'
import { smallRequests } from './small-requests.js'
import { startup } from './startup.js'
import { isGood, table, type Row, type Section } from './table.js'
import { testLoop } from './test-loop.js'
import { verify } from './verify.js'

const benchmarks: Readonly<Record<string, () => Promise<Row[]>>> = {
  'start-up': startup,
  'small-requests': smallRequests,
  'image-pushes': imagePushes,
  'large-blobs': largeBlobs,
  listings,
  seeds,
  'test-loop': testLoop,
  charts: charting,
  verify,
  page,
}

/** Runs the benchmarks of these names, or all of them; answers the exit code. */
async function run(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in benchmarks))
  if (unknown.length > 0) {
    process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}\n`)
    return 2
  }
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const machine = `${availableParallelism()} cores of ${model}, node ${process.version}, ${process.platform}`
  process.stdout.write(`${machine}, load average at start ${loadavg()[0]?.toFixed(2)}\n\n`)
  const sections: Section[] = []
  for (const [title, measure] of Object.entries(benchmarks)) {
    if (names.length > 0 && !names.includes(title)) continue
    process.stderr.write(`${title} ...`)
    const began = performance.now()
    sections.push({ title, rows: await measure().catch(explain) })
    process.stderr.write(` ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
  }
  process.stdout.write(`${table(sections)}\n`)
  const bad = sections.flatMap(({ rows }) => rows).filter((row) => !isGood(row))
  process.stdout.write(bad.length === 0 ? '\nevery goal was met\n' : `\nmissed or not measured: ${bad.length}\n`)
  return bad.length === 0 ? 0 : 1
}

// The others are measured all the same.
function explain(error: unknown): Row[] {
  return [{ figure: 'failed', unit: 'x', note: error instanceof Error ? error.message : String(error) }]
}

cleanUpOnSignals()
try {
  process.exitCode = await run(process.argv.slice(2))
} finally {
  cleanUp()
}
