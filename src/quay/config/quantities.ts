/** A time as config.yaml writes it, such as `2w`. */
export interface Duration {
  readonly text: string
  readonly seconds: number
}

/** A number of bytes as config.yaml writes it, such as `20G`. */
export interface Size {
  readonly text: string
  readonly bytes: number
}

/** Seconds of each unit of time that Quay writes. */
export const secondsOf: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 7 * 86_400,
  y: 365 * 86_400,
}

/** Reads a number and one of s, m, h, d, w, y (quay/quay util/timedeltastring.py); undefined when the text is none. */
export function parseDuration(text: string): Duration | undefined {
  const [, count, unit] = /^(\d{1,10})([smhdwy])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) return undefined
  return { text, seconds: Number(count) * (secondsOf[unit] as number) }
}

/**
 * Reads a number with a unit: G and GB are 1000^3 as in bitmath, which Quay reads them with, Gi and GiB 1024^3, and none
 * is bytes. Undefined when the text is none.
 */
export function parseSize(text: string): Size | undefined {
  const [, count, prefix = '', binary] = /^(\d+(?:\.\d+)?)\s*(?:([kmgtpe]?)(i?)b?)$/i.exec(text) ?? []
  if (count === undefined || (prefix === '' && binary !== '')) return undefined
  const power = ' kmgtpe'.indexOf(prefix.toLowerCase() || ' ')
  return { text, bytes: Math.floor(Number(count) * (binary === '' ? 1000 : 1024) ** power) }
}
