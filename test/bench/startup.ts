import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Startup } from './children/startup.js'
import { ask, cli, firstLine } from './children.js'
import { own } from './cleanup.js'
import { median, spread } from './spread.js'
import { below, type Row } from './table.js'

const processes = 7
const startsEach = 30
const cliRuns = 15

/** How long it takes until a registry is ready: in a test process, and from the command line. */
export async function startup(): Promise<Row[]> {
  return [...(await embedded()), ...(await fromCommandLine())]
}

async function embedded(): Promise<Row[]> {
  const results = { http: [] as Startup[], tls: [] as Startup[] }
  for (let i = 0; i < processes; i++) {
    for (const kind of ['http', 'tls'] as const) {
      results[kind].push((await ask('startup', kind, String(startsEach))) as Startup)
    }
  }
  const first = (runs: Startup[]): number[] => runs.map(({ starts }) => starts[0] as number)
  const warm = (runs: Startup[]): number[] => runs.flatMap(({ starts }) => starts.slice(1))
  const row = (figure: string, values: number[], limit: number | undefined, note: string): Row => {
    const measured = spread(values)
    return { figure, unit: 'ms', measured, goal: limit === undefined ? undefined : below(limit, measured), note }
  }
  const { http, tls } = results
  const fresh = `${processes} new processes`
  const again = `${processes * (startsEach - 1)} starts`
  return [
    row(
      'import the package',
      [...http, ...tls].map(({ imported }) => imported),
      undefined,
      `${processes * 2} new processes`,
    ),
    row('startRegistry(), first of a process', first(http), undefined, fresh),
    row('startRegistry(), once loaded', warm(http), 3, again),
    row('startRegistry({ tls: true }), first', first(tls), 25, fresh),
    row('startRegistry({ tls: true }), once loaded', warm(tls), 25, again),
  ]
}

async function fromCommandLine(): Promise<Row[]> {
  const registry: number[] = []
  const node: number[] = []
  for (let i = 0; i < cliRuns; i++) {
    node.push(await timeNode())
    registry.push(await timeCli())
  }
  const measured = spread(registry)
  const limit = 1.5 * median(node) + 60
  return [
    { figure: 'node -e 0, to its end', unit: 'ms', measured: spread(node), note: `${cliRuns} runs, alternating` },
    {
      figure: 'start-registry, to its first line',
      unit: 'ms',
      measured,
      goal: { text: `<= ${limit.toFixed(0)}`, met: measured.median <= limit },
      note: "1.5 times node's and 60 ms",
    },
  ]
}

async function timeNode(): Promise<number> {
  const began = performance.now()
  await once(own(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' })), 'exit')
  return performance.now() - began
}

async function timeCli(): Promise<number> {
  const began = performance.now()
  const child = own(spawn(process.execPath, [cli], { stdio: ['ignore', 'pipe', 'inherit'] }))
  const ended = once(child, 'exit')
  const line = await firstLine(child.stdout)
  const time = performance.now() - began
  child.kill('SIGTERM')
  await ended
  if (line === undefined) throw new Error('the command line program did not start')
  return time
}
