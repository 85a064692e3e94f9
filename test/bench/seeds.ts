import { join } from 'node:path'
import { image, signed, startRegistry, type Registry, type Seedable, type SeedPlan } from 'start-registry'
import { temporaryFolder } from './cleanup.js'
import { spread } from './spread.js'
import { below, type Row } from './table.js'

const rounds = { memory: 7, disk: 3 }
const many = 1000
const singles = 200

/** What seeding costs: one small image, and a thousand, each with a layer and a config of its own. */
export async function seeds(): Promise<Row[]> {
  const rows: Row[] = []
  const folder = temporaryFolder()
  try {
    for (const kind of ['memory', 'disk'] as const) {
      const ones: number[] = []
      const thousands: number[] = []
      for (let round = 0; round < rounds[kind]; round++) {
        const disk = join(folder.path, String(round))
        const registry = await startRegistry({ storage: kind === 'memory' ? kind : { disk } })
        thousands.push(await time(registry, many, () => image()))
        for (let index = 0; index < singles / rounds[kind]; index++) ones.push(await time(registry, 1, () => image()))
        await registry.close()
      }
      const [one, thousand] = [spread(ones), spread(thousands)]
      const isMemory = kind === 'memory'
      rows.push(
        {
          figure: `one image, ${kind}`,
          unit: 'ms',
          measured: one,
          goal: isMemory ? below(1.5, one) : undefined,
          note: `${ones.length} seeds`,
        },
        {
          figure: `1,000 images, ${kind}`,
          unit: 'ms',
          measured: thousand,
          goal: isMemory ? below(700, thousand) : undefined,
          note: `${rounds[kind]} registries`,
        },
      )
    }
  } finally {
    folder.remove()
  }
  return [...rows, await signedImages()]
}

async function signedImages(): Promise<Row> {
  await using registry = await startRegistry()
  const times: number[] = []
  for (let round = 0; round < rounds.memory; round++) times.push(await time(registry, 100, () => signed(image())))
  return { figure: '100 signed images, memory', unit: 'ms', measured: spread(times), note: `${rounds.memory} seeds` }
}

let used = 0

async function time(registry: Registry, count: number, make: () => Seedable): Promise<number> {
  const repository = `bench/r${used++}`
  const plan: SeedPlan = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${repository}:${index}`, make()]),
  )
  const began = performance.now()
  await registry.seed(plan)
  return performance.now() - began
}
