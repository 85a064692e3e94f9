import type { CompatibilityRecord } from './record.js'

/** What of a record a footnote is made of. */
export type Says = Pick<CompatibilityRecord, 'client' | 'version' | 'note' | 'defect'>

/** The footnotes of a page, numbered in the order that they are first asked for; equal ones are one. */
export class Footnotes {
  readonly #numbers = new Map<string, number>()

  /** The number of a record's footnote; none for one that has nothing to say. */
  of({ client, version, note, defect }: Says): readonly number[] {
    const says = defect === undefined ? [] : [`${client} ${version} says ${quoted(defect)}`]
    const text = [...(note === undefined ? [] : [oneLine(note)]), ...says].join(': ')
    return text === '' ? [] : [this.add(text)]
  }

  /** The number of a footnote of this text, which is Markdown. */
  add(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size + 1
    this.#numbers.set(text, number)
    return number
  }

  /** All of them, as a section of the page. */
  section(): string {
    if (this.#numbers.size === 0) return ''
    const lines = [...this.#numbers].map(([text, number]) => `${number}. ${text}\n`)
    return `\n## Notes\n\n${lines.join('')}`
  }
}

/** What a client says, as a code span. */
export const quoted = (message: string): string => code(oneLine(message))

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ')

// CommonMark 6.1: a code span is fenced by more backticks than it holds.
function code(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`
}
