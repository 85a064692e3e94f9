import { chartPackage } from '../support/charts.js'
import { program, serve } from './children.js'
import { spread, type Spread } from './spread.js'
import { below, type Row } from './table.js'

const charts = 100
const versions = 100
const rounds = 20

/** What an index.yaml of many versions costs: the first, one that has not changed, and one after a push. */
export async function charting(): Promise<Row[]> {
  const server = await serve(program('chart-server'), [String(charts), String(versions)])
  try {
    const index = new URL('/charts/bench/index.yaml', server.url)
    const upload = new URL('/charts/api/bench/charts', server.url)
    const [first, size] = await timed(() => fetch(index))
    const same: number[] = []
    const changed: number[] = []
    for (let round = 0; round < rounds; round++) {
      same.push((await timed(() => fetch(index)))[0])
      const reply = await fetch(upload, { method: 'POST', body: chartPackage('web', `1.${round}.0`) })
      if (reply.status !== 201) throw new Error(`not uploaded: ${reply.status} ${await reply.text()}`)
      await reply.arrayBuffer()
      changed.push((await timed(() => fetch(index)))[0])
    }
    const note = `${(size / 2 ** 20).toFixed(1)} MiB; the first after starting ${first.toFixed(0)} ms`
    return [
      row('as before', spread(same), 20, note),
      row('after a push', spread(changed), 50, 'made anew from its parts'),
    ]
  } finally {
    await server.stop()
  }
}

const row = (when: string, measured: Spread, goal: number, note: string): Row => ({
  figure: `index.yaml of ${(charts * versions).toLocaleString('en-US')} versions, ${when}`,
  unit: 'ms',
  measured,
  goal: below(goal, measured),
  note,
})

async function timed(ask: () => Promise<Response>): Promise<readonly [ms: number, bytes: number]> {
  const began = performance.now()
  const { byteLength } = await (await ask()).arrayBuffer()
  return [performance.now() - began, byteLength]
}
