import t from 'tap'
import { startRegistry, type Registry } from 'start-registry'
import { errorOf } from '../support/content.js'
import { ask, blobPath, faulty } from '../support/faulty.js'

const accounts = [{ username: 'team', password: 'secret' }]
const login = { Authorization: `Basic ${Buffer.from('team:secret').toString('base64')}` }

async function bearer(registry: Registry, scope: string): Promise<Record<string, string>> {
  const Host = registry.host
  const query = `service=${registry.profile === 'oci' ? 'start-registry' : Host}&scope=${scope}`
  const { text } = await ask(registry, 'GET', `/v2/auth?${query}`, { ...login, Host })
  return { Authorization: `Bearer ${(JSON.parse(text) as { token: string }).token}`, Host }
}

void t.test('a token is said to have expired, with the challenge of the registry', async (t) => {
  const { registry, events } = await faulty(t, ['GET blob once: expired-token'], { accounts })
  const token = await bearer(registry, 'repository:team/app:pull')
  t.equal((await ask(registry, 'GET', blobPath)).status, 401, 'who has no token is asked for one as ever')
  t.equal((await ask(registry, 'GET', blobPath, login)).status, 200, 'and a password does not expire')
  const expired = await ask(registry, 'GET', blobPath, token)
  t.equal(expired.status, 401)
  t.equal(
    expired.headers['www-authenticate'],
    `Bearer realm="http://${registry.host}/v2/auth",service="start-registry",` +
      'scope="repository:team/app:pull",error="invalid_token"',
  )
  t.same(errorOf(expired), { code: 'UNAUTHORIZED', message: 'this token has expired: get a new one' })
  t.match(events.at(-1), { account: 'team', scopes: ['repository:team/app:pull'], faults: ['#1 expired-token'] })
  t.equal((await ask(registry, 'GET', blobPath, token)).status, 200)
})

void t.test('a token is said to be for less', async (t) => {
  const { registry } = await faulty(t, ['blob nth=1: insufficient-scope', 'blob nth=1: insufficient-scope 403'], {
    accounts,
  })
  const token = await bearer(registry, 'repository:team/app:pull')
  const less = await ask(registry, 'GET', blobPath, token)
  t.equal(less.status, 401)
  t.match(less.headers['www-authenticate'], /,scope="repository:team\/app:pull",error="insufficient_scope"$/)
  const denied = await ask(registry, 'GET', blobPath, token)
  t.match(denied, { status: 403, headers: { 'www-authenticate': undefined } })
  t.equal(errorOf(denied).code, 'DENIED')
  t.equal((await ask(registry, 'GET', blobPath, token)).status, 200)
})

void t.test('a Quay says both in its own words', async (t) => {
  const { registry } = await faulty(t, ['blob nth=1: expired-token', 'blob nth=1: insufficient-scope'], {
    accounts,
    profile: 'quay-3.7',
  })
  const push = await bearer(registry, 'repository:team/app:pull,push')
  t.equal((await ask(registry, 'POST', '/v2/team/app/blobs/uploads/', push)).status, 202, 'makes the repository')
  const challenge = `Bearer realm="http://${registry.host}/v2/auth",service="${registry.host}",scope="repository:team/app:pull"`
  const expired = await ask(registry, 'GET', blobPath, push)
  t.match(expired, {
    status: 401,
    headers: { 'www-authenticate': challenge },
    text: '{"error": "Signature has expired"}',
  })
  const less = await ask(registry, 'GET', blobPath, push)
  t.match(less, {
    status: 401,
    headers: { 'www-authenticate': challenge },
    text: /access to the requested resource is not authorized/,
  })
  t.equal((await ask(registry, 'GET', blobPath, push)).status, 200)
})

void t.test('rules about tokens are refused where there are none', async (t) => {
  for (const options of [{}, { accounts, auth: 'basic' as const }]) {
    const { registry } = await faulty(t, [], options)
    t.throws(() => registry.faults.add('expired-token'), {
      name: 'TypeError',
      message:
        "start-registry: faults: expired-token needs a registry that issues tokens: one with accounts, and auth: 'token'",
    })
    await t.rejects(startRegistry({ ...options, faults: ['insufficient-scope'] }), { name: 'TypeError' })
  }
})
