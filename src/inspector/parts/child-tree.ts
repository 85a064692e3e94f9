import { formatPage } from '../../route/page.js'
import { contentSize, kindWords, readManifest, type ShownDescriptor, type ShownManifest } from '../content/manifest.js'
import { html, type Html } from '../html.js'
import type { Visit } from '../visit.js'
import { badge, bar, counted, digestOf, shortType, sizeText } from './words.js'

/** How many children are opened to show what is in them. */
const mostOpened = 64
const mostLayers = 12

/** What an index leads to: each manifest with its platform, and the layers in it. */
export async function childTree({ store }: Visit, repository: string, { manifests }: ShownManifest): Promise<Html> {
  const children = await Promise.all(
    manifests.slice(0, mostOpened).map(async (descriptor) => {
      const manifest = descriptor.digest && (await readManifest(store, repository, descriptor.digest))
      return { descriptor, manifest: manifest || undefined }
    }),
  )
  const largest = Math.max(1, ...children.map(({ manifest }) => (manifest ? contentSize(manifest) : 0)))
  const rest = manifests.length - children.length
  return html`<section>
    <h2>${counted(manifests.length, 'manifest')}</h2>
    <ul class="tree">
      ${children.map(({ descriptor, manifest }) => childRow(repository, descriptor, manifest, largest))}
    </ul>
    ${rest > 0 && html`<p class="hint">${counted(rest, 'manifest')} more in the JSON below.</p>`}
  </section>`
}

function childRow(
  repository: string,
  { digest, platform, artifactType, mediaType }: ShownDescriptor,
  manifest: ShownManifest | undefined,
  largest: number,
): Html {
  const name = platform ?? (artifactType === undefined ? shortType(mediaType) : shortType(artifactType))
  if (!digest || !manifest) {
    return html`<li>
      <div class="child">
        <span class="name">${name}</span>${badge('not here', 'warn')}${digest && digestOf(digest)}
      </div>
    </li>`
  }
  const path = formatPage({ name: 'manifest', repository, reference: { digest } })
  const size = contentSize(manifest)
  const kind = kindWords[manifest.kind]
  const inside = manifest.kind === 'index' ? counted(manifest.manifests.length, 'manifest') : sizeText(size)
  return html`<li>
    <div class="child">
      <a class="name" href="${path}">${name}</a>${badge(kind)}<span class="size">${inside}</span
      >${bar(size, largest)}${digestOf(digest)}
    </div>
    ${manifest.layers.length > 0 && layersOf(repository, manifest)}
  </li>`
}

const layersOf = (repository: string, { layers }: ShownManifest): Html => {
  const largest = Math.max(...layers.map(({ size }) => size))
  const rest = layers.length - mostLayers
  return html`<ul>
    ${layers.slice(0, mostLayers).map(
      ({ digest, size, mediaType }) =>
        html`<li>
          <div class="layer">
            <span class="size">${sizeText(size)}</span
            >${bar(size, largest)}${digest && html`<a href="${formatPage({ name: 'layer', repository, digest })}">${digestOf(digest)}</a>`}<span
              class="meta type"
              >${shortType(mediaType)}</span
            >
          </div>
        </li>`,
    )}${rest > 0 && html`<li class="hint">and ${counted(rest, 'more layer')}</li>`}
  </ul>`
}
