import t from 'tap'
import type { Registry } from 'start-registry'
import { errorOf, sha256 } from '../support/content.js'
import { ask, content, faulty } from '../support/faulty.js'

const uploads = '/v2/team/app/blobs/uploads/'
const begin = async (registry: Registry, headers: Record<string, string> = {}): Promise<string> =>
  new URL((await ask(registry, 'POST', uploads, headers)).headers['location'] as string, registry.url).pathname
const offsetOf = async (registry: Registry, session: string): Promise<number | undefined> =>
  (await registry.store.upload(session.slice(uploads.length).replaceAll('-', '')))?.offset

void t.test('a chunk is acknowledged and forgotten', async (t) => {
  const { registry, events } = await faulty(t, ['PATCH nth=2: drop-chunk'])
  const session = await begin(registry)
  const chunk = (from: number, to: number) =>
    ask(registry, 'PATCH', session, { 'Content-Range': `${from}-${to}` }, content.subarray(from, to + 1))
  t.match(await chunk(0, 399), { status: 202, headers: { range: '0-399' } })
  t.match(await chunk(400, 599), { status: 202, headers: { range: '0-599', location: session } })
  t.same(events.at(-1)?.faults, ['#1 drop-chunk'])
  t.equal(events.at(-1)?.received, 200)
  t.equal(await offsetOf(registry, session), 400)
  t.match(await chunk(600, 999), { status: 416, headers: { range: '0-399' } }, 'the next one shows it')
  const done = await ask(registry, 'PUT', `${session}?digest=${sha256(content)}`, {}, content.subarray(600))
  t.equal(errorOf(done).code, 'DIGEST_INVALID', 'and so does the digest')
})

void t.test('a chunk is taken twice, and acknowledged once', async (t) => {
  const { registry } = await faulty(t, ['PATCH once: double-chunk'])
  const session = await begin(registry)
  const first = await ask(registry, 'PATCH', session, { 'Content-Range': '0-399' }, content.subarray(0, 400))
  t.match(first, { status: 202, headers: { range: '0-399' } })
  t.equal(await offsetOf(registry, session), 800)
  const twice = Buffer.concat([content.subarray(0, 400), content.subarray(0, 400)])
  t.equal((await ask(registry, 'PUT', `${session}?digest=${sha256(twice)}`)).status, 201)
})

void t.test('an upload session is forgotten', async (t) => {
  const { registry } = await faulty(t, ['PATCH,PUT upload nth=2: forget-upload'])
  const session = await begin(registry)
  t.equal((await ask(registry, 'PATCH', session, {}, 'ab')).status, 202)
  const second = await ask(registry, 'PATCH', session, {}, 'c')
  t.equal(second.status, 404)
  t.equal(errorOf(second).code, 'BLOB_UPLOAD_UNKNOWN')
  t.equal((await ask(registry, 'GET', session)).status, 404, 'it is gone')
  t.equal(registry.faults.list()[0]?.hits, 1)
})

void t.test('chunks and sessions of a Quay, in its own words', async (t) => {
  const accounts = [{ username: 'team', password: 'secret' }]
  const quay = { organizations: {}, users: { team: { password: 'secret' } } }
  const { registry } = await faulty(t, ['PATCH nth=1: drop-chunk', 'PATCH nth=2: double-chunk', 'PUT: forget-upload'], {
    profile: 'quay-3.7',
    accounts,
    quay,
  })
  const login = { Authorization: `Basic ${Buffer.from('team:secret').toString('base64')}` }
  const scope = 'repository:team/app:pull,push'
  const { token } = JSON.parse(
    (await ask(registry, 'GET', `/v2/auth?service=${registry.host}&scope=${scope}`, { ...login, Host: registry.host }))
      .text,
  ) as { token: string }
  const bearer = { Authorization: `Bearer ${token}`, Host: registry.host }
  const session = await begin(registry, bearer)
  t.match(await ask(registry, 'PATCH', session, bearer, 'abc'), { status: 202, headers: { range: '0-2' } })
  t.equal(await offsetOf(registry, session), 0)
  t.match(await ask(registry, 'PATCH', session, bearer, 'abc'), { status: 202, headers: { range: '0-2' } })
  t.equal(await offsetOf(registry, session), 6)
  t.match(await ask(registry, 'PATCH', session, bearer, 'de'), { status: 202, headers: { range: '0-7' } })
  const gone = await ask(registry, 'PUT', `${session}?digest=${sha256('abcabcde')}`, bearer)
  t.equal(gone.status, 404)
  t.match(gone.text, /^\{"errors":\[\{"code":"BLOB_UPLOAD_UNKNOWN"/)
})
