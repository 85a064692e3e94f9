import { formatPage } from '../../route/page.js'
import type { ShownDescriptor, ShownManifest } from '../content/manifest.js'
import { html, type Html } from '../html.js'
import { bar, counted, digestOf, shortType, sizeText } from './words.js'

/** The layers of a manifest, each with its size as a bar. @param history What made each, where the config tells. */
export function layerList(repository: string, { layers }: ShownManifest, history: readonly string[]): Html {
  const largest = Math.max(...layers.map(({ size }) => size))
  const total = layers.reduce((sum, { size }) => sum + size, 0)
  const rows = layers.map((layer, index) => layerRow(repository, layer, largest, history[index]))
  return html`<section>
    <h2>${counted(layers.length, 'layer')}, ${sizeText(total)}</h2>
    <ol class="layers">
      ${rows}
    </ol>
  </section>`
}

const titleKey = 'org.opencontainers.image.title'

function layerRow(repository: string, layer: ShownDescriptor, largest: number, made: string | undefined): Html {
  const { digest, size, mediaType, annotations } = layer
  const title = annotations.find(([name]) => name === titleKey)?.[1]
  const name = digest ? digestOf(digest) : 'no digest'
  const others = annotations.filter(([name]) => name !== titleKey)
  return html`<li>
    <div class="layer">
      <span class="size">${sizeText(size)}</span
      >${bar(size, largest)}${digest ? html`<a href="${formatPage({ name: 'layer', repository, digest })}">${name}</a>` : name}<span
        class="meta type"
        >${title ?? shortType(mediaType)}</span
      >
    </div>
    ${made !== undefined && html`<code class="made">${made}</code>`}${others.map(([name, text]) => html`<div class="note"><span>${name}</span> <span>${text.length > 400 ? `${text.slice(0, 400)}…` : text}</span></div>`)}
  </li>`
}
