import type { Spread } from './spread.js'

export type Unit = 'ms' | 'x' | 'MiB' | 'MB/s' | '/s'

/** One figure. Without a spread it could not be measured; without a goal it is there for information. */
export interface Row {
  readonly figure: string
  readonly unit: Unit
  readonly measured?: Spread | undefined
  readonly goal?: { readonly text: string; readonly met: boolean } | undefined
  /** What the numbers were made of, or why there are none. */
  readonly note?: string | undefined
}

/** A benchmark's rows under its title. */
export interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

const digits: Readonly<Record<Unit, number>> = { ms: 2, x: 2, MiB: 1, 'MB/s': 0, '/s': 0 }

/** A number as the table shows it: few digits, thousands apart. */
export const format = (value: number, unit: Unit): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits[unit], maximumFractionDigits: digits[unit] })

/** A goal that the median must stay below. */
export const below = (limit: number, { median }: Spread): NonNullable<Row['goal']> => ({
  text: `< ${limit}`,
  met: median < limit,
})

/** A goal that the median must reach. */
export const atLeast = (limit: number, { median }: Spread): NonNullable<Row['goal']> => ({
  text: `>= ${limit}`,
  met: median >= limit,
})

/** Whether a row has what it was run for: a measurement, and its goal. */
export const isGood = ({ measured, goal }: Row): boolean => measured !== undefined && goal?.met !== false

const titles = ['figure', 'unit', 'median', 'min', 'max', 'goal', 'met', 'of']

/** All sections as one table in plain text. */
export function table(sections: readonly Section[]): string {
  const cells = sections.map(({ title, rows }) => ({ title, lines: rows.map(cellsOf) }))
  const all = [titles, ...cells.flatMap(({ lines }) => lines)]
  const widths = titles.map((_, column) => Math.max(...all.map((line) => (line[column] as string).length)))
  const print = (line: readonly string[]): string =>
    line
      .map((cell, column) => {
        const width = widths[column] as number
        return column >= 2 && column <= 4 ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [
    print(titles),
    print(widths.map((width) => '-'.repeat(width))),
    ...cells.flatMap(({ title, lines }) => [title, ...lines.map(print)]),
  ].join('\n')
}

function cellsOf({ figure, unit, measured, goal, note = '' }: Row): string[] {
  const name = `  ${figure}`
  if (!measured) return [name, unit, '-', '-', '-', goal?.text ?? '', 'NOT MEASURED', note]
  const { median, min, max } = measured
  const numbers = [median, min, max].map((value) => format(value, unit))
  return [name, unit, ...numbers, goal?.text ?? '', goal ? (goal.met ? 'yes' : 'NO') : '', note]
}
