import { artifact, image, index, signed, startRegistry, type Registry, type StartOptions } from 'start-registry'
import t from 'tap'
import type { Teardown } from '../support/registries.js'

const accounts = [{ username: 'alice', password: 'password' }]

async function quay(t: Teardown, options: StartOptions = {}): Promise<Registry> {
  const registry = await startRegistry({ profile: 'quay-3.12', accounts, ...options })
  t.teardown(() => registry.close())
  return registry
}

/** What alice gets, with a token for one repository. */
async function get(registry: Registry, repository: string, path: string): Promise<Response> {
  const scope = `repository:${repository}:pull`
  const authorization = `Basic ${Buffer.from('alice:password').toString('base64')}`
  const url = `${registry.url}/v2/auth?service=${registry.host}&scope=${scope}`
  const { token } = (await (await fetch(url, { headers: { authorization } })).json()) as { token: string }
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json'
  return fetch(`${registry.url}/v2/${repository}/${path}`, { headers: { authorization: `Bearer ${token}`, accept } })
}

for (const profile of ['quay-3.7', 'quay-3.12'] as const) {
  void t.test(`what is seeded is in Quay as if it had been pushed, ${profile}`, async (t) => {
    const registry = await quay(t, { profile, quay: { organizations: { old: { owners: ['alice'] } } } })
    const { digests, contents } = await registry.seed({
      'alice/app:1': image(),
      'old/app:1': image(),
      'team/app:multi': index([image()]),
      'library-app:1': signed(image()),
    })
    for (const [name, digest] of Object.entries(digests)) {
      const { repository, tag } = contents[name as keyof typeof contents]
      const reply = await get(registry, repository, `manifests/${tag}`)
      t.equal(reply.status, 200, name)
      t.equal(reply.headers.get('docker-content-digest'), digest, name)
    }
    t.equal(contents['library-app:1'].repository, 'library/library-app')
    t.equal((await fetch(`${registry.url}/v2/team/app/manifests/multi`)).status, 401, 'nobody else may')
    const catalog = await get(registry, 'x/y', '../../_catalog')
    t.same(await catalog.json(), { repositories: ['alice/app', 'library/library-app', 'old/app', 'team/app'] })
    t.match(await registry.verify('library/library-app:1', { key: (await registry.seed({})).key.publicPem }), {
      verified: true,
    })
  })
}

void t.test('what has no tag gets a hidden one, and a label says when a tag expires', async (t) => {
  let now = Date.UTC(2026, 0, 1)
  const registry = await quay(t, { clock: () => now })
  const { digests } = await registry.seed({
    'alice/app:short': image({ labels: { 'quay.expires-after': '1h' } }),
    'alice/app:long': image(),
    'alice/app@untagged': image(),
    'alice/app@note': artifact({ type: 'a/note', subject: 'alice/app:long' }),
  })
  t.equal((await get(registry, 'alice/app', `manifests/${digests['alice/app@untagged']}`)).status, 200)
  now += 2 * 3_600_000
  t.equal((await get(registry, 'alice/app', 'manifests/short')).status, 404)
  t.equal((await get(registry, 'alice/app', 'manifests/long')).status, 200)
  const referrers = await get(registry, 'alice/app', `referrers/${digests['alice/app:long']}`)
  t.match(await referrers.json(), { manifests: [{ digest: digests['alice/app@note'] }] })
})

void t.test('a namespace that cannot be is refused before anything is put', async (t) => {
  const registry = await quay(t)
  await t.rejects(registry.seed({ 'team/app:1': image(), 'a/app:1': image() }), {
    message: /Namespace must be between 2 and 255 characters in length/,
  })
  t.same(await registry.store.repositories({ limit: 10 }), { items: [], more: false })
})
