import type { Reply } from '../../protocol/call.js'
import { formatPage } from '../../route/page.js'
import { html } from '../html.js'
import { hiddenToken, problem } from '../parts/forms.js'
import { pageReply } from '../parts/layout.js'
import type { Visit } from '../visit.js'

/** What stood in the form, but for the password. */
export interface LoginForm {
  readonly username: string
  /** The page to go to then. */
  readonly to: string
  readonly wrong?: string | undefined
}

/** The form to log in with. */
export const loginPage = (visit: Visit, { username, to, wrong }: LoginForm): Reply =>
  pageReply(
    visit,
    {
      title: 'Log in',
      main: html`<section class="card narrow">
          <form method="post" action="${formatPage({ name: 'login' })}" class="stack">
            ${hiddenToken(visit)}
            <input type="hidden" name="to" value="${to}" />
            ${problem(wrong)}
            <label for="username">Username</label>
            <input
              id="username"
              name="username"
              value="${username}"
              autocomplete="username"
              autocapitalize="none"
              spellcheck="false"
              required
            />
            <label for="password">Password</label>
            <input id="password" name="password" type="password" autocomplete="current-password" required />
            <button type="submit">Log in</button>
          </form>
        </section>
        <p class="hint">The same username and password as with <code>podman login ${visit.host}</code>.</p>`,
    },
    wrong === undefined ? 200 : 403,
  )
