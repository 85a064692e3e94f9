import t from 'tap'
import { chartPackage, indexOf, pushChart, versionsIn } from '../support/charts.js'
import { basic, bearer, tokenFor } from '../support/login.js'
import type { RawReply } from '../support/raw.js'
import { registryFor } from '../support/registries.js'
import { quayFor, robotToken, versions } from '../support/quay-wire.js'

const accounts = [
  { username: 'admin', password: 'a' },
  { username: 'reader', password: 'r', permissions: ['team/*:pull'] },
  { username: 'member', password: 'm', permissions: ['team/web:pull,push', 'team/new:pull,push'] },
  { username: 'cleaner', password: 'c', permissions: ['team/web:pull,delete'] },
  { username: 'stranger', password: 's', permissions: ['other/*:*'] },
]
const as = (username: string): { Authorization: string } => basic(username, username[0] as string)
const challenge = 'Basic realm="start-registry", charset="UTF-8"'
const newVersion = chartPackage('web', '9.0.0')

const said = ({ status, text }: RawReply): readonly unknown[] => [
  status,
  (JSON.parse(text) as { error?: string }).error,
]

for (const auth of ['token', 'basic'] as const) {
  void t.test(`lists and takes what an account may, ${auth}`, async (t) => {
    const { wire } = await registryFor(t, { accounts, auth })
    for (const name of ['web', 'api']) await pushChart(wire, `team/${name}`, { name }, as('admin'))
    const seen = async (username: string): Promise<readonly string[]> =>
      versionsIn(await indexOf(wire, 'team', as(username)))
    t.same(await seen('admin'), ['api 0.1.0', 'web 0.1.0'])
    t.same(await seen('reader'), ['api 0.1.0', 'web 0.1.0'])
    t.same(await seen('member'), ['web 0.1.0'])
    t.same(await seen('stranger'), [])
    t.equal((await wire.get('/charts/team/api-0.1.0.tgz', as('reader'))).status, 200)
    t.same(said(await wire.get('/charts/team/api-0.1.0.tgz', as('member'))), [404, 'no such file: api-0.1.0.tgz'])
    t.same(said(await wire.get('/charts/api/team/charts/api', as('member'))), [404, 'chart not found'])

    // Helm and ChartMuseum's plugin know Basic alone.
    for (const headers of [{}, basic('admin', 'wrong')]) {
      for (const path of ['/charts/team/index.yaml', '/charts/team/web-0.1.0.tgz', '/charts/api/team/charts']) {
        const reply = await wire.get(path, headers)
        t.equal(reply.status, 401, path)
        t.equal(reply.headers['www-authenticate'], challenge)
        t.type((JSON.parse(reply.text) as { error: unknown }).error, 'string')
      }
    }

    const upload = (username: string): Promise<RawReply> =>
      wire.send('POST', '/charts/api/team/charts', { body: newVersion, headers: as(username) })
    t.same(said(await upload('reader')), [403, 'reader may not push to team/web'])
    t.same(said(await upload('stranger')), [403, 'stranger may not push to team/web'])
    t.same(said(await upload('member')), [201, undefined])
    const remove = (username: string): Promise<RawReply> =>
      wire.send('DELETE', '/charts/api/team/charts/web/9.0.0', { headers: as(username) })
    t.same(said(await remove('member')), [403, 'member may not delete from team/web'])
    t.same(said(await remove('stranger')), [404, 'chart not found'])
    t.same(said(await remove('cleaner')), [200, undefined])
  })
}

void t.test('without login where that is open', async (t) => {
  const { wire } = await registryFor(t, { accounts, anonymous: 'pull' })
  await pushChart(wire, 'team/web', {}, as('admin'))
  t.same(versionsIn(await indexOf(wire, 'team')), ['web 0.1.0'])
  const upload = await wire.send('POST', '/charts/api/team/charts', { body: newVersion })
  t.equal(upload.status, 401)
  t.equal(upload.headers['www-authenticate'], challenge)
})

void t.test('a token is good for what it was issued for', async (t) => {
  const { wire } = await registryFor(t, { accounts })
  for (const name of ['web', 'api']) await pushChart(wire, `team/${name}`, { name }, as('admin'))
  const token = await tokenFor(wire, { username: 'admin', password: 'a', scope: 'repository:team/web:pull' })
  t.same(versionsIn(await indexOf(wire, 'team', bearer(token))), ['web 0.1.0'])
  const upload = await wire.send('POST', '/charts/api/team/charts', { body: newVersion, headers: bearer(token) })
  t.same(said(upload), [403, 'admin may not push to team/web'])
})

void t.test('rules for signatures hold for charts', async (t) => {
  const keys = [
    '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\nq9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n-----END PUBLIC KEY-----\n',
  ]
  const { wire } = await registryFor(t, {
    admission: [
      { repositories: 'team/*', keys, actions: 'pull' },
      { repositories: 'tag/*', keys, actions: 'tag' },
    ],
  })
  await pushChart(wire, 'team/web')
  t.same(versionsIn(await indexOf(wire, 'team')), ['web 0.1.0'])
  const pull = await wire.get('/charts/team/web-0.1.0.tgz')
  t.equal(pull.status, 403)
  t.match(pull.text, /asks for a signature by the rule's key, and there is none/)
  const upload = await wire.send('POST', '/charts/api/tag/charts', { body: newVersion })
  t.equal(upload.status, 403)
  t.match(upload.text, /may not be tagged/)
})

for (const version of versions) {
  void t.test(`a Quay ${version} has its own rights there too`, async (t) => {
    const { wire } = await quayFor(t, { version })
    const [alice, bob] = [basic('alice', 'password1'), basic('bob', 'password2')]
    const upload = (organization: string, name: string, headers: Record<string, string>): Promise<RawReply> =>
      wire.send('POST', `/charts/api/${organization}/charts`, { body: chartPackage(name), headers })
    t.same(said(await upload('ns', 'web', {})), [401, 'log in first: this registry asks for a username and a password'])
    t.same(said(await upload('ns', 'web', bob)), [403, 'bob may not push to ns/web'])
    t.same(said(await upload('nobody', 'web', alice)), [403, 'alice may not push to nobody/web'])
    t.same(said(await upload('ns', 'web', alice)), [201, undefined])
    t.same(said(await upload('ns', 'open', alice)), [201, undefined])
    t.same(
      said(await upload('ns', 'made', basic('ns+maker', robotToken))),
      [201, undefined],
      'a creator makes repositories',
    )
    t.same(said(await upload('ns', 'made', basic('ns+ci', robotToken))), [403, 'ns+ci may not push to ns/made'])
    t.same(versionsIn(await indexOf(wire, 'ns', alice)), ['made 0.1.0', 'open 0.1.0', 'web 0.1.0'])
    t.same(versionsIn(await indexOf(wire, 'ns', bob)), ['open 0.1.0'])
    t.same(versionsIn(await indexOf(wire, 'ns')), ['open 0.1.0'])
    t.equal((await wire.get('/charts/ns/web-0.1.0.tgz', bob)).status, 404)
    t.same((await wire.get('/charts/ns/web-0.1.0.tgz', alice)).body, chartPackage('web'))
    const wrong = await wire.get('/charts/ns/index.yaml', basic('alice', 'password3'))
    t.same(said(wrong), [401, 'Invalid Username or Password'])
    t.equal(wrong.headers['www-authenticate'], challenge)
    const remove = await wire.send('DELETE', '/charts/api/ns/charts/web/0.1.0', { headers: alice })
    t.same(said(remove), [200, undefined])
    const pulling = await wire.pushing('ns/web')
    t.equal((await pulling.get('/v2/ns/web/manifests/0.1.0')).status, 404)
  })
}
