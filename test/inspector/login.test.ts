import t from 'tap'
import { image } from 'start-registry'
import { registryFor } from '../support/registries.js'
import { readable, Visitor } from '../support/pages.js'

const accounts = [
  { username: 'alice', password: 'secret' },
  { username: 'bob', password: 'hidden', permissions: ['team/*:pull,push', 'base:pull'] },
  { username: 'carol', password: 'quiet', permissions: ['base:pull'] },
]
const plan = { 'team/app:1': image(), 'base:1': image(), 'secret/app:1': image() }

const logIn = (visitor: Visitor, username: string, password: string, to = '/'): ReturnType<Visitor['post']> =>
  visitor.post('/login', { username, password, to })

void t.test('who must log in is led to a form, and from there on', async (t) => {
  const { registry } = await registryFor(t, { accounts })
  await registry.seed(plan)
  const visitor = new Visitor(registry)
  for (const path of [
    '/',
    '/repository/team/app/',
    '/repository/none/',
    '/live',
    '/live/events',
    '/organization/team',
  ]) {
    const { status, headers } = await visitor.get(path)
    t.equal(status, 303, path)
    t.equal(headers.get('location'), `/login?to=${encodeURIComponent(path)}`)
  }
  t.match(readable((await visitor.get('/login')).text), 'Username Password Log in')
  const wrong = await logIn(visitor, 'bob', 'wrong')
  t.equal(wrong.status, 403)
  t.match(readable(wrong.text), 'Wrong username or password.')
  t.equal(visitor.cookie, '')
  const right = await logIn(visitor, 'bob', 'hidden', '/repository/team/app/tag/1')
  t.equal(right.status, 303)
  t.equal(right.headers.get('location'), '/repository/team/app/tag/1')
  t.match(right.headers.get('set-cookie'), /^start-registry-\w+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  t.match(readable((await visitor.get('/')).text), 'bob Log out')
})

void t.test('nobody is led elsewhere by a link to the login', async (t) => {
  const { registry } = await registryFor(t, { accounts })
  const visitor = new Visitor(registry)
  for (const to of [
    'https://example.com/',
    '//example.com/',
    '/\\example.com',
    '/logout',
    '/v2/',
    'javascript:alert(1)',
  ]) {
    const { headers } = await logIn(new Visitor(registry), 'bob', 'hidden', to)
    t.equal(headers.get('location'), '/', to)
    t.match((await visitor.get(`/login?to=${encodeURIComponent(to)}`)).text, 'name="to" value="/"')
  }
})

void t.test('everybody sees and changes what they may', async (t) => {
  const { registry } = await registryFor(t, { accounts })
  const { digests } = await registry.seed(plan)
  const [alice, bob, carol] = [new Visitor(registry), new Visitor(registry), new Visitor(registry)]
  await logIn(alice, 'alice', 'secret')
  await logIn(bob, 'bob', 'hidden')
  await logIn(carol, 'carol', 'quiet')
  t.match(readable((await alice.get('/')).text), '3 organizations, 3 repositories')
  t.match(readable((await bob.get('/')).text), '2 organizations, 2 repositories')
  t.match(readable((await carol.get('/')).text), '1 organization, 1 repository')
  t.notMatch((await bob.get('/')).text, 'secret')
  const layer = /href="([^"]+\/layer\/[^"]+)"/.exec((await alice.get('/repository/secret/app/tag/1')).text)?.[1]
  for (const path of [
    '/organization/secret',
    '/repository/secret/app/',
    '/repository/secret/app/tag/1',
    `/repository/secret/app/manifest/${digests['secret/app:1']}`,
    layer as string,
  ]) {
    t.equal((await alice.get(path)).status, 200, path)
    t.equal((await bob.get(path)).status, 404, path)
  }
  t.equal((await bob.post('/', { name: 'team' })).headers.get('location'), '/organization/team')
  const refused = await bob.post('/', { name: 'secret' })
  t.equal(refused.status, 422)
  t.match(readable(refused.text), 'You may not push to secret/.')
  t.notMatch((await carol.get('/')).text, 'Create an organization')
})

void t.test('without login as much is seen as anonymous may', async (t) => {
  const { registry } = await registryFor(t, { accounts, anonymous: 'pull' })
  await registry.seed(plan)
  const visitor = new Visitor(registry)
  const { status, text } = await visitor.get('/')
  t.equal(status, 200)
  t.match(readable(text), 'Log in')
  t.match(readable(text), '3 organizations')
  t.notMatch(text, 'Create an organization')
  t.equal((await visitor.post('/', { name: 'x' }, {}, '/login')).status, 422)
})

void t.test('forms of other sites, and without their token, are refused', async (t) => {
  const { registry } = await registryFor(t, { accounts })
  const visitor = new Visitor(registry)
  await logIn(visitor, 'alice', 'secret')
  const rows: readonly (readonly [string, Readonly<Record<string, string>>, Readonly<Record<string, string>>])[] = [
    ['another origin', {}, { origin: 'https://example.com' }],
    ['another port', {}, { origin: 'http://127.0.0.1:1' }],
    ['another site', {}, { 'sec-fetch-site': 'cross-site' }],
    ['another host of the same site', {}, { 'sec-fetch-site': 'same-site' }],
    ['no token', { token: 'x' }, {}],
    ['the token of somebody without a session', { token: tokenOf(await new Visitor(registry).get('/login')) }, {}],
  ]
  for (const [name, fields, headers] of rows) {
    const { status, text } = await visitor.post('/', { name: 'evil', ...fields }, headers)
    t.equal(status, 403, name)
    t.match(readable(text), /That was not done .*this form (?:was sent by a page of another site|is too old)/)
  }
  t.equal((await visitor.get('/organization/evil')).status, 404)
  for (const headers of [{ origin: registry.url }, { 'sec-fetch-site': 'same-origin', origin: 'null' }]) {
    t.equal((await visitor.post('/', { name: 'good' }, headers)).status, 303)
  }
  const text = await fetch(registry.url, { method: 'POST', body: 'name=x', headers: { cookie: visitor.cookie } })
  t.equal(text.status, 400, 'what is no form')
  const large = new URLSearchParams({ name: 'x'.repeat(20_000) })
  t.equal((await fetch(registry.url, { method: 'POST', body: large })).status, 413)
})

const tokenOf = ({ text }: { readonly text: string }): string => /name="token" value="([^"]+)"/.exec(text)?.[1] ?? ''

void t.test('a session ends with its time and by logging out, and is of its registry alone', async (t) => {
  const { registry } = await registryFor(t, { accounts })
  const other = await registryFor(t, { accounts })
  const visitor = new Visitor(registry)
  await logIn(visitor, 'alice', 'secret')
  const { cookie } = visitor
  t.equal((await new Visitor(other.registry).get('/', { cookie })).status, 303)
  registry.clock.advance(11 * 3_600_000)
  t.equal((await visitor.get('/')).status, 200)
  registry.clock.advance(3_600_000)
  t.equal((await visitor.get('/')).status, 303)
  await logIn(visitor, 'alice', 'secret')
  const again = visitor.cookie
  t.equal((await visitor.post('/logout', {}, {}, '/')).status, 303)
  t.equal(visitor.cookie, '')
  t.equal((await visitor.get('/', { cookie: again })).status, 303)
})

void t.test('over https the cookie is sent over https alone', async (t) => {
  const { registry } = await registryFor(t, { accounts, tls: true, http: true })
  const visitor = new Visitor({ url: `http://${registry.host}` })
  const { headers } = await logIn(visitor, 'alice', 'secret')
  t.notMatch(headers.get('set-cookie'), /Secure/)
  const { request } = await import('node:https')
  const { readFileSync } = await import('node:fs')
  const token = tokenOf(await new Visitor({ url: `http://${registry.host}` }).get('/login'))
  const body = new URLSearchParams({ username: 'alice', password: 'secret', to: '/', token }).toString()
  const cookies = await new Promise((resolve, reject) => {
    const sent = request(
      `${registry.url}/login`,
      {
        method: 'POST',
        ca: readFileSync(registry.caFile as string),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      (reply) => {
        reply.resume()
        resolve(reply.headers['set-cookie'])
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
  t.match(cookies, [/; HttpOnly; SameSite=Strict; Secure$/])
})

void t.test('in a Quay by its users, its directory and its rights', async (t) => {
  const { registry } = await registryFor(t, {
    profile: 'quay-3.7',
    accounts: [
      { username: 'alice', password: 'password' },
      { username: 'bobby', password: 'password' },
    ],
    quay: {
      organizations: {
        helm: { owners: ['alice'], repositories: { etherpad: {}, open: { visibility: 'public' } } },
      },
    },
  })
  const [nobody, alice, bob] = [new Visitor(registry), new Visitor(registry), new Visitor(registry)]
  t.equal((await logIn(alice, 'alice', 'wrong')).status, 403)
  t.equal((await logIn(alice, 'alice', 'password')).status, 303)
  t.equal((await logIn(bob, 'bobby', 'password')).status, 303)
  t.match(readable((await nobody.get('/')).text), 'helm 1 repository')
  t.equal((await nobody.get('/repository/helm/etherpad/')).status, 404)
  t.equal((await bob.get('/repository/helm/etherpad/')).status, 404)
  t.equal((await bob.get('/repository/helm/open/')).status, 200)
  t.match(readable((await alice.get('/organization/helm')).text), /helm\/etherpad 0 tags .* helm\/open 0 tags/)
  t.match(readable((await alice.get('/repository/helm/etherpad/')).text), 'No tag yet')
  t.equal((await bob.post('/', { name: 'charts' })).status, 303)
  t.match(readable((await bob.get('/')).text), 'charts 0 repositories')
  t.equal((await alice.get('/organization/charts')).status, 404)
  const taken = await bob.post('/', { name: 'helm' })
  t.equal(taken.status, 422)
  t.match(readable(taken.text), 'Username has already been taken by an organization and cannot be reused: helm')
  const api = await fetch(`${registry.url}/api/v1/organization/charts`)
  t.equal(api.status, 200, 'it is a real one')
})
