import { html, type Html, type HtmlValue } from '../html.js'

/**
 * A README as a page shows it: headings, paragraphs, lists, code, and nothing that loads or leads anywhere. Links are
 * written out, pictures are their descriptions, and HTML is text like any other.
 */
export function markdown(text: string): HtmlValue {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const blocks: Html[] = []
  let at = 0
  const take = (is: (line: string) => boolean): string[] => {
    const from = at
    while (at < lines.length && is(lines[at] as string)) at++
    return lines.slice(from, at)
  }
  while (at < lines.length) {
    const line = lines[at] as string
    const level = /^(#{1,6})\s/.exec(line)?.[1]?.length
    if (line.trim() === '') at++
    else if (isFence(line)) {
      at++
      const code = take((one) => !isFence(one))
      at++
      blocks.push(pre(code))
    } else if (level !== undefined) {
      at++
      blocks.push(headingOf(level, line.slice(level).trim()))
    } else if (isTable(line)) blocks.push(pre(take(isTable)))
    else if (isItem(line)) {
      const items = take((one) => isItem(one) || /^\s+\S/.test(one))
      blocks.push(
        html`<ul>
          ${joined(items).map((item) => html`<li>${inline(item)}</li>`)}
        </ul>`,
      )
    } else blocks.push(html`<p>${inline(take(isPlain).join(' '))}</p>`)
  }
  return blocks
}

const isFence = (line: string): boolean => /^\s*(?:```|~~~)/.test(line)
const isItem = (line: string): boolean => /^\s*(?:[-*+]|\d{1,9}[.)])\s+\S/.test(line)
const isTable = (line: string): boolean => /^\s*\|/.test(line)
const isHeading = (line: string): boolean => /^#{1,6}\s/.test(line)
const isPlain = (line: string): boolean =>
  line.trim() !== '' && !isFence(line) && !isItem(line) && !isTable(line) && !isHeading(line)

const pre = (lines: readonly string[]): Html => html`<pre tabindex="0">${lines.join('\n')}</pre>`

// Under the page's own two.
const headingOf = (level: number, text: string): Html =>
  level === 1
    ? html`<h3>${inline(text)}</h3>`
    : level === 2
      ? html`<h4>${inline(text)}</h4>`
      : html`<h5>${inline(text)}</h5>`

/** Items of a list, with the lines that go on with them. */
function joined(lines: readonly string[]): string[] {
  const items: string[] = []
  for (const line of lines) {
    if (isItem(line)) items.push(line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, ''))
    else items.push(`${items.pop() ?? ''} ${line.trim()}`)
  }
  return items
}

// Code first: what stands in it is as it is. No part of a pattern can take what the one before could have taken.
function inline(text: string): HtmlValue {
  return text.split(/(`[^`]+`)/).map((part, index) => {
    if (index % 2 === 1) return html`<code>${part.slice(1, -1)}</code>`
    const plain = part
      .replace(/!\[([^[\]]*)\]\([^()]*\)/g, '$1')
      .replace(/\[([^[\]]*)\]\(([^()]*)\)/g, (_, name: string, target: string) => `${name} (${target})`)
    return plain.split(/\*\*([^*]+)\*\*/).map((one, at) => (at % 2 === 1 ? html`<strong>${one}</strong>` : one))
  })
}
