import { join } from 'node:path'
import { program, serve, type Server } from './children.js'
import { temporaryFolder } from './cleanup.js'
import { describe, load, type Load } from './load.js'
import { spread } from './spread.js'
import type { Row } from './table.js'

const large = { tags: 20_000, repositories: 5000 }
const small = { tags: 200, repositories: 200 }
const rounds = 5
const slice = 300
const warmUp = 700
const goal = 1.5

// Pages from the middle, each full and followed by another, so that the replies are equally long.
const pages = {
  tags: (count: number) => `/v2/bench/tags/tags/list?n=100&last=v${String(count / 4).padStart(6, '0')}`,
  repositories: (count: number) => `/v2/_catalog?n=100&last=bench/r${String(count / 4).padStart(6, '0')}`,
}
const titles = {
  tags: `100 tags out of ${large.tags.toLocaleString('en-US')}`,
  repositories: `100 repositories out of ${large.repositories.toLocaleString('en-US')}`,
}

/** What a page of a listing costs in a large store, over what it costs in a small one. */
export async function listings(): Promise<Row[]> {
  const rows: Row[] = []
  for (const kind of ['memory', 'disk'] as const) {
    const folder = temporaryFolder()
    const start = (name: string, { tags, repositories }: typeof large): Promise<Server> =>
      serve(program('listing-server'), [
        kind === 'disk' ? join(folder.path, name) : '',
        String(tags),
        String(repositories),
      ])
    const [few, many] = [await start('small', small), await start('large', large)]
    try {
      for (const what of ['tags', 'repositories'] as const) rows.push(await compare(kind, what, few, many))
    } finally {
      await few.stop()
      await many.stop()
      folder.remove()
    }
  }
  return rows
}

async function compare(kind: string, what: keyof typeof pages, few: Server, many: Server): Promise<Row> {
  const targets = {
    few: { url: few.url, pid: few.pid, path: pages[what](small[what]) },
    many: { url: many.url, pid: many.pid, path: pages[what](large[what]) },
  }
  const loads = { few: [] as Load[], many: [] as Load[] }
  const opening = kind === 'disk' ? await timeFirst(new URL(targets.many.path, many.url)) : undefined
  await load(targets.few, warmUp)
  await load(targets.many, warmUp)
  for (let round = 0; round < rounds; round++) {
    loads.few.push(await load(targets.few, slice))
    loads.many.push(await load(targets.many, slice))
  }
  const measured = spread(loads.few.map(({ perSecond }, round) => perSecond / (loads.many[round] as Load).perSecond))
  const first = opening === undefined ? '' : `; the first after opening ${opening.toFixed(0)} ms`
  return {
    figure: `cost of ${titles[what]}, ${kind}`,
    unit: 'x',
    measured,
    goal: { text: `<= ${goal}`, met: measured.median <= goal },
    note: `${describe(loads.many)}; out of 200 ${describe(loads.few)}${first}`,
  }
}

// A repository's journal is read when it is first asked for.
async function timeFirst(url: URL): Promise<number> {
  const began = performance.now()
  await (await fetch(url)).arrayBuffer()
  return performance.now() - began
}
