import type { Call, Reply } from '../protocol/call.js'
import { formatPage, parsePage, type Page } from '../route/page.js'
import { first } from '../route/query.js'
import { assetReply } from './assets.js'
import { Summaries } from './content/summaries.js'
import { readForm } from './form.js'
import { LiveStreams, livePage } from './pages/live.js'
import { layerPage } from './pages/layer.js'
import { loginPage } from './pages/login.js'
import { manifestPage } from './pages/manifest.js'
import { missingPage, notAllowed, refusedPage } from './pages/missing.js'
import { organizationPage } from './pages/organization.js'
import { organizationsPage } from './pages/organizations.js'
import { repositoryPage } from './pages/repository.js'
import { redirect } from './parts/layout.js'
import { RegistryError } from '../protocol/errors.js'
import { Sessions, type Session } from './sessions.js'
import type { Surroundings, Viewer } from './surroundings.js'
import { hostOf, type Visit } from './visit.js'

type Form = (name: string) => string

/** The pages of a registry, for people with a browser. */
export class Inspector {
  readonly #surroundings: Surroundings
  readonly #summaries: Summaries
  readonly #sessions = new Sessions()
  readonly #streams = new LiveStreams()

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
    this.#summaries = new Summaries(surroundings.store)
  }

  /** Ends the streams that browsers listen to. */
  close(): void {
    this.#streams.close()
  }

  /** Answers a call for a page. */
  async answer(call: Call, page: Page): Promise<Reply> {
    const { people } = this.#surroundings
    const reads = call.method === 'GET' || call.method === 'HEAD'
    if (page.name === 'asset' && reads) {
      const asset = assetReply(page.file)
      if (asset) return asset
    }
    const session = this.#sessions.of(call)
    const known = people.viewer(session?.account)
    const viewer = known ?? (session && people.viewer(undefined))
    const own = known ? session : undefined
    const visit = this.#visit(call, own, viewer ?? nobody)
    if (!reads) {
      try {
        return await this.#change(call, page, visit, own, viewer !== undefined)
      } catch (error) {
        if (error instanceof RegistryError) return refusedPage(visit, error)
        throw error
      }
    }
    if (page.name === 'login' && people.login) {
      return loginPage(visit, { username: '', to: safePath(first(call.query, 'to')) })
    }
    if (!viewer) return redirect(`${formatPage({ name: 'login' })}?to=${encodeURIComponent(pathOf(page))}`)
    return this.#show(call, page, visit)
  }

  #show(call: Call, page: Page, visit: Visit): Reply | Promise<Reply> {
    switch (page.name) {
      case 'organizations':
        return organizationsPage(visit)
      case 'organization':
        return organizationPage(visit, page.organization)
      case 'repository':
        return repositoryPage(visit, page.repository)
      case 'manifest':
        return manifestPage(visit, page.repository, page.reference)
      case 'layer':
        return layerPage(visit, page.repository, page.digest)
      case 'live':
        return livePage(visit)
      case 'events':
        return this.#streams.open(visit, [call.headers['last-event-id']].flat()[0])
      case 'logout':
        return notAllowed(visit, 'POST')
      case 'login':
      case 'asset':
      case 'missing':
        return missingPage(visit)
    }
  }

  async #change(call: Call, page: Page, visit: Visit, session: Session | undefined, isIn: boolean): Promise<Reply> {
    const takesForms = page.name === 'organizations' || page.name === 'login' || page.name === 'logout'
    if (call.method !== 'POST' || !takesForms) {
      return notAllowed(visit, takesForms ? 'GET, HEAD, POST' : 'GET, HEAD')
    }
    const form = await readForm(call)
    if (!this.#sessions.isToken(form('token'), session)) {
      throw new RegistryError('DENIED', 'this form is too old, or is none of this page: load the page again')
    }
    if (page.name === 'login') return this.#logIn(call, form, visit)
    if (page.name === 'logout') return redirect('/', { 'Set-Cookie': this.#sessions.end(session, call) })
    return isIn ? create(visit, form('name').trim()) : redirect(formatPage({ name: 'login' }))
  }

  async #logIn(call: Call, form: Form, visit: Visit): Promise<Reply> {
    const { login, viewer } = this.#surroundings.people
    const username = form('username')
    const to = safePath(form('to'))
    const wrong = login ? await login(username, form('password'), call.at) : 'Nobody can log in here.'
    if (wrong !== undefined || !viewer(username)) {
      return loginPage(visit, { username, to, wrong: wrong ?? 'This account has no pages.' })
    }
    // Whoever had another session has this one now.
    this.#sessions.end(this.#sessions.of(call), call)
    return redirect(to, { 'Set-Cookie': this.#sessions.begin(username, call) })
  }

  #visit(call: Call, session: Session | undefined, viewer: Viewer): Visit {
    return {
      ...this.#surroundings,
      viewer,
      account: session?.account,
      canLogIn: this.#surroundings.people.login !== undefined,
      token: this.#sessions.token(session),
      query: call.query,
      at: call.at,
      scheme: call.origin.scheme,
      host: hostOf(call),
      summaries: this.#summaries,
    }
  }
}

/** Somebody who must log in before anything is shown. */
const nobody: Viewer = { account: undefined, maySee: () => false, seesAll: false, mayCreate: false }

async function create(visit: Visit, name: string): Promise<Reply> {
  const wrong = visit.grounds.create(name, visit.viewer, visit.at)
  return wrong === undefined
    ? redirect(formatPage({ name: 'organization', organization: name }))
    : organizationsPage(visit, { name, wrong })
}

const pathOf = (page: Page): string => (page.name === 'missing' || page.name === 'asset' ? '/' : formatPage(page))

/** A page of ours to go on to, whatever an address says: nobody is to be led elsewhere by a link to the login. */
function safePath(path: string | undefined): string {
  const page = path === undefined ? undefined : parsePage(path)
  if (!page || page.name === 'missing' || ['login', 'logout', 'asset', 'events'].includes(page.name)) return '/'
  return pathOf(page)
}
