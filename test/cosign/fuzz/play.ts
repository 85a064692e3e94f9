import { Random } from './random.js'
import { quickly } from '../../support/quickly.js'

/** Something that hostile input is given to. */
export interface FuzzTarget {
  readonly name: string
  /** Makes one input, gives it, and throws when what comes of it is wrong. */
  run(random: Random): void | Promise<void>
  /** How often it has its turn, beside others with 1. */
  readonly weight?: number
  /** Milliseconds of the processor's time that a case may take, 50 when it says nothing. */
  readonly longest?: number
}

/** A case that went wrong; its seed and number play it again. */
export class FuzzFinding extends Error {
  constructor(target: string, seed: number, number: number, cause: unknown) {
    const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    super(`npm run fuzz -- ${target} --seed ${seed} --from ${number} --count 1 plays it again: ${why}`, { cause })
    this.name = 'FuzzFinding'
  }
}

/**
 * Plays so many cases, the targets in turns by their weights. Each case follows from the seed and its number alone.
 * @throws FuzzFinding for the first that goes wrong, or takes too long each time of three.
 */
export async function play(
  targets: readonly FuzzTarget[],
  { seed, from = 0, count }: { readonly seed: number; readonly from?: number; readonly count: number },
): Promise<void> {
  const total = targets.reduce((sum, { weight = 1 }) => sum + weight, 0)
  for (let number = from; number < from + count; number += 1) {
    const random = (): Random => new Random(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b))
    const target = choose(targets, (random().below(2 ** 32) / 2 ** 32) * total)
    try {
      await quickly(() => target.run(random()), target.longest)
    } catch (error) {
      throw new FuzzFinding(target.name, seed, number, error)
    }
  }
}

/**
 * As `play`, for about so long. @returns how many cases it were.
 */
export async function playFor(
  targets: readonly FuzzTarget[],
  { seed, from = 0, seconds }: { readonly seed: number; readonly from?: number; readonly seconds: number },
): Promise<number> {
  const end = performance.now() + seconds * 1000
  // Few at a time: some targets take milliseconds for each.
  const step = 20
  let played = 0
  for (; performance.now() < end; played += step) await play(targets, { seed, from: from + played, count: step })
  return played
}

function choose(targets: readonly FuzzTarget[], share: number): FuzzTarget {
  let left = share
  for (const target of targets) {
    left -= target.weight ?? 1
    if (left < 0) return target
  }
  return targets.at(-1) as FuzzTarget
}
