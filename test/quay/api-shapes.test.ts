import t from 'tap'
import { findPage, formatPage } from '../../src/quay/api/paths.js'
import { flaskJson, formatDate, pythonJson, pythonRepr } from '../../src/quay/api/python.js'
import type { DirectorySeed } from '../../src/quay/directory/seed.js'
import { start, testQuay } from '../support/quay.js'

const admin = 'A'.repeat(40)
const reader = 'B'.repeat(40)
const seed: DirectorySeed = {
  users: { alice: { password: 'password1', email: 'alice@example.com' }, bob: 'password2' },
  organizations: {
    helm: {
      owners: ['alice'],
      teams: { devs: {} },
      repositories: { chart: {}, open: { visibility: 'public' } },
      applications: {
        all: {
          tokens: [
            { user: 'alice', token: admin },
            { user: 'alice', token: reader, scopes: 'repo:read' },
          ],
        },
      },
    },
  },
}

void t.test('values are written as Python writes them', async (t) => {
  t.equal(
    pythonJson({ a: [1, 'é"\n', null], b: {}, c: true, d: undefined }),
    '{"a": [1, "\\u00e9\\"\\n", null], "b": {}, "c": true}',
  )
  t.equal(flaskJson({ b: 1, a: { d: [], c: 'x' } }), '{"a":{"c":"x","d":[]},"b":1}\n')
  t.equal(
    pythonRepr({ a: [1, null, true, false, "it's", 'plain', `'"`] }),
    `{'a': [1, None, True, False, "it's", 'plain', '\\'"']}`,
  )
  t.equal(formatDate(start), 'Thu, 21 Aug 2025 10:00:00 -0000')
  t.equal(formatDate(Date.UTC(2023, 0, 2, 3, 4, 5)), 'Mon, 02 Jan 2023 03:04:05 -0000')
  t.equal(formatDate(null), null)
})

void t.test('paths, both ways', async (t) => {
  for (const [path, page, parameters, again = path] of [
    ['/api/v1/user/', 'user', {}],
    ['/api/v1/user/initialize', 'userInitialize', {}],
    ['/api/v1/organization/helm', 'organization', { organization: 'helm' }],
    [
      '/api/v1/organization/helm/team/devs/members/helm+ci',
      'teamMember',
      { organization: 'helm', team: 'devs', member: 'helm+ci' },
      '/api/v1/organization/helm/team/devs/members/helm%2Bci',
    ],
    ['/api/v1/repository/helm/chart', 'repository', { repository: 'helm/chart' }],
    ['/api/v1/repository/helm%2Fchart', 'repository', { repository: 'helm/chart' }, '/api/v1/repository/helm/chart'],
    ['/api/v1/repository/helm/a/b', 'repository', { repository: 'helm/a/b' }],
    ['/api/v1/repository/etherpad', 'repository', { repository: 'etherpad' }],
    ['/api/v1/repository/helm/a/b/tag/', 'tags', { repository: 'helm/a/b' }],
    ['/api/v1/repository/helm/chart/tag/1.0', 'tag', { repository: 'helm/chart', tag: '1.0' }],
    ['/api/v1/repository/helm/chart/tag/1.0/restore', 'tagRestore', { repository: 'helm/chart', tag: '1.0' }],
    [
      '/api/v1/repository/helm/chart/permissions/user/bob',
      'permissionOfUser',
      { repository: 'helm/chart', username: 'bob' },
    ],
    [
      '/api/v1/repository/helm/chart/manifest/sha256:abc',
      'manifest',
      { repository: 'helm/chart', digest: 'sha256:abc' },
      '/api/v1/repository/helm/chart/manifest/sha256%3Aabc',
    ],
    ['/api/v1/superuser/users/', 'superuserUsers', {}],
  ] as const) {
    t.same(findPage(path), { page, parameters, slashMissing: false }, path)
    t.equal(formatPage(page, parameters), again)
    t.same(findPage(formatPage(page, parameters)), findPage(path))
  }
  for (const path of [
    '/api/v1/nothing',
    '/api/v1/',
    '/api/v2/user/',
    '/api/v1/organization/helm/',
    '/api/v1/repository/',
    '/api/v1/users/a/b',
    '/api/v1/%',
    '/v1/user/',
  ]) {
    t.equal(findPage(path), undefined, path)
  }
  t.match(findPage('/api/v1/user'), { page: 'user', slashMissing: true })
  t.match(findPage('/api/v1/repository/helm/chart/tag'), { page: 'tags', slashMissing: true })
})

void t.test('the first error shape, to the byte', async (t) => {
  const quay = testQuay({ seed })
  const { status, headers, text } = await quay.send('POST', '/api/v1/organization/', {
    token: admin,
    body: { name: 'helm' },
  })
  t.equal(status, 400)
  t.equal(headers['Content-Type'], 'application/json')
  t.equal(headers['Access-Control-Allow-Origin'], '*')
  t.equal(headers['Content-Length'], Buffer.byteLength(text))
  t.equal(
    text,
    '{"detail": "A user or organization with this name already exists", "error_message": "A user or organization with this name already exists", "error_type": "invalid_request", "title": "invalid_request", "type": "http://quay.test/api/v1/error/invalid_request", "status": 400}\n',
  )
  for (const [sent, expected] of [
    [
      ['GET', '/api/v1/organization/none'],
      [404, 'not_found', 'Not Found'],
    ],
    [
      ['GET', '/api/v1/organization/helm/applications'],
      [401, 'invalid_token', 'Requires authentication'],
    ],
    [
      ['GET', '/api/v1/organization/helm/applications', reader],
      [403, 'insufficient_scope', 'Unauthorized'],
    ],
    [
      ['GET', '/api/v1/repository/helm/chart'],
      [401, 'invalid_token', 'Requires authentication'],
    ],
    [
      ['GET', '/api/v1/repository'],
      [400, 'invalid_request', 'namespace, starred or public are required for this API call'],
    ],
  ] as const) {
    const [method, target, token] = sent
    const [code, type, detail] = expected
    const answer = await quay.send(method, target, token === undefined ? {} : { token })
    t.equal(answer.status, code, target)
    t.same(answer.json, {
      detail,
      error_message: detail,
      error_type: type,
      title: type,
      type: `http://quay.test/api/v1/error/${type}`,
      status: code,
    })
  }
  const nobody = await quay.send('GET', '/api/v1/user/')
  t.equal(nobody.status, 401)
  t.ok(nobody.text.startsWith('{"session_required": false, "detail": "Requires authentication", '))
  const described = await quay.send('GET', '/api/v1/error/not_found')
  t.equal(described.json.type, 'http://quay.test/api/v1/error/not_found')
})

void t.test('the second error shape, to the byte', async (t) => {
  const quay = testQuay({ seed })
  const { status, headers, text } = await quay.send('GET', '/api/v1/repository/helm/chart/permissions/team/devs', {
    token: admin,
  })
  t.equal(status, 400)
  t.equal(headers['Content-Type'], 'application/json')
  t.equal(text, '{"message":"Team does not have permission for repo."}\n')
})

void t.test('the third error shape, to the byte', async (t) => {
  const quay = testQuay({ seed })
  for (const sent of [{}, { token: 'X'.repeat(40) }, { headers: { authorization: 'Basic YWxpY2U6cGFzc3dvcmQx' } }]) {
    const { status, headers, text } = await quay.send('POST', '/api/v1/organization/', { ...sent, body: { name: 'x' } })
    t.equal(status, 403)
    t.equal(headers['Content-Type'], 'text/html; charset=utf-8')
    t.equal(text, '{"error": "CSRF token was invalid or missing."}')
  }
  const initialize = await quay.send('POST', '/api/v1/user/initialize', { body: {} })
  t.same([initialize.status, initialize.text], [404, '{"error": "Not Found"}'])
})

void t.test('bodies that are not what a page takes', async (t) => {
  const quay = testQuay({ seed })
  const put = (body: unknown) => quay.send('PUT', '/api/v1/organization/helm/team/devs', { token: admin, body })
  for (const [body, detail] of [
    [{}, "'role' is a required property"],
    [{ role: 'king' }, "'king' is not one of ['member', 'creator', 'admin']"],
    [{ role: 5 }, "5 is not of type 'string'"],
    [{ role: 'admin', description: null }, "None is not of type 'string'"],
    [[], "[] is not of type 'object'"],
  ] as const) {
    const answer = await put(body)
    t.same([answer.status, answer.json.detail], [400, detail])
  }
  const missing = await quay.send('PUT', '/api/v1/organization/helm/team/devs', { token: admin })
  t.same([missing.status, missing.json.detail], [400, 'Missing JSON body'])
  const broken = await quay.send('PUT', '/api/v1/organization/helm/team/devs', {
    token: admin,
    text: '{',
    headers: { 'content-type': 'application/json' },
  })
  t.same(
    [broken.status, broken.text],
    [400, '{"message": "The browser (or proxy) sent a request that this server could not understand."}\n'],
  )
})

void t.test('a slash that is missing, a method too many, and no page at all', async (t) => {
  const quay = testQuay({ seed })
  const moved = await quay.send('GET', '/api/v1/user', { token: admin })
  t.same([moved.status, moved.headers['Location']], [308, 'http://quay.test/api/v1/user/'])
  const method = await quay.send('PUT', '/api/v1/repository', { token: admin, body: {} })
  t.same([method.status, method.headers['Allow']], [405, 'GET, HEAD, POST, OPTIONS'])
  t.equal(method.text, '{"message": "The method is not allowed for the requested URL."}\n')
  const paragraph =
    '<h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n'
  for (const [version, head] of [
    ['3.7', '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">'],
    ['3.12', '<!doctype html>\n<html lang=en>'],
  ] as const) {
    const none = await testQuay({ version }).send('GET', '/api/v1/nothing')
    t.same([none.status, none.headers['Content-Type']], [404, 'text/html; charset=utf-8'])
    t.equal(none.text, `${head}\n<title>404 Not Found</title>\n${paragraph}`)
  }
})

void t.test('a browser must say that a script calls', async (t) => {
  const quay = testQuay({ seed })
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'
  const refused = await quay.send('GET', '/api/v1/organization/helm', { headers: { 'user-agent': agent } })
  t.same(
    [refused.status, refused.text],
    [400, '{"error": "API calls must be invoked with an X-Requested-With header if called from a browser"}'],
  )
  for (const headers of [
    { 'user-agent': agent, 'x-requested-with': 'XMLHttpRequest' },
    { 'user-agent': 'curl/8.0' },
    { 'user-agent': 'Go-http-client/1.1' },
    { 'user-agent': 'python-requests/2.31' },
  ]) {
    t.equal((await quay.send('GET', '/api/v1/organization/helm', { headers })).status, 200)
  }
  const off = testQuay({ seed, config: { BROWSER_API_CALLS_XHR_ONLY: false } })
  t.equal((await off.send('GET', '/api/v1/organization/helm', { headers: { 'user-agent': agent } })).status, 200)
})

void t.test('a registry that takes no changes, and one that nobody sees', async (t) => {
  const readonly = testQuay({ seed, config: { REGISTRY_STATE: 'readonly' } })
  const refused = await readonly.send('POST', '/api/v1/organization/', { token: admin, body: { name: 'new' } })
  t.equal(refused.status, 503)
  t.equal(
    refused.text,
    '{"is_readonly":true,"message":"System is currently read-only. Pulls will succeed but all write operations are currently suspended."}\n',
  )
  t.equal((await readonly.send('GET', '/api/v1/organization/helm', { token: admin })).status, 200)
  const closed = testQuay({ seed, config: { FEATURE_ANONYMOUS_ACCESS: false } })
  const nobody = await closed.send('GET', '/api/v1/repository/helm/open')
  t.same([nobody.status, nobody.text], [401, '{"error": "Anonymous access is not allowed"}'])
  t.equal((await closed.send('GET', '/api/v1/repository/helm/open', { token: admin })).status, 200)
})

void t.test('the pages beside the API', async (t) => {
  const quay = testQuay({ seed, version: '3.12' })
  t.equal((await quay.send('GET', '/_internal_ping')).text, 'true')
  t.equal(
    (await quay.send('GET', '/health/instance')).text,
    '{"data":{"services":{"auth":true,"database":true,"disk_space":true,"registry_gunicorn":true,"service_key":true,"web_gunicorn":true}},"status_code":200}\n',
  )
  const config = await quay.send('GET', '/config')
  t.match(config.json, {
    features: { USER_CREATION: true, MAILING: false },
    config: { AUTHENTICATION_TYPE: 'Database' },
  })
  const { json } = await quay.send('GET', '/api/v1/discovery')
  t.match(json, { swagger: '2.0', paths: { '/api/v1/repository/{repository}/tag/': { get: {} } } })
})

void t.test('signing in as a browser does', async (t) => {
  const quay = testQuay({ seed })
  const cookieOf = (answer: { headers: Record<string, unknown> }): string =>
    (answer.headers['Set-Cookie'] as string).split(';', 1)[0] as string
  const first = await quay.send('GET', '/csrf_token')
  t.match(first.text, /^\{"csrf_token":"[A-Za-z0-9+/]{64}"\}\n$/)
  t.match(first.headers['Set-Cookie'], /^_csrf_token=[\w.-]+; HttpOnly; Path=\/; SameSite=Lax$/)
  let [cookie, csrf] = [cookieOf(first), first.json.csrf_token as string]
  const send = (method: string, target: string, body?: unknown) =>
    quay.send(method, target, { headers: { cookie, 'x-csrf-token': csrf }, ...(body !== undefined && { body }) })
  const again = await send('GET', '/csrf_token')
  t.same([again.json.csrf_token, again.headers['Set-Cookie']], [csrf, undefined])
  const wrong = await send('POST', '/api/v1/signin', { username: 'alice', password: 'nope' })
  t.equal(wrong.status, 403)
  t.equal(
    wrong.text,
    '{"needsEmailVerification": false, "invalidCredentials": true, "message": "Invalid Username or Password"}\n',
  )
  const right = await send('POST', '/api/v1/signin', { username: 'alice@example.com', password: 'password1' })
  t.same([right.status, right.text], [200, '{"success": true}\n'])
  const before = { cookie, csrf }
  ;[cookie, csrf] = [cookieOf(right), right.headers['X-Next-CSRF-Token'] as string]
  t.not(csrf, before.csrf)
  t.equal((await send('GET', '/api/v1/user/')).json.username, 'alice')
  t.equal((await send('POST', '/api/v1/organization/', { name: 'mine' })).text, '"Created"\n')
  const forged = await quay.send('POST', '/api/v1/organization/', {
    headers: { cookie, 'x-csrf-token': before.csrf },
    body: { name: 'other' },
  })
  t.same(
    [forged.status, forged.text],
    [403, '{"error": "CSRF token was invalid or missing. (authorized: user alice)"}'],
  )
  const tampered = await quay.send('GET', '/api/v1/user/', { headers: { cookie: `${cookie}x` } })
  t.equal(tampered.status, 401)
  quay.now += 600_001
  const stale = await send('DELETE', '/api/v1/organization/mine')
  t.same([stale.status, stale.json.title], [401, 'fresh_login_required'])
  const fresh = await send('POST', '/api/v1/signin/verify', { password: 'password1' })
  ;[cookie, csrf] = [cookieOf(fresh), fresh.headers['X-Next-CSRF-Token'] as string]
  t.equal((await send('DELETE', '/api/v1/organization/mine')).status, 204)
  t.equal((await send('POST', '/api/v1/signout', {})).status, 200)
  t.equal((await send('GET', '/api/v1/user/')).status, 401, 'that session is over')
})

void t.test('a token made on the page, for an application of an organization', async (t) => {
  const quay = testQuay({ seed })
  const clientId = quay.directory.table('organizations').get('helm')?.applications[0]?.clientId as string
  const session = await quay.send('GET', '/csrf_token')
  const headers = (answer: { headers: Record<string, unknown> }, csrf: string) => ({
    cookie: (answer.headers['Set-Cookie'] as string).split(';', 1)[0] as string,
    'x-csrf-token': csrf,
  })
  const signedIn = await quay.send('POST', '/api/v1/signin', {
    headers: headers(session, session.json.csrf_token as string),
    body: { username: 'alice', password: 'password1' },
  })
  const as = headers(signedIn, signedIn.headers['X-Next-CSRF-Token'] as string)
  const authorize = (form: Record<string, string>) =>
    quay.send('POST', '/oauth/authorizeapp', { headers: as, text: new URLSearchParams(form).toString() })
  const form = { client_id: clientId, scope: 'repo:read user:read', redirect_uri: 'http://quay.test/oauth/localapp' }
  const issued = await authorize(form)
  t.equal(issued.status, 302)
  const token =
    /^http:\/\/quay\.test\/oauth\/localapp#access_token=([A-Z0-9]{40})&token_type=Bearer&expires_in=315576000$/.exec(
      String(issued.headers['Location']),
    )?.[1] as string
  t.equal((await quay.send('GET', '/api/v1/user/', { token })).json.username, 'alice')
  t.equal((await quay.send('POST', '/api/v1/organization/', { token, body: { name: 'new' } })).status, 403)
  t.equal((await authorize({ ...form, redirect_uri: 'http://elsewhere.test/' })).status, 400)
  t.equal((await authorize({ ...form, scope: 'repo:eat' })).status, 400)
})
