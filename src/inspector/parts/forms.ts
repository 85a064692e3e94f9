import { html, type Html } from '../html.js'
import type { Visit } from '../visit.js'

/** The field by which a form is known to be ours. */
export const hiddenToken = ({ token }: Pick<Visit, 'token'>): Html =>
  html`<input type="hidden" name="token" value="${token}" />`

/** What went wrong with a form, above it. */
export const problem = (text: string | undefined): Html | false =>
  text !== undefined && html`<p class="problem" role="alert">${text}</p>`

/** A box that searches what a page lists; `/` leads to it. */
export const filterBox = (label: string, value: string, placeholder: string): Html =>
  html`<form class="filter" method="get" role="search">
    <label for="filter">${label}</label>
    <input
      id="filter"
      name="filter"
      type="search"
      value="${value}"
      placeholder="${placeholder}"
      autocomplete="off"
      spellcheck="false"
      data-focus-key="/"
    />
    <button type="submit" class="quiet">Filter</button>
  </form>`
