import { rowOf } from '../../vendor-binaries/names.js'
import type { CompatibilityRecord } from './record.js'

/** The records that the repository keeps: what the last run of the scenarios showed, one record a line. */
export const dataFile = 'scenarios/compatibility.json'

/** The table that is made of them. */
export const tableFile = 'COMPATIBILITY.md'

/** The command that writes the records and the table of one scenario, or of all. */
export const writeCommand = (scenario?: string): string =>
  `npm run compatibility${scenario === undefined ? '' : ` -- ${scenario}`}`

/** Records in the order of the file: the same ones are the same text, whatever ran first. */
export const sorted = (records: readonly CompatibilityRecord[]): readonly CompatibilityRecord[] =>
  sortedBy(records, ['client', 'version', 'story', 'over', 'scenario'])

/** Items in the order of these members: texts, and numbers in them by their value. */
export const sortedBy = <K extends string, T extends Readonly<Record<K, string>>>(
  items: readonly T[],
  keys: readonly K[],
): readonly T[] =>
  items.toSorted((a, b) => {
    for (const key of keys) {
      const order = compare(a[key], b[key])
      if (order !== 0) return order
    }
    return 0
  })

// Numbers in a text by their value: 3.8.2 before 3.22.0. The locale is named, or the file would differ with the user's.
const compare = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })

/** Writes records as text: one line each, so that a change of one is a change of one line. */
export function serialise(records: readonly CompatibilityRecord[]): string {
  const lines = sorted(records).map(({ client, version, story, over, note, defect, scenario }) =>
    JSON.stringify({ client, version, story, over, note, defect, scenario }),
  )
  return lines.length === 0 ? '[]\n' : `[\n  ${lines.join(',\n  ')}\n]\n`
}

/** Reads what `serialise` wrote. */
export const parse = (text: string): readonly CompatibilityRecord[] => JSON.parse(text) as CompatibilityRecord[]

/**
 * Records as they are compared with those of another machine: without the versions of the clients that come from the
 * system's packages.
 */
export const withoutSystemVersions = (records: readonly CompatibilityRecord[]): readonly CompatibilityRecord[] =>
  sorted(records.map((one) => (rowOf(one.client)?.source.kind === 'system' ? { ...one, version: 'system' } : one)))
