/** What may stand in a command template: one word, or several. */
export type Word = string | number | readonly string[]

/**
 * The words of a command that is written as a template: white space in the template's own text separates them, a value
 * never splits, and text that touches a value is one word with it.
 */
export function wordsOf(strings: readonly string[], values: readonly Word[]): string[] {
  const words: string[] = []
  let open = false
  const add = (text: string): void => {
    if (open) words[words.length - 1] += text
    else words.push(text)
    open = true
  }
  for (const [index, text] of strings.entries()) {
    for (const part of text.split(/(\s+)/)) {
      if (/^\s+$/.test(part)) open = false
      else if (part !== '') add(part)
    }
    const value = values[index]
    if (typeof value === 'object') {
      for (const [at, word] of value.entries()) {
        if (at > 0) open = false
        add(word)
      }
    } else if (value !== undefined) add(String(value))
  }
  return words
}

/** Words as one line that a POSIX shell reads as the same words. */
export const commandLine = (words: readonly string[]): string => words.map(quote).join(' ')

const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
