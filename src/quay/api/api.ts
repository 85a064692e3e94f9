import type { Awaitable } from '../../protocol/awaitable.js'
import type { Call, Reply } from '../../protocol/call.js'
import { RegistryError } from '../../protocol/errors.js'
import { first } from '../../route/query.js'
import type { QuayVersion } from '../../profiles/quay.js'
import type { Store } from '../../store/store.js'
import { authenticateOAuth } from '../directory/credentials.js'
import type { Directory } from '../directory/directory.js'
import { anonymous, userIdentity, type Identity } from '../directory/identity.js'
import { DirectoryRefusal } from '../directory/refusal.js'
import { htmlError, htmlRedirect } from '../html.js'
import { sweep } from '../history/retag.js'
import type { TagHistory } from '../history/tag-history.js'
import { abortRefusal, answer, ApiRefusal, dataRefusal, flaskAnswer, restRefusal } from './answers.js'
import { isBrowser } from './browser.js'
import { apiDefaults, type ApiConfig } from './config.js'
import { deleteTaggedContent } from './content.js'
import { initialize } from './initialize.js'
import { csrfRefusal, discovery, findPageBeside } from './pages.js'
import { findPage, formatPage, isApiPath, paths, type PageName } from './paths.js'
import { parameter, type ApiRequest, type ApiState, type Handler, type Page } from './request.js'
import { appTokenPages } from './resources/app-tokens.js'
import { applicationPages } from './resources/applications.js'
import { manifestPages } from './resources/manifests.js'
import { memberPages } from './resources/members.js'
import { messagePages } from './resources/messages.js'
import { organizationPages } from './resources/organizations.js'
import { permissionPages } from './resources/permissions.js'
import { policyPages } from './resources/policies.js'
import { prototypePages } from './resources/prototypes.js'
import { quotaPages } from './resources/quotas.js'
import { repositoryPages } from './resources/repositories.js'
import { robotPages } from './resources/robots.js'
import { signinPages } from './resources/signin.js'
import { starPages } from './resources/stars.js'
import { superuserPages } from './resources/superuser.js'
import { tagPages } from './resources/tags.js'
import { teamPages } from './resources/teams.js'
import { userPages } from './resources/users.js'
import { readSession, type Session } from './session.js'

export interface QuayApiOptions {
  readonly directory: Directory
  readonly store: Store
  readonly history: TagHistory
  readonly config?: Partial<ApiConfig> | undefined
  readonly version: QuayVersion
  /** Is asked before a tag is pointed at a manifest. A RegistryError that it throws is the answer. @default nobody */
  readonly beforeTag?: ApiState['beforeTag'] | undefined
  /** Deletes all that a repository, `namespace/name`, holds. @default what its tags lead to */
  readonly deleteContent?: ((repository: string, at: number) => Awaitable<void>) | undefined
}

/** Answers a call; undefined for one whose path is none of the API's. It never rejects for what a client did. */
export type QuayApi = (call: Call) => Awaitable<Reply> | undefined

/**
 * Quay's management API, `/api/v1/`, and the few pages beside it that scripts and Quay's own page call: `/config`,
 * `/csrf_token`, `/health/instance`, `/_internal_ping`, `/oauth/authorizeapp` (quay.md §4). Below `/api/` every path is
 * its own: an unknown one is answered as Quay's web framework does.
 */
export function quayApi(options: QuayApiOptions): QuayApi {
  const { store } = options
  const state: ApiState = {
    ...options,
    config: { ...apiDefaults, ...options.config },
    beforeTag: options.beforeTag ?? (() => undefined),
    deleteContent: options.deleteContent ?? ((repository, at) => deleteTaggedContent(store, repository, at)),
  }
  return (call) => {
    if (call.route.kind !== 'unknown') return undefined
    const { path } = call.route
    const beside = findPageBeside(call, path)
    if (beside) return refusing(() => beside({ ...state, call, parameters: {}, ...callerOf(call, state.directory) }))
    return isApiPath(path) ? refusing(() => answerApi(call, path, state)) : undefined
  }
}

const pages: Readonly<Partial<Record<PageName, Page>>> = {
  ...appTokenPages,
  ...applicationPages,
  ...manifestPages,
  ...memberPages,
  ...messagePages,
  ...organizationPages,
  ...permissionPages,
  ...policyPages,
  ...prototypePages,
  ...quotaPages,
  ...repositoryPages,
  ...robotPages,
  ...signinPages,
  ...starPages,
  ...superuserPages,
  ...tagPages,
  ...teamPages,
  ...userPages,
  discovery: { open: true, GET: (request) => answer(200, discovery(request, shownPages)) },
  error: { GET: (request) => answer(200, errorPage(request)) },
}

const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const

const shownPages: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(pages).map(([name, page]) => [paths[name as PageName], methods.filter((method) => page[method])]),
)

async function refusing(act: () => Awaitable<Reply>): Promise<Reply> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ApiRefusal) return error.reply
    if (error instanceof DirectoryRefusal) return dataRefusal(error.message).reply
    // The store's own refusals are the server's to show: a full disk is no matter of the API.
    if (error instanceof RegistryError) return restRefusal(error.status, error.message).reply
    throw error
  }
}

async function answerApi(call: Call, path: string, state: ApiState): Promise<Reply> {
  const { directory, config, version } = state
  const found = findPage(path)
  if (found?.page === 'userInitialize') {
    if (!config.FEATURE_USER_INITIALIZE) throw abortRefusal(404, 'Not Found')
    if (call.method !== 'POST') return htmlError(405, version)
    return initialize({ ...state, call, parameters: {}, identity: anonymous, session: undefined })
  }
  const page = found && pages[found.page]
  if (!found || !page || page.hidden?.(state)) return htmlError(404, version)
  if (found.slashMissing) {
    const to = formatPage(found.page, found.parameters)
    return htmlRedirect(`${call.origin.scheme}://${call.origin.host}${to}`, version)
  }
  const { parameters } = found
  const caller = callerOf(call, directory)
  call.account = caller.identity.username
  const request: ApiRequest = { ...state, call, parameters, ...caller }
  if (call.method === 'OPTIONS') return answer(200, null)
  const handler = handlerOf(page, call.method)
  if (!handler) throw methodNotAllowed(page)
  checkCall(request, page)
  await sweep(state.store, state.history, call.at)
  return handler(request)
}

const handlerOf = (page: Page, method: string): Handler | undefined =>
  method === 'HEAD'
    ? page.GET
    : methods.some((one) => one === method)
      ? page[method as (typeof methods)[number]]
      : undefined

function methodNotAllowed(page: Page): ApiRefusal {
  const allowed = methods
    .filter((method) => page[method])
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method))
  return restRefusal(405, 'The method is not allowed for the requested URL.', {
    Allow: [...allowed, 'OPTIONS'].join(', '),
  })
}

// In this order: browsers' scripts, CSRF, readers of a registry that takes no changes, nobody.
function checkCall(request: ApiRequest, page: Page): void {
  const { call, config, directory, identity } = request
  const reads = call.method === 'GET' || call.method === 'HEAD'
  const agent = call.headers['user-agent'] ?? ''
  const scripted = call.headers['x-requested-with'] === 'XMLHttpRequest'
  if (config.BROWSER_API_CALLS_XHR_ONLY && call.method === 'GET' && !scripted && isBrowser(agent)) {
    throw abortRefusal(400, 'API calls must be invoked with an X-Requested-With header if called from a browser')
  }
  if (!reads && identity.kind !== 'oauthtoken') checkCsrf(request)
  if (!reads && config.REGISTRY_STATE === 'readonly' && page !== pages.signin && page !== pages.signinVerify) {
    const message =
      'System is currently read-only. Pulls will succeed but all write operations are currently suspended.'
    throw new ApiRefusal(flaskAnswer(503, { message, is_readonly: true }))
  }
  if (!directory.config.FEATURE_ANONYMOUS_ACCESS && identity.username === undefined && !page.open) {
    throw abortRefusal(401, 'Anonymous access is not allowed')
  }
}

function checkCsrf({ call, session, identity }: ApiRequest): void {
  const sent = first(call.query, '_csrf_token') ?? call.headers['x-csrf-token']
  if (session !== undefined && sent === session.csrf) return
  // Quay says behind it whom it knows.
  const who = identity.username === undefined ? '' : ` (authorized: user ${identity.username})`
  throw abortRefusal(403, csrfRefusal + who)
}

/**
 * Who calls: the bearer of an OAuth token, or else somebody who has signed in. A bearer of anything else is nobody,
 * whatever cookie comes with it, and Basic credentials are passed over.
 */
function callerOf(
  call: Call,
  directory: Directory,
): { readonly identity: Identity; readonly session: Session | undefined } {
  const session = readSession(call, directory)
  const [scheme = '', token, ...rest] = (call.headers.authorization ?? '').split(' ').filter((part) => part !== '')
  if (scheme.toLowerCase() === 'bearer' && token !== undefined && rest.length === 0) {
    return { identity: authenticateOAuth(directory, token, call.at).identity ?? anonymous, session }
  }
  const user = directory.table('users').get(session?.username ?? '')
  const valid = user?.enabled === true && user.uuid === session?.uuid
  return { identity: valid ? userIdentity(user.username, user.uuid) : anonymous, session }
}

const explanations: Readonly<Record<string, string>> = {
  invalid_request: 'What was sent is not what this page takes.',
  invalid_token: 'The access token is not one, or none was sent.',
  insufficient_scope: 'The caller, or the scopes of the token, may not do this.',
  fresh_login_required: 'Sign in again: the last time is too long ago for this.',
  not_found: 'There is nothing here.',
}

// What the `type` of a problem leads to.
function errorPage(request: ApiRequest): object {
  const type = parameter(request, 'type')
  const description = explanations[type]
  if (description === undefined) throw new ApiRefusal(htmlError(404, request.version))
  return {
    title: type,
    type: `${request.call.origin.scheme}://${request.call.origin.host}${formatPage('error', { type })}`,
    description,
  }
}
