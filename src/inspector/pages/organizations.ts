import type { Reply } from '../../protocol/call.js'
import { formatPage } from '../../route/page.js'
import { html, type Html, type HtmlValue } from '../html.js'
import { commandList, pushCommand } from '../parts/commands.js'
import { filterBox, hiddenToken, problem } from '../parts/forms.js'
import { pageReply } from '../parts/layout.js'
import { counted } from '../parts/words.js'
import { first } from '../../route/query.js'
import type { Visit } from '../visit.js'

/** How many repositories are counted for the page. */
const mostCounted = 20_000

/** The organization that a repository is in: what its name begins with. */
export const organizationOf = (repository: string, library: string): string => {
  const slash = repository.indexOf('/')
  return slash < 0 ? library : repository.slice(0, slash)
}

/** All organizations, with a form to create one. @param form What was wrong with the form, and the name that was given. */
export async function organizationsPage(
  visit: Visit,
  form?: { readonly name: string; readonly wrong: string },
): Promise<Reply> {
  const counts = new Map<string, number>()
  for (const name of visit.grounds.organizations(visit.viewer)) counts.set(name, 0)
  let walked = 0
  for await (const repository of visit.grounds.repositories(visit.viewer)) {
    if (++walked > mostCounted) break
    const name = organizationOf(repository, visit.grounds.library)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const filter = first(visit.query, 'filter') ?? ''
  const all = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const shown = all.filter(([name]) => name.includes(filter))
  const main = html`<p class="lead">
      ${counted(all.length, 'organization')},
      ${counted(Math.min(walked, mostCounted), 'repository', 'repositories')}${walked > mostCounted && ' and more'}
    </p>
    ${all.length > 0 && filterBox('Filter organizations', filter, 'team')}
    ${
      shown.length > 0
        ? html`<ul class="list short">
            ${shown.map(row)}
          </ul>`
        : nothing(visit, filter)
    }
    ${visit.viewer.mayCreate && createForm(visit, form)}`
  return pageReply(visit, { title: 'Organizations', here: 'contents', main }, form ? 422 : 200)
}

const row = ([name, count]: readonly [string, number]): Html =>
  html`<li>
    <a class="name" href="${formatPage({ name: 'organization', organization: name })}">${name}</a
    ><span class="meta">${counted(count, 'repository', 'repositories')}</span>
  </li>`

const nothing = (visit: Visit, filter: string): HtmlValue =>
  filter === ''
    ? html`<section class="empty">
        <h2>Nothing here yet</h2>
        <p>Push an image, and it shows here:</p>
        ${commandList([pushCommand(visit, 'team/app')])}
      </section>`
    : html`<p class="empty">No organization has “${filter}” in its name.</p>`

const createForm = (visit: Visit, form: { name: string; wrong: string } | undefined): Html =>
  html`<section class="card">
    <h2>Create an organization</h2>
    <form method="post" action="/" class="create">
      ${hiddenToken(visit)} ${problem(form?.wrong)}
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value="${form?.name ?? ''}"
        required
        maxlength="128"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        ${form && html` aria-invalid="true"`}
      />
      <button type="submit">Create organization</button>
    </form>
  </section>`
