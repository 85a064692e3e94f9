import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startRegistry, type Registry, type StartOptions } from 'start-registry'
import { types } from '../support/content.js'
import { QuayWire } from '../support/quay-wire.js'
import type { RawReply } from '../support/raw.js'
import { folderFor } from '../support/registries.js'

// What a Quay keeps beside what was pushed: quay.json, in the folder of its blobs.

const oauth = 'A'.repeat(40)
const child = fileURLToPath(new URL('../support/quay-child.js', import.meta.url))

const quay: StartOptions['quay'] = {
  users: { alice: 'password1' },
  organizations: {
    ns: { owners: ['alice'], applications: { tool: { tokens: [{ user: 'alice', token: oauth }] } } },
  },
}

const api = (wire: QuayWire, method: string, path: string, body?: object): Promise<RawReply> =>
  wire.send(method, `/api/v1/${path}`, {
    headers: { Authorization: `Bearer ${oauth}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })

const wireOf = (registry: Registry): QuayWire => new QuayWire(registry.port, registry.host)

void t.test('a restart keeps users, organizations, tokens and the history of tags', async (t) => {
  let at = Date.UTC(2025, 7, 21)
  const folder = folderFor(t)
  const options = { profile: 'quay-3.12', storage: { disk: folder }, clock: () => at } as const
  const first = await startRegistry({ ...options, quay })
  const before = wireOf(first)
  t.equal((await api(before, 'POST', 'organization/', { name: 'made', email: 'made@example.com' })).status, 201)
  const robot = await api(before, 'PUT', 'organization/made/robots/ci')
  t.equal(robot.status, 201)
  const { token } = JSON.parse(robot.text) as { token: string }
  const pusher = await before.pushing('made/app')
  const lost = await pusher.image('made/app', 'lost')
  await pusher.send('DELETE', `/v2/made/app/manifests/${lost}`)
  await pusher.image('made/app', 'ends', 'ends', { labels: { 'quay.expires-after': '2d' } })
  const hidden = await pusher.image('made/app', undefined, 'hidden')
  for (const tag of ['z', 'a']) await pusher.image('made/app', tag)
  await first.close()
  t.equal(statSync(join(folder, 'quay.json')).mode & 0o777, 0o600, 'nobody else reads the tokens')

  at += 60_000
  // What was made by the API is there without being seeded again.
  const second = await startRegistry(options)
  t.teardown(() => second.close())
  const wire = wireOf(second)
  t.equal((await wire.auth([], 'alice:password1')).status, 200)
  t.equal((await wire.auth([], `made+ci:${token}`)).status, 200)
  t.equal((await api(wire, 'GET', 'organization/made')).status, 200)
  const alice = await wire.pushing('made/app')
  t.match((await alice.get('/v2/made/app/manifests/lost')).text, /"code":"TAG_EXPIRED"/)
  t.equal((await alice.get(`/v2/made/app/manifests/${hidden}`)).status, 200, 'what was pushed by digest')
  t.equal((await alice.get('/v2/made/app/tags/list')).text, '{"name":"made/app","tags":["a","ends","z"]}\n')
  const restored = await api(wire, 'POST', 'repository/made/app/tag/lost/restore', { manifest_digest: lost })
  t.equal(restored.status, 200, restored.text)
  at += 2 * 86_400_000
  const later = await wire.as('repository:made/app:pull')
  t.equal((await later.get('/v2/made/app/tags/list')).text, '{"name":"made/app","tags":["a","lost","z"]}\n')
})

void t.test('tags that another profile has pushed are there, the oldest first', async (t) => {
  const folder = folderFor(t)
  const plain = await startRegistry({ storage: { disk: folder } })
  const pusher = new QuayWire(plain.port, plain.host)
  const digest = await pusher.image('ns/app', '1')
  await plain.close()
  const registry = await startRegistry({
    profile: 'quay-3.7',
    storage: { disk: folder },
    quay: { ...quay, organizations: { ns: { owners: ['alice'], repositories: { app: {} } } } },
  })
  t.teardown(() => registry.close())
  const alice = await wireOf(registry).as('repository:ns/app:pull')
  t.equal((await alice.get('/v2/ns/app/tags/list')).text, '{"name":"ns/app","tags":["1"]}\n')
  const reply = await alice.get('/v2/ns/app/manifests/1', { Accept: types.image })
  t.equal(reply.headers['docker-content-digest'], digest)
})

void t.test('kill -9 behind an answer of the API loses nothing of what it told', async (t) => {
  const folder = folderFor(t)
  const process = spawn(globalThis.process.execPath, [child, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(process.stdout), 'line')) as [string]
  const wire = new QuayWire(Number(line), `127.0.0.1:${line}`)
  t.equal((await api(wire, 'POST', 'organization/', { name: 'made', email: 'made@example.com' })).status, 201)
  const robot = await api(wire, 'PUT', 'organization/made/robots/ci')
  const pusher = await wire.pushing('made/app')
  const digest = await pusher.image('made/app', '1')
  process.kill('SIGKILL')
  t.same(await once(process, 'exit'), [null, 'SIGKILL'])
  t.match(readFileSync(join(folder, 'quay.json'), 'utf8'), '"made"')

  const registry = await startRegistry({ profile: 'quay-3.7', storage: { disk: folder } })
  t.teardown(() => registry.close())
  const again = wireOf(registry)
  t.equal((await api(again, 'GET', 'organization/made')).status, 200)
  const { token } = JSON.parse(robot.text) as { token: string }
  t.equal((await again.auth([], `made+ci:${token}`)).status, 200)
  const alice = await again.as('repository:made/app:pull')
  const reply = await alice.get('/v2/made/app/manifests/1', { Accept: types.image })
  t.equal(reply.headers['docker-content-digest'], digest, 'the repository and its tag')
})
