import t from 'tap'
import type { StartOptions } from 'start-registry'
import { envelope, quayFor, robotToken, unauthorized, versions, type QuayWire } from '../support/quay-wire.js'

// quay.md §3.3: who may do what, told with 401 and nothing else.

const maker = `ns+maker:${robotToken}`
const ci = `ns+ci:${robotToken}`
const bob = 'bob:password2'

/** What somebody can do: how pulling and pushing end with the token that asking for both gives. */
async function abilities(wire: QuayWire, repository: string, account: string | null): Promise<string> {
  const who = await wire.as(`repository:${repository}:pull,push`, account)
  const pull = await who.get(`/v2/${repository}/tags/list`)
  const push = await who.send('POST', `/v2/${repository}/blobs/uploads/`)
  return `${pull.status} ${push.status}`
}

void t.test(
  'owners may do everything, creators may create and nothing else, robots nothing by themselves',
  async (t) => {
    for (const version of versions) {
      const { wire } = await quayFor(t, { version })
      t.equal(await abilities(wire, 'ns/repo', 'alice:password1'), '200 202', version)
      t.equal(await abilities(wire, 'ns/repo', bob), '401 401')
      t.equal(await abilities(wire, 'ns/repo', ci), '401 401', 'not even in its own namespace')
      t.equal(await abilities(wire, 'ns/repo', maker), '401 401', 'not those of others')
      t.equal(await abilities(wire, 'ns/repo', null), '401 401')
      t.equal(await abilities(wire, 'ns/open', bob), '200 401')
      t.equal(await abilities(wire, 'ns/open', null), '200 401')
      t.equal(await abilities(wire, 'ns/made', ci), '401 401')
      t.equal(await abilities(wire, 'ns/made', maker), '200 202', 'the admin of what it made')
      t.equal(await abilities(wire, 'bob/own', bob), '200 202', 'one’s own namespace')
      t.equal(await abilities(wire, 'nobody/repo', 'alice:password1'), '401 401')
    }
  },
)

void t.test('a repository that is not there: 404 for who reads all of its namespace, 401 for the rest', async (t) => {
  const { wire } = await quayFor(t)
  const ask = async (account: string | null): Promise<string> => {
    const who = await wire.as('repository:ns/nothing:pull', account)
    return (await who.get('/v2/ns/nothing/manifests/1')).text
  }
  t.equal(await ask('alice:password1'), envelope('NAME_UNKNOWN', 'repository not found'))
  for (const account of [maker, ci, bob, null]) t.equal(await ask(account), unauthorized, `${account}`)
})

void t.test(
  'helm from 3.18 on asks before it pushes, and a creator robot gets 401; before, it asked to push',
  async (t) => {
    for (const version of versions) {
      const { wire } = await quayFor(t, { version })
      const asking = await wire.as('repository:ns/chart:pull', maker)
      const exists = await asking.send('HEAD', `/v2/ns/chart/manifests/sha256:${'0'.repeat(64)}`)
      t.equal(exists.status, 401, version)
      const scope = `scope="repository:ns/chart:pull"`
      t.match(exists.headers['www-authenticate'], scope)
      const pushing = await wire.as(['repository:ns/chart:pull,push'], maker)
      const head = await pushing.send('HEAD', `/v2/ns/chart/manifests/sha256:${'0'.repeat(64)}`)
      t.equal(head.status, 404, 'the repository was made with the token')
      t.equal((await pushing.send('POST', '/v2/ns/chart/blobs/uploads/')).status, 202)
    }
  },
)

void t.test('an organization for a namespace that nobody has, where that is switched on', async (t) => {
  const quay: StartOptions['quay'] = { users: { alice: { password: 'password1', email: 'alice@example.com' } } }
  const { wire } = await quayFor(t, { quay, config: { CREATE_NAMESPACE_ON_PUSH: true } })
  t.equal(await abilities(wire, 'team/app', 'alice:password1'), '200 202')
  t.equal(await abilities(wire, 'etherpad', 'alice:password1'), '200 202', 'also for the library')
  const refused = await wire.auth(['repository:x/app:push'], 'alice:password1')
  t.equal(refused.status, 405)
  t.equal(refused.text, envelope('UNSUPPORTED', 'Cannot create organization'))
  const without = (await quayFor(t, { quay })).wire
  t.equal(await abilities(without, 'team/app', 'alice:password1'), '401 401')
  t.equal(await abilities(without, 'etherpad', 'alice:password1'), '401 401', 'no library, no push')
})

void t.test('permissions, default permissions, and repositories that take nothing', async (t) => {
  const { wire } = await quayFor(t, {
    quay: {
      users: { alice: 'password1', bob: 'password2' },
      organizations: {
        ns: {
          owners: ['alice'],
          robots: { ci: { token: robotToken } },
          teams: { devs: { members: ['bob'] } },
          prototypes: [{ delegate: '+ci', role: 'write' }],
          repositories: {
            read: { permissions: { '+ci': 'read' } },
            write: { permissions: { 'team:devs': 'write' } },
            frozen: { state: 'READ_ONLY' },
            mirror: { state: 'MIRROR' },
          },
        },
      },
    },
  })
  t.equal(await abilities(wire, 'ns/read', ci), '200 401')
  t.equal(await abilities(wire, 'ns/write', bob), '200 202')
  t.equal(await abilities(wire, 'ns/frozen', 'alice:password1'), '200 401')
  t.equal(await abilities(wire, 'ns/mirror', 'alice:password1'), '200 401')
  t.equal(await abilities(wire, 'ns/new', ci), '401 401')
  t.equal(await abilities(wire, 'ns/new', 'alice:password1'), '200 202')
  t.equal(await abilities(wire, 'ns/new', ci), '200 202', 'the default permission')
})

void t.test('what a token grants is believed for its hour, and nothing beside it', async (t) => {
  const { wire } = await quayFor(t)
  const pull = await wire.as('repository:ns/repo:pull')
  t.equal((await pull.send('POST', '/v2/ns/repo/blobs/uploads/')).status, 401)
  t.equal((await pull.get('/v2/ns/other/tags/list')).status, 401)
  t.equal((await pull.get('/v2/ns/open/tags/list')).status, 200, 'what is public')
  const push = await wire.as('repository:ns/repo:push')
  t.equal((await push.get('/v2/ns/repo/tags/list')).status, 200, 'to push is to pull')
  const all = await wire.as('repository:ns/repo:*')
  t.equal((await all.send('POST', '/v2/ns/repo/blobs/uploads/')).status, 202, 'and * is all')
})

void t.test('the documentation’s cosign error: a token without actions, and then what cosign prints', async (t) => {
  const { wire } = await quayFor(t)
  t.equal((await wire.get('/v2/')).status, 401)
  const nobody = await wire.as('repository:user1/busybox:pull', null)
  const reply = await nobody.get('/v2/user1/busybox/manifests/test')
  t.equal(reply.status, 401)
  const { errors } = JSON.parse(reply.text) as { errors: { code: string; message: string; detail: object }[] }
  const [error] = errors
  // go-containerregistry prints an empty detail as map[].
  t.equal(
    `${error?.code}: ${error?.message}; ${JSON.stringify(error?.detail)}`,
    'UNAUTHORIZED: access to the requested resource is not authorized; {}',
  )
})
