/** What many measurements of one figure come to. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** The median, the least and the most of some numbers. @throws Error when there are none. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const min = sorted[0]
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) throw new Error('nothing was measured')
  const half = sorted.length >> 1
  const upper = sorted[half] as number
  const median = sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2
  return { median, min, max }
}

/** The median of some numbers. */
export const median = (values: readonly number[]): number => spread(values).median

/** The mean of some numbers: for figures whose clock is too coarse for each of them. */
export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
