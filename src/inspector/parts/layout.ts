import type { Headers, Reply } from '../../protocol/call.js'
import { formatPage } from '../../route/page.js'
import { assetPath } from '../assets.js'
import { html, type Html, type HtmlValue } from '../html.js'
import type { Visit } from '../visit.js'
import { hiddenToken } from './forms.js'

/** One step of the way to a page. */
export interface Crumb {
  readonly text: string
  /** Undefined for the page itself. */
  readonly path?: string | undefined
}

export interface Document {
  /** What the browser calls it, and its heading unless there is another. */
  readonly title: string
  /** In place of the title. */
  readonly heading?: Html | undefined
  readonly crumbs?: readonly Crumb[]
  /** Which of the entries on top it belongs to. */
  readonly here?: 'contents' | 'live'
  readonly main: HtmlValue
}

/** What every page is sent with: nothing on it may come from elsewhere, be run from its text, or stand in a frame. */
export const pageHeaders: Headers = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // It shows what is there now, to whoever asks.
  'Cache-Control': 'no-store',
}

/** A page as the reply that sends it. */
export function pageReply(visit: Visit, document: Document, status = 200, headers: Headers = {}): Reply {
  const body = Buffer.from(`<!doctype html>\n${whole(visit, document).toString()}`)
  return {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': body.length, ...pageHeaders, ...headers },
    body,
  }
}

/** Sends a browser on to another page. @param headers Beside what every page is sent with. */
export const redirect = (path: string, headers: Headers = {}): Reply => ({
  status: 303,
  headers: { Location: path, 'Content-Length': 0, ...pageHeaders, ...headers },
})

const whole = (visit: Visit, { title, heading, crumbs = [], here, main }: Document): Html =>
  html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title} · ${visit.host}</title>
      <link rel="icon" href="${assetPath('icon.svg')}" type="image/svg+xml" />
      <link rel="stylesheet" href="${assetPath('style.css')}" />
      <script src="${assetPath('script.js')}" defer></script>
    </head>
    <body>
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
        <a class="brand" href="/"
          ><img src="${assetPath('icon.svg')}" alt="" width="22" height="22" /><span>${visit.host}</span></a
        >
        <nav aria-label="Main">
          ${entry('Contents', formatPage({ name: 'organizations' }), here === 'contents')}
          ${entry('Live requests', formatPage({ name: 'live' }), here === 'live')}
        </nav>
        ${who(visit)}
      </header>
      <main id="main" tabindex="-1">
        ${
          crumbs.length > 0 &&
          html`<nav class="crumbs" aria-label="Breadcrumb">
            <ol>
              ${crumbs.map(crumb)}
            </ol>
          </nav>`
        }
        <h1>${heading ?? title}</h1>
        ${main}
      </main>
      <footer>start-registry, played as <code>${visit.profile}</code></footer>
    </body>
  </html> `

const entry = (text: string, path: string, isHere: boolean): Html =>
  html`<a href="${path}" ${isHere && html` aria-current="true"`}>${text}</a>`

const crumb = ({ text, path }: Crumb): Html =>
  path === undefined
    ? html`<li><span aria-current="page">${text}</span></li>`
    : html`<li><a href="${path}">${text}</a></li>`

function who(visit: Visit): HtmlValue {
  if (visit.account !== undefined) {
    return html`<form class="who" method="post" action="${formatPage({ name: 'logout' })}">
      ${hiddenToken(visit)}<span>${visit.account}</span><button type="submit" class="quiet">Log out</button>
    </form>`
  }
  return visit.canLogIn && html`<div class="who"><a href="${formatPage({ name: 'login' })}">Log in</a></div>`
}
