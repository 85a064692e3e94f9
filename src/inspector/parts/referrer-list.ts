import { formatPage } from '../../route/page.js'
import { contentSize, kindWords } from '../content/manifest.js'
import type { Referrer } from '../content/referrers.js'
import { html, type Html } from '../html.js'
import { badge, digestOf, shortenHex, shortType, sizeText } from './words.js'

/** What refers to a manifest, and what refers to that. */
export const referrerList = (repository: string, referrers: readonly Referrer[]): Html =>
  html`<section>
    <h2>What refers to it</h2>
    ${list(repository, referrers)}
  </section>`

const list = (repository: string, referrers: readonly Referrer[]): Html =>
  html`<ul class="tree">
    ${referrers.map((one) => row(repository, one))}
  </ul>`

function row(repository: string, { manifest, tag, referrers }: Referrer): Html {
  const { entry, kind } = manifest
  const path = formatPage({ name: 'manifest', repository, reference: { digest: entry.digest } })
  // What stands behind cosign's tags says nothing of itself that is of use.
  const type = tag === undefined ? shortType(entry.artifactType ?? entry.mediaType) : shortenHex(tag)
  return html`<li>
    <div class="child">
      <a class="name" href="${path}">${type}</a>${badge(kindWords[kind])}<span class="size"
        >${sizeText(contentSize(manifest))}</span
      >${digestOf(entry.digest)}${tag !== undefined && html`<span class="meta">by its tag</span>`}
    </div>
    ${referrers.length > 0 && list(repository, referrers)}
  </li>`
}
