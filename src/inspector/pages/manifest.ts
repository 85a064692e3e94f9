import type { Reply } from '../../protocol/call.js'
import { formatPage } from '../../route/page.js'
import type { Reference } from '../../route/names.js'
import { contentSize, kindWords, readManifest, type ShownManifest } from '../content/manifest.js'
import { referrersOf } from '../content/referrers.js'
import { html, type Html, type HtmlValue } from '../html.js'
import { commandList, chartCommands, copyButton, pullCommands } from '../parts/commands.js'
import { crumbsOf } from '../parts/crumbs.js'
import { pairs, rawText, strip } from '../parts/facts.js'
import { pageReply } from '../parts/layout.js'
import { badge, counted, digestOf, shortDigest, shortenHex, sizeText, timeOf } from '../parts/words.js'
import { childTree } from '../parts/child-tree.js'
import { layerList } from '../parts/layer-list.js'
import { referrerList } from '../parts/referrer-list.js'
import { signatureList } from '../parts/signature-list.js'
import type { Visit } from '../visit.js'
import { chartSection, readChart } from './chart.js'
import { configSection, readConfig } from './config.js'
import { missingPage } from './missing.js'

/** A manifest as a readable tree, with all that is known of it. */
export async function manifestPage(visit: Visit, repository: string, reference: Reference): Promise<Reply> {
  const { store, viewer, at } = visit
  if (!viewer.maySee(repository)) return missingPage(visit)
  const digest = reference.digest ?? (await store.tag(repository, reference.tag))
  const manifest = digest && (await readManifest(store, repository, digest))
  if (!digest || !manifest) return missingPage(visit)
  const { entry, kind, annotations, layers } = manifest
  const [config, chart, referrers, found] = await Promise.all([
    readConfig(visit, repository, manifest),
    kind === 'chart' ? readChart(visit, repository, manifest) : undefined,
    referrersOf(store, repository, digest),
    visit.signatures(repository, digest),
  ])
  const name = reference.tag ?? shortDigest(digest)
  const place = { ...visit, repository, reference: reference.tag === undefined ? `@${digest}` : `:${reference.tag}` }
  const commands =
    kind === 'chart' ? chartCommands(place, chart?.version) : pullCommands(place, kind === 'image' || kind === 'index')
  const main = html`<p class="lead">
      ${badge(kindWords[kind])} ${digestOf(digest)} ${copyButton(digest, 'Copy the digest')}
    </p>
    ${strip([
      ['Media type', html`<code>${entry.mediaType}</code>`],
      [
        'Artifact type',
        entry.artifactType !== undefined &&
          entry.artifactType !== manifest.config?.mediaType &&
          html`<code>${entry.artifactType}</code>`,
      ],
      ['Size', sizeOf(manifest)],
      ['Platform', config?.platform],
      ['Pushed', timeOf(entry.at, at)],
      [
        'Subject',
        entry.subject &&
          html`<a href="${formatPage({ name: 'manifest', repository, reference: { digest: entry.subject } })}"
            >${digestOf(entry.subject)}</a
          >`,
      ],
    ])}
    <section>
      <h2>Pull</h2>
      ${commandList(commands)}
    </section>
    ${chart && chartSection(chart)} ${manifest.manifests.length > 0 && (await childTree(visit, repository, manifest))}
    ${layers.length > 0 && layerList(repository, manifest, config?.history ?? [])} ${signatureList(found)}
    ${referrers.length > 0 && referrerList(repository, referrers)}
    ${
      annotations.length > 0 &&
      html`<section>
        <h2>Annotations</h2>
        ${pairs(annotations)}
      </section>`
    }
    ${config && configSection(config)}
    <section>
      <h2>Manifest</h2>
      ${rawText(manifest.text, `${counted(entry.size, 'byte')} of JSON`)}
    </section>`
  return pageReply(visit, {
    title: `${repository}${reference.tag === undefined ? `@${shortDigest(digest)}` : `:${reference.tag}`}`,
    heading: heading(name, reference),
    here: 'contents',
    crumbs: crumbsOf(visit, repository, { text: shortenHex(name) }),
    main,
  })
}

const heading = (name: string, { tag }: Reference): Html =>
  tag === undefined ? html`<code>${name}</code>` : html`<span title="${name}">${shortenHex(name)}</span>`

const sizeOf = (manifest: ShownManifest): HtmlValue =>
  manifest.kind === 'index' ? counted(manifest.manifests.length, 'manifest') : sizeText(contentSize(manifest))
