import { readSmallBlob } from '../content/blob.js'
import { objectsOf, readObject, textOf, textsOf } from '../content/json.js'
import { readFiles, type FilePreview } from '../content/layer-files.js'
import { chartContent, type ShownManifest } from '../content/manifest.js'
import { html, type Html, type HtmlValue } from '../html.js'
import { facts } from '../parts/facts.js'
import { markdown } from '../parts/markdown.js'
import { badge } from '../parts/words.js'
import type { Visit } from '../visit.js'

/** A Helm chart, as far as it can be read. */
export interface ShownChart {
  readonly version: string | undefined
  /** What Chart.yaml says, which helm pushes as the config. */
  readonly about: readonly (readonly [name: string, value: HtmlValue])[]
  readonly isDeprecated: boolean
  readonly readme: FilePreview | undefined
  readonly values: FilePreview | undefined
}

// In a chart's archive all is in one folder with the chart's name; charts that it depends on are in folders below.
const isOwn = (pattern: RegExp) => (path: string) => pattern.test(path.replace(/^(?:\.\/)?[^/]+\//, ''))

/** Reads what stands in a chart for people. */
export async function readChart(
  { store, at }: Visit,
  repository: string,
  { config, layers }: ShownManifest,
): Promise<ShownChart> {
  const json = readObject(await readSmallBlob(store, repository, config?.digest, at)) ?? {}
  const digest = layers.find(({ mediaType }) => mediaType === chartContent)?.digest
  const blob = digest && (await store.blob(repository, digest, at))
  const { readme, values } = blob
    ? await readFiles(blob, 'gzip', { readme: isOwn(/^readme(?:\.md|\.txt)?$/i), values: isOwn(/^values\.yaml$/) })
    : {}
  return {
    version: textOf(json['version']),
    isDeprecated: json['deprecated'] === true,
    about: [
      ['Chart', textOf(json['name'])],
      ['Version', textOf(json['version'])],
      ['App version', textOf(json['appVersion'])],
      ['Description', textOf(json['description'])],
      ['Type', textOf(json['type'])],
      ['Kubernetes', textOf(json['kubeVersion'])],
      ['Home', textOf(json['home'])],
      ['Sources', textsOf(json['sources']).join(', ')],
      ['Keywords', textsOf(json['keywords']).join(', ')],
      ['Maintainers', named(json['maintainers'], 'email')],
      ['Dependencies', named(json['dependencies'], 'version')],
    ],
    readme,
    values,
  }
}

const named = (value: unknown, second: string): string =>
  objectsOf(value)
    .map((one) => [textOf(one['name']), textOf(one[second])].filter((text) => text !== undefined).join(' '))
    .join(', ')

/** What a chart says of itself: its README, and the values that can be set. */
export const chartSection = ({ about, isDeprecated, readme, values }: ShownChart): Html =>
  html`<section>
      <h2>Chart</h2>
      ${isDeprecated && html`<p>${badge('deprecated', 'warn')}</p>`}${facts(about)}
    </section>
    ${
      readme &&
      html`<section>
        <h2>README</h2>
        <div class="readme">${shown(readme, markdown)}</div>
      </section>`
    }
    ${
      values &&
      html`<section>
        <h2>Values</h2>
        ${shown(values, (text) => html`<pre tabindex="0">${text}</pre>`)}
      </section>`
    }`

const shown = ({ text, isCut }: FilePreview, show: (text: string) => HtmlValue): HtmlValue =>
  text === undefined
    ? html`<p class="hint">It is no text.</p>`
    : [show(text), isCut && html`<p class="hint">The rest is not shown.</p>`]
