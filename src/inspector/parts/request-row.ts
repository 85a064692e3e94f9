import { curlCommand } from '../content/curl.js'
import { html, type Html } from '../html.js'
import type { SeenRequest } from '../surroundings.js'
import { copyButton } from './commands.js'
import { badge, shortenHex, sizeText } from './words.js'

/** A request as a line of the live page. @param host What the registry is called, when the request did not say. */
export function requestRow(request: SeenRequest, host: string): Html {
  const { id, time, method, target, status, ms, account, faults, received, bytes, aborted } = request
  const size =
    received > 0
      ? html`<span class="meta">↑ ${sizeText(received)}</span>`
      : bytes > 0 && html`<span class="meta">↓ ${sizeText(bytes)}</span>`
  return html`<li data-id="${id}" ${faults.length > 0 && html` class="faulty"`}>
    <time datetime="${time}">${time.slice(11, 23)}</time
    ><span class="method">${method}</span>${badge(status === 0 ? 'gone' : String(status), toneOf(status))}<code
      class="target"
      title="${target}"
      >${shortenHex(target)}</code
    ><span class="about"
      ><span class="meta">${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms</span
      >${size}${account !== undefined && html`<span class="meta">${account}</span>`}${aborted && badge('aborted', 'warn')}${faults.map((fault) => badge(`fault: ${fault}`, 'bad'))}${copyButton(curlCommand(request, host), `Copy ${method} ${target.slice(0, 80)} as curl`, 'curl')}</span
    >
  </li>`
}

const toneOf = (status: number): 'plain' | 'good' | 'bad' | 'warn' => {
  if (status === 0 || status >= 500) return 'bad'
  if (status >= 400) return 'warn'
  return status >= 200 && status < 300 ? 'good' : 'plain'
}
