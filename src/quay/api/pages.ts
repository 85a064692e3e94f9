import type { Awaitable } from '../../protocol/awaitable.js'
import type { Call, Reply } from '../../protocol/call.js'
import { scopes, parseScopeList } from '../directory/scopes.js'
import { createOAuthToken } from '../directory/tokens.js'
import { abortRefusal, flaskAnswer, plainAnswer } from './answers.js'
import { formatPage } from './paths.js'
import { callingUser, readText, type ApiRequest } from './request.js'
import { findApplication } from './resources/applications.js'
import { newSession, sessionHeaders } from './session.js'

type PageHandler = (request: ApiRequest) => Awaitable<Reply>

/** A page beside the API, by its path and method. */
export function findPageBeside({ method }: Call, path: string): PageHandler | undefined {
  return pages[path]?.[method === 'HEAD' ? 'GET' : method]
}

const health: PageHandler = () =>
  flaskAnswer(
    200,
    {
      data: {
        services: {
          auth: true,
          database: true,
          disk_space: true,
          registry_gunicorn: true,
          service_key: true,
          web_gunicorn: true,
        },
      },
      status_code: 200,
    },
    { 'Cache-Control': 'no-cache, no-store, must-revalidate' },
  )

const pages: Readonly<Record<string, Readonly<Record<string, PageHandler>>>> = {
  '/_internal_ping': { GET: () => plainAnswer(200, 'true') },
  '/health': { GET: health },
  '/health/instance': { GET: health },
  '/health/endtoend': { GET: health },
  '/status': { GET: health },
  '/config': { GET: visibleConfig },
  '/csrf_token': {
    GET({ directory, session }) {
      const known = session ?? newSession(directory)
      return flaskAnswer(200, { csrf_token: known.csrf }, session ? {} : sessionHeaders(known, directory))
    },
  },
  '/oauth/authorizeapp': { POST: authorize },
}

// What Quay's page reads when it begins.
function visibleConfig({ config, directory, version }: ApiRequest): Reply {
  const features = Object.entries({ ...directory.config, ...config }).filter(([name]) => name.startsWith('FEATURE_'))
  return flaskAnswer(200, {
    account_recovery_mode: false,
    config: {
      AUTHENTICATION_TYPE: 'Database',
      AVATAR_KIND: 'local',
      LOCAL_OAUTH_HANDLER: localHandler,
      PREFERRED_URL_SCHEME: config.PREFERRED_URL_SCHEME,
      REGISTRY_TITLE: config.REGISTRY_TITLE,
      REGISTRY_TITLE_SHORT: config.REGISTRY_TITLE,
      SERVER_HOSTNAME: config.SERVER_HOSTNAME,
      TAG_EXPIRATION_OPTIONS: config.TAG_EXPIRATION_OPTIONS,
    },
    external_login: [],
    features: Object.fromEntries(features.map(([name, value]) => [name.slice('FEATURE_'.length), value])),
    oauth: {},
    registry_state: config.REGISTRY_STATE,
    version_number: `Quay v${version}.0`,
  })
}

/** Where a browser goes with a token that its user has made for themselves. */
const localHandler = '/oauth/localapp'

// As Quay's pages make tokens: ten years of 365.25 days and a little.
const tokenLifetime = 315_576_000

/**
 * Issues a token for an application in the name of the user who has signed in (RFC 6749 §4.2): the browser is sent on to
 * where the application wants to have it.
 */
async function authorize(request: ApiRequest): Promise<Reply> {
  const { directory, config, call, session } = request
  const form = new URLSearchParams(await readText(call))
  const { username } = callingUser(request)
  const sent = form.get('_csrf_token') ?? call.headers['x-csrf-token']
  if (sent === undefined || sent !== session?.csrf) throw abortRefusal(403, csrfRefusal)
  const [organization, application] = findApplication(request, form.get('client_id') ?? '') ?? []
  const granted = parseScopeList(form.get('scope') ?? '')
  const to = form.get('redirect_uri') ?? ''
  const local = `${config.PREFERRED_URL_SCHEME}://${config.SERVER_HOSTNAME}${localHandler}`
  const welcome = [local, `${call.origin.scheme}://${call.origin.host}${localHandler}`, application?.redirectUri]
  if (!organization || !application || !granted || to === '' || !welcome.includes(to)) {
    return flaskAnswer(400, { error: 'invalid_request' })
  }
  const { token } = createOAuthToken(directory, {
    organization: organization.name,
    clientId: application.clientId,
    username,
    scopes: granted,
    lifetime: tokenLifetime,
    at: call.at,
  })
  const where = `${to}#access_token=${token}&token_type=Bearer&expires_in=${tokenLifetime}`
  return plainAnswer(302, '', { Location: where })
}

export const csrfRefusal = 'CSRF token was invalid or missing.'

/** What the API says of itself: its pages, as far as a script may look for them. */
export function discovery({ config }: ApiRequest, pagesShown: Readonly<Record<string, readonly string[]>>): object {
  return {
    swagger: '2.0',
    host: config.SERVER_HOSTNAME,
    basePath: '/',
    schemes: [config.PREFERRED_URL_SCHEME],
    info: { version: 'v1', title: 'Quay Frontend' },
    securityDefinitions: {
      oauth2_implicit: {
        type: 'oauth2',
        flow: 'implicit',
        authorizationUrl: `${config.PREFERRED_URL_SCHEME}://${config.SERVER_HOSTNAME}/oauth/authorize`,
        scopes: Object.fromEntries(scopes.map((scope) => [scope, scope])),
      },
    },
    paths: Object.fromEntries(
      Object.entries(pagesShown).map(([path, methods]) => [
        `${formatPage('discovery').replace(/discovery$/, '')}${path}`,
        Object.fromEntries(methods.map((method) => [method.toLowerCase(), {}])),
      ]),
    ),
    definitions: {},
    tags: [],
  }
}
