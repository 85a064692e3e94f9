import type { RequestCount } from './view.js'
import { counted } from './words.js'

/** How many requests there must be. */
export interface ReadCount {
  readonly least: number
  readonly most: number
  /** In words: `at least 1 request`. */
  readonly text: string
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0

/** Reads how many requests are expected. @throws TypeError for what is no count. */
export function readCount(count: RequestCount): ReadCount {
  if (isNumber(count)) {
    return { least: count, most: count, text: count === 0 ? 'no request' : counted(count, 'request') }
  }
  if (typeof count === 'object' && count !== null) {
    const { atLeast = 0, atMost = Infinity, ...others } = count
    if (isNumber(atLeast) && (isNumber(atMost) || atMost === Infinity) && Object.keys(others).length === 0) {
      const least = atLeast > 0 ? [`at least ${counted(atLeast, 'request')}`] : []
      const most = atMost < Infinity ? [`at most ${counted(atMost, 'request')}`] : []
      return { least: atLeast, most: atMost, text: [...least, ...most].join(' and ') || 'any number of requests' }
    }
  }
  throw new TypeError('start-registry: journal: count must be a whole number, or { atLeast, atMost }')
}
