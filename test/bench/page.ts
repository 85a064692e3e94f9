import { chromium, type Page } from 'playwright-core'
import { image, startRegistry } from '../../harness/index.js'
import { needBinary } from '../../vendor-binaries/find.js'
import { spread } from './spread.js'
import { below, type Row } from './table.js'

const tags = 5000
const layers = 200
const loads = 15
const goal = 200

/** How long a browser takes to load pages with much on them: from the request to the load event. */
export async function page(): Promise<Row[]> {
  const { path } = await needBinary('chromium')
  await using registry = await startRegistry()
  await registry.seed({
    'bench/layers:1': image({ layers: Array.from({ length: layers }, (_, n) => ({ [`file-${n}`]: `layer ${n}` })) }),
    'bench/tags:v0': image(),
    ...Object.fromEntries(
      Array.from({ length: tags - 1 }, (_, n) => [`bench/tags:v${n + 1}`, 'bench/tags:v0'] as const),
    ),
  })
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] })
  try {
    const tab = await browser.newPage({ baseURL: registry.url })
    // Loads what the pages are made by, once for a registry.
    await tab.goto('/login')
    return [
      await measure(tab, `a repository with ${tags.toLocaleString('en-US')} tags`, '/repository/bench/tags/'),
      await measure(tab, 'the same, filtered', '/repository/bench/tags/?filter=499'),
      await measure(tab, `an image with ${layers} layers`, '/repository/bench/layers/tag/1'),
    ]
  } finally {
    await browser.close()
  }
}

async function measure(tab: Page, what: string, path: string): Promise<Row> {
  const times: number[] = []
  for (let load = 0; load < loads; load++) times.push(await timeLoad(tab, path))
  const measured = spread(times)
  return {
    figure: `page of ${what}`,
    unit: 'ms',
    measured,
    goal: below(goal, { ...measured, median: measured.max }),
    note: `${loads} loads in Chromium, the slowest counts; the first ${times[0]?.toFixed(0)} ms`,
  }
}

async function timeLoad(tab: Page, path: string): Promise<number> {
  const reply = await tab.goto(path, { waitUntil: 'load' })
  if (reply?.status() !== 200) throw new Error(`${path} was answered ${reply?.status()}`)
  return tab.evaluate(() => {
    // As a browser has it, which node's types do not know.
    const { performance } = globalThis as unknown as {
      performance: { getEntriesByType: (type: string) => readonly { loadEventStart: number }[] }
    }
    return performance.getEntriesByType('navigation')[0]?.loadEventStart ?? Number.NaN
  })
}
