import { html, type Html, type HtmlValue } from '../html.js'

type Rows = readonly (readonly [name: string, value: HtmlValue])[]

/** Names and what they are, without those of which nothing is known. */
export const facts = (rows: Rows): Html | false => list('facts', rows)

/** The same for a few of them that are short, side by side. */
export const strip = (rows: Rows): Html | false => list('strip', rows)

function list(look: string, rows: Rows): Html | false {
  const known = rows.filter(([, value]) => value !== undefined && value !== false && value !== '')
  return (
    known.length > 0 &&
    html`<dl class="${look}">
      ${known.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>`
  )
}

/** Names and texts of somebody else's, such as annotations. */
export const pairs = (rows: readonly (readonly [name: string, text: string])[]): Html =>
  html`<dl class="pairs">
    ${rows.map(
      ([name, text]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl>`

const mostRaw = 256 << 10

/** Text as it came, or indented when it is JSON, folded away. */
export function rawText(text: string, label: string): Html {
  const shown = indented(text)
  const isCut = shown.length > mostRaw
  return html`<details class="raw">
    <summary>${label}</summary>
    <pre tabindex="0">${shown.slice(0, mostRaw)}</pre>
    ${isCut && html`<p class="hint">The rest is not shown.</p>`}
  </details>`
}

// Written again only for eyes, and only where that changes nothing but white space: numbers that JavaScript would round, and
// keys that stand twice, are shown as they came.
function indented(text: string): string {
  if (text.length > mostRaw) return text
  try {
    const value = JSON.parse(text) as unknown
    const spaced = JSON.stringify(value, undefined, 2)
    return withoutSpace(spaced) === withoutSpace(text) ? spaced : text
  } catch {
    return text
  }
}

const withoutSpace = (text: string): string => text.replace(/\s/g, '')
