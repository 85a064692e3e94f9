import type { Reply } from '../../protocol/call.js'
import type { RegistryError } from '../../protocol/errors.js'
import { html } from '../html.js'
import { pageReply } from '../parts/layout.js'
import type { Visit } from '../visit.js'

/** What is answered where nothing is, or nothing that whoever looks may see: the two are not told apart. */
export const missingPage = (visit: Visit): Reply =>
  pageReply(
    visit,
    {
      title: 'There is nothing here',
      main: html`<section class="empty">
        <p>
          No organization, repository, tag or manifest of this name is
          here${visit.canLogIn && visit.account === undefined && ', or none that can be seen without login'}.
        </p>
        <p>It may have been deleted, collected or reset, or the address is mistyped.</p>
        <p><a href="/">See what there is</a></p>
      </section>`,
    },
    404,
  )

/** A page that another method than its own was sent to. @param allow Those that it has. */
export const notAllowed = (visit: Visit, allow: string): Reply =>
  pageReply(
    visit,
    { title: 'This page cannot do that', main: html`<p>It answers ${allow}. <a href="/">Go to the start</a></p>` },
    405,
    { Allow: allow },
  )

/** A form that is refused: too old, of another site, or too long. */
export const refusedPage = (visit: Visit, { message, status }: RegistryError): Reply =>
  pageReply(
    visit,
    {
      title: 'That was not done',
      main: html`<p class="problem">${message}</p>
        <p><a href="/">Go to the start</a></p>`,
    },
    status,
  )
