import { readSmallBlob } from '../content/blob.js'
import { objectsOf, pairsOf, readObject, textOf, textsOf, type Json } from '../content/json.js'
import { platformOf, type ShownManifest } from '../content/manifest.js'
import { html, type Html, type HtmlValue } from '../html.js'
import { facts, pairs, rawText } from '../parts/facts.js'
import { counted, timeOf } from '../parts/words.js'
import type { Visit } from '../visit.js'

/** The config of an image, as far as it can be read. */
export interface ShownConfig {
  readonly json: Json
  readonly text: string
  readonly platform: string | undefined
  /** What made each layer, in their order. */
  readonly history: readonly string[]
  readonly at: number
}

/** Reads the config that a manifest names; undefined for what is not there, is large, or is no JSON object. */
export async function readConfig(
  { store, at }: Visit,
  repository: string,
  { config }: ShownManifest,
): Promise<ShownConfig | undefined> {
  const bytes = await readSmallBlob(store, repository, config?.digest, at)
  const json = bytes && readObject(bytes)
  if (!json || Object.keys(json).length === 0) return undefined
  const history = objectsOf(json['history']).filter((one) => one['empty_layer'] !== true)
  return {
    json,
    text: String(bytes),
    platform: platformOf(json),
    history: history.map((one) => textOf(one['created_by']) ?? ''),
    at,
  }
}

/** What a config says of running the image. */
export function configSection({ json, text, at }: ShownConfig): Html {
  const run = readObject(json['config']) ?? {}
  const labels = pairsOf(run['Labels'])
  const created = Date.parse(textOf(json['created']) ?? '')
  const names = (value: unknown): HtmlValue => words(Object.keys(readObject(value) ?? {}))
  return html`<section>
    <h2>Config</h2>
    ${facts([
      ['Created', Number.isNaN(created) ? undefined : timeOf(created, at)],
      ['Author', textOf(json['author'])],
      ['Entrypoint', words(textsOf(run['Entrypoint']))],
      ['Command', words(textsOf(run['Cmd']))],
      ['Working folder', textOf(run['WorkingDir'])],
      ['User', textOf(run['User'])],
      ['Environment', lines(textsOf(run['Env']))],
      ['Ports', names(run['ExposedPorts'])],
      ['Volumes', names(run['Volumes'])],
    ])}${
      labels.length > 0 &&
      html`<h3>Labels</h3>
        ${pairs(labels)}`
    }${rawText(text, `${counted(Buffer.byteLength(text), 'byte')} of JSON`)}
  </section>`
}

const words = (list: readonly string[]): HtmlValue => list.length > 0 && html`<code>${list.join(' ')}</code>`
const lines = (list: readonly string[]): HtmlValue =>
  list.length > 0 && list.map((one) => html`<code class="line">${one}</code>`)
