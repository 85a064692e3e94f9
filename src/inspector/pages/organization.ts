import type { Reply } from '../../protocol/call.js'
import { formatPage } from '../../route/page.js'
import { first, formatQuery } from '../../route/query.js'
import { html, type Html } from '../html.js'
import { commandList, pushCommand } from '../parts/commands.js'
import { filterBox } from '../parts/forms.js'
import { pageReply } from '../parts/layout.js'
import { counted, sizeText, timeOf } from '../parts/words.js'
import type { Visit } from '../visit.js'
import { missingPage } from './missing.js'
import { organizationOf } from './organizations.js'

const pageSize = 50

/** The repositories of an organization. */
export async function organizationPage(visit: Visit, organization: string): Promise<Reply> {
  const { grounds, viewer, query } = visit
  const filter = first(query, 'filter') ?? ''
  const after = first(query, 'after') ?? ''
  const all: string[] = []
  for await (const repository of grounds.repositories(viewer)) {
    if (organizationOf(repository, grounds.library) === organization) all.push(repository)
  }
  if (all.length === 0 && ![...grounds.organizations(viewer)].includes(organization)) return missingPage(visit)
  const matching = all.filter((name) => name.includes(filter) && name > after)
  const shown = matching.slice(0, pageSize)
  const rows = await Promise.all(shown.map((name) => row(visit, name)))
  const more = matching.length > shown.length && formatQuery({ filter: filter || undefined, after: shown.at(-1) })
  const main = html`<p class="lead">${counted(all.length, 'repository', 'repositories')}</p>
    ${all.length > 0 && filterBox('Filter repositories', filter, 'app')}
    ${
      rows.length > 0 &&
      html`<ul class="list">
        ${rows}
      </ul>`
    }
    ${more && html`<p class="pager"><a href="${more}" rel="next">Next ${counted(Math.min(pageSize, matching.length - shown.length), 'repository', 'repositories')}</a></p>`}
    ${
      all.length === 0 &&
      html`<section class="empty">
        <h2>No repository yet</h2>
        <p>A repository is made by the first push to it:</p>
        ${commandList([pushCommand(visit, `${organization}/app`)])}
      </section>`
    }
    ${all.length > 0 && rows.length === 0 && html`<p class="empty">No repository has “${filter}” in its name.</p>`}`
  return pageReply(visit, {
    title: organization,
    here: 'contents',
    crumbs: [{ text: 'Organizations', path: '/' }, { text: organization }],
    main,
  })
}

async function row({ summaries, at }: Visit, repository: string): Promise<Html> {
  const summary = await summaries.of(repository)
  const plus = summary.isPart && '+'
  return html`<li>
    <a class="name" href="${formatPage({ name: 'repository', repository })}">${repository}</a
    ><span class="meta">${counted(summary.tags, 'tag')}${plus}</span
    ><span class="meta">${sizeText(summary.size)}${plus}</span
    ><span class="meta">${summary.at !== undefined && timeOf(summary.at, at)}</span>
  </li>`
}
