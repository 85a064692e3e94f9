import type { ArtifactSpec } from './artifact.js'
import type { ChartSpec } from './chart.js'
import type { IndexSpec } from './image-index.js'
import type { ImageSpec } from './image.js'
import { isOfKind } from './kinds.js'
import { readName, type SeedName } from './names.js'
import { isSeedable, type Seedable, type SeedPlan } from './plan.js'
import { bareOf } from './signed.js'

/** Something in a plan, under the name that it has there. */
export interface Entry {
  readonly given: string
  readonly name: SeedName
  readonly value: Seedable | string
}

/** A plan whose entries stand behind what they need. */
export interface Ordered {
  readonly entries: readonly Entry[]
  /** The entry of a name, however it is spelled. */
  readonly find: (name: string) => Entry | undefined
}

/**
 * Puts the entries of a plan into an order in which they can be made.
 * @throws TypeError for what is no name, what is no description, two entries of one name, and entries that need each other.
 */
export function orderPlan(plan: SeedPlan): Ordered {
  const entries = new Map<string, Entry>()
  const canonical = new Map<string, string>()
  for (const [given, value] of Object.entries(plan)) {
    if (!isSeedable(value) && typeof value !== 'string') {
      const expected = 'image(…), index(…), chart(…), artifact(…), signed(…), attested(…), or the name of one'
      throw new TypeError(`start-registry: ${given} in a seed must be ${expected}`)
    }
    const name = readName(given, defaultTag(value))
    if (name.digest !== undefined) {
      const hint = `its content says what its digest is; write ${name.repository}@word for something without a tag`
      throw new TypeError(`start-registry: ${given} in a seed: ${hint}`)
    }
    const before = canonical.get(name.canonical)
    if (before !== undefined) throw new TypeError(`start-registry: ${before} and ${given} in a seed are the same name`)
    canonical.set(name.canonical, given)
    entries.set(given, { given, name, value })
  }
  const find = (name: string): Entry | undefined =>
    entries.get(name) ?? entries.get(canonical.get(readName(name).canonical) ?? '')
  return { entries: sort([...entries.values()], find), find }
}

/** Where a name has no tag: of a chart its version, as helm has it. */
function defaultTag(value: Seedable | string): string | undefined {
  const bare = bareOf(value)
  return isOfKind(bare, 'chart') ? (bare as ChartSpec).options.version?.replaceAll('+', '_') : undefined
}

function sort(entries: readonly Entry[], find: Ordered['find']): Entry[] {
  const sorted = new Set<Entry>()
  const path: Entry[] = []
  const visit = (entry: Entry): void => {
    if (sorted.has(entry)) return
    const begin = path.indexOf(entry)
    if (begin >= 0) {
      const circle = [...path.slice(begin), entry].map(({ given }) => given).join(' → ')
      throw new TypeError(`start-registry: names in a seed lead in a circle: ${circle}`)
    }
    path.push(entry)
    for (const name of needsOf(entry.value)) {
      const needed = find(name)
      if (needed) visit(needed)
    }
    path.pop()
    sorted.add(entry)
  }
  for (const entry of entries) visit(entry)
  return [...sorted]
}

/** The names that must be made before something can be. */
function needsOf(value: Seedable | string): string[] {
  const bare = bareOf(value)
  if (typeof bare === 'string') return [bare]
  const { subject } = bare as ImageSpec | IndexSpec | ArtifactSpec
  const children = isOfKind(bare, 'index') ? (bare as IndexSpec).children : []
  return [...(subject === undefined ? [] : [subject]), ...children.flatMap(({ of }) => needsOf(of))]
}
