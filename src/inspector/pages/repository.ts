import type { Reply } from '../../protocol/call.js'
import { formatPage } from '../../route/page.js'
import { first, formatQuery } from '../../route/query.js'
import type { Digest } from '../../route/names.js'
import { allNames } from '../../store/pages.js'
import { kindWords, readManifest, contentSize, type ShownManifest } from '../content/manifest.js'
import { html, type Html, type HtmlValue } from '../html.js'
import { commandList, pushCommand } from '../parts/commands.js'
import { crumbsOf } from '../parts/crumbs.js'
import { filterBox } from '../parts/forms.js'
import { pageReply } from '../parts/layout.js'
import { badge, counted, digestOf, shortenHex, sizeText, timeOf } from '../parts/words.js'
import type { Visit } from '../visit.js'
import { missingPage } from './missing.js'

const pageSize = 100
const mostUntagged = 100
/** Finding what has no tag takes a look at all that do. */
const mostSearched = 10_000

/** A repository's tags, a page at a time, and the manifests that have none. */
export async function repositoryPage(visit: Visit, repository: string): Promise<Reply> {
  const { store, viewer, query, summaries, at } = visit
  if (!viewer.maySee(repository) || !(await isThere(visit, repository))) return missingPage(visit)
  const filter = first(query, 'filter') ?? ''
  const after = first(query, 'after')
  const summary = await summaries.of(repository)
  const { tags, more } = await tagsBehind(visit, repository, filter, after)
  const rows = await Promise.all(tags.map((tag) => tagRow(visit, repository, tag)))
  const isFirst = after === undefined && filter === ''
  const untagged = isFirst && summary.tags <= mostSearched ? await untaggedRows(visit, repository) : []
  const next = more && formatQuery({ filter: filter || undefined, after: tags.at(-1) })
  const main = html`<p class="lead">
      ${counted(summary.tags, 'tag')}, ${counted(summary.manifests, 'manifest')},
      ${sizeText(summary.size)}${summary.isPart && ' and more'}${summary.at !== undefined && html`, last push ${timeOf(summary.at, at)}`}
    </p>
    ${summary.tags > 0 && filterBox('Filter tags', filter, '1.0')}
    ${
      rows.length > 0 &&
      html`<h2 class="sr">Tags</h2>
        <ul class="list tags">
          ${rows}
        </ul>`
    }
    ${next && html`<p class="pager"><a href="${next}" rel="next">Next tags</a></p>`}
    ${summary.tags > 0 && rows.length === 0 && html`<p class="empty">No tag ${filter === '' ? 'is behind this one' : html`has “${filter}” in its name`}.</p>`}
    ${
      summary.tags === 0 &&
      html`<section class="empty">
        <h2>No tag yet</h2>
        <p>Push one:</p>
        ${commandList([pushCommand(visit, repository)])}
      </section>`
    }
    ${
      untagged.length > 0 &&
      html`<section>
        <h2>Without a tag</h2>
        <ul class="list tags">
          ${untagged}
        </ul>
      </section>`
    }`
  return pageReply(visit, {
    title: repository,
    here: 'contents',
    crumbs: crumbsOf(visit, repository),
    main,
  })

  // In a Quay a repository may be there before anything is in it.
  async function isThere({ grounds }: Visit, name: string): Promise<boolean> {
    if (await store.tags(name, { limit: 1 })) return true
    for await (const one of grounds.repositories(viewer)) if (one === name) return true
    return false
  }
}

async function tagsBehind(
  { store }: Visit,
  repository: string,
  filter: string,
  after: string | undefined,
): Promise<{ readonly tags: readonly string[]; readonly more: boolean }> {
  if (filter === '') {
    const listing = await store.tags(repository, { after, limit: pageSize })
    return { tags: listing?.items ?? [], more: listing?.more ?? false }
  }
  const tags: string[] = []
  const wanted = filter.toLowerCase()
  for await (const tag of allNames((page) => store.tags(repository, page))) {
    if (!tag.toLowerCase().includes(wanted) || (after !== undefined && tag <= after)) continue
    if (tags.length === pageSize) return { tags, more: true }
    tags.push(tag)
  }
  return { tags, more: false }
}

async function tagRow(visit: Visit, repository: string, tag: string): Promise<HtmlValue> {
  const digest = await visit.store.tag(repository, tag)
  const manifest = digest && (await readManifest(visit.store, repository, digest))
  return manifest && manifestRow(visit, repository, manifest, { tag })
}

const manifestRow = (
  { at }: Visit,
  repository: string,
  manifest: ShownManifest,
  reference: { readonly tag: string } | { readonly digest: Digest },
): Html => {
  const path = formatPage({ name: 'manifest', repository, reference })
  const { entry, kind, manifests } = manifest
  const name =
    'tag' in reference
      ? html`<span title="${reference.tag}">${shortenHex(reference.tag)}</span>`
      : digestOf(reference.digest)
  return html`<li>
    <a class="name" href="${path}">${name}</a><span class="meta">${badge(kindWords[kind])}</span
    ><span class="meta"
      >${kind === 'index' ? counted(manifests.length, 'manifest') : sizeText(contentSize(manifest))}</span
    ><span class="meta">${'tag' in reference && digestOf(entry.digest)}</span
    ><span class="meta">${timeOf(entry.at, at)}</span>
  </li>`
}

// Those that somebody may be looking for: pushed by digest, or left behind by a tag that moved on.
async function untaggedRows(visit: Visit, repository: string): Promise<Html[]> {
  const { store } = visit
  const listing = await store.manifests(repository, { limit: 2000 })
  const tagged = new Set<string>()
  for await (const tag of allNames((page) => store.tags(repository, page))) {
    const digest = await store.tag(repository, tag)
    if (digest) tagged.add(digest)
  }
  const rows: Html[] = []
  for (const { digest } of listing?.items ?? []) {
    if (tagged.has(digest)) continue
    if (rows.length === mostUntagged) break
    const manifest = await readManifest(store, repository, digest)
    if (manifest) rows.push(manifestRow(visit, repository, manifest, { digest }))
  }
  return rows
}
