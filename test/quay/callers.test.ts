import t from 'tap'
import { startRegistry } from '../../harness/index.js'
import { Wire } from '../support/content.js'

// quay/quay auth/registry_jwt_auth.py `process_registry_jwt_auth`: a token that has expired is renewed for what stands
// here, so a client that reads no scope would buy one that is good for nothing.
void t.test('a token that cannot be read is answered with what one is needed for', async (t) => {
  await using registry = await startRegistry({ profile: 'quay-3.7' })
  const wire = new Wire(registry.port)
  const challenge = `Bearer realm="${registry.url}/v2/auth",service="${registry.host}"`
  for (const [Authorization, why] of [
    ['Bearer not.a.token', 'Unknown service key'],
    ['Basic YWxpY2U6c2VjcmV0', 'Invalid bearer token format'],
  ] as const) {
    for (const [method, target, expected] of [
      ['GET', '/v2/', challenge],
      ['GET', '/v2/alice/app/manifests/1.0', `${challenge},scope="repository:alice/app:pull"`],
      ['PUT', '/v2/alice/app/manifests/1.0', `${challenge},scope="repository:alice/app:pull,push"`],
      [
        'DELETE',
        `/v2/alice/app/manifests/sha256:${'a'.repeat(64)}`,
        `${challenge},scope="repository:alice/app:pull,push"`,
      ],
      ['POST', '/v2/app/blobs/uploads/', `${challenge},scope="repository:library/app:pull,push"`],
    ] as const) {
      const reply = await wire.send(method, target, { headers: { Authorization } })
      t.equal(reply.status, 401, `${method} ${target}`)
      t.equal(reply.text, `{"error": "${why}"}`)
      t.equal(reply.headers['www-authenticate'], expected)
    }
  }
})

void t.test("requests of the API tell whose token they came with, as the registry's own do", async (t) => {
  await using registry = await startRegistry({
    accounts: [{ username: 'alice', password: 'correct horse' }],
    quay: { organizations: { team: { owners: ['alice'], applications: { ci: { tokens: [{ user: 'alice' }] } } } } },
  })
  const heard: (string | undefined)[] = []
  registry.onRequest(({ account }) => void heard.push(account))
  const wire = new Wire(registry.port)
  const Authorization = `Bearer ${registry.secrets?.oauthTokens['team/ci']?.[0]}`
  t.equal((await wire.get('/api/v1/user/', { Authorization })).status, 200)
  t.equal((await wire.get('/api/v1/user/')).status, 401)
  t.same(heard, ['alice', undefined])
})
