/** Markup. What a text of somebody else's becomes only by being escaped. */
export class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** What can stand in a template: text and numbers are escaped, and nothing is written for false and undefined. */
export type HtmlValue = Html | string | number | false | undefined | readonly HtmlValue[]

/** A piece of a page. Values are escaped for text and for attributes, which are always between double quotes here. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0] as string
  for (const [index, value] of values.entries()) text += written(value) + (strings[index + 1] as string)
  return new Html(text)
}

function written(value: HtmlValue): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
  return value instanceof Html ? value.toString() : value.map(written).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  // No page may hold it, and parsers put something else in its place.
  '\0': '\u{fffd}',
}

/** Text as it stands in HTML, between tags or quotation marks. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"'`\0]/g, (one) => entities[one] as string)
