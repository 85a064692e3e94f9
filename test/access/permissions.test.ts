import t from 'tap'
import { parsePermissions } from '../../src/access/permissions.js'
import { sha256, type Wire } from '../support/content.js'
import { basic } from '../support/login.js'
import { registryFor, storages } from '../support/registries.js'

void t.test('a star stands for any text', async (t) => {
  for (const [pattern, yes, no] of [
    ['team/app', ['team/app'], ['team/app2', 'team', 'x/team/app', 'team/app/web']],
    ['team/*', ['team/app', 'team/a/b', 'team/'], ['team', 'teams/app', 'x/team/app']],
    ['*', ['a', 'a/b'], []],
    ['*/app', ['team/app', 'a/b/app'], ['app', 'team/apps']],
    ['*app*', ['app', 'my/app/x', 'apps'], ['ap', 'a/pp']],
    ['a*b*c', ['abc', 'a/b/c', 'axbxc', 'abbc'], ['ab', 'acb', 'abcd']],
    ['ab*ab', ['abab', 'abxab'], ['ab', 'aba']],
  ] as const) {
    const permissions = parsePermissions([`${pattern}:pull`])
    for (const name of yes) t.ok(permissions.may(name, 'pull'), `${pattern} is for ${name}`)
    for (const name of no) t.notOk(permissions.may(name, 'pull'), `${pattern} is not for ${name}`)
    t.notOk(permissions.may(yes[0], 'push'))
  }
  const several = parsePermissions(['a:*', 'b:push, pull'])
  t.ok(several.may('a', 'delete'))
  t.ok(several.may('b', 'push'))
  t.notOk(several.may('b', 'delete'))
})

void t.test('what is no permission is quoted', async (t) => {
  for (const text of ['team', 'team:', ':pull', 'team:pul', 'team:pull:push', 'Team:pull', 'a b:pull', '']) {
    t.throws(() => parsePermissions([text]), {
      name: 'TypeError',
      message: `a permission is <repository>:<actions>, such as team/*:pull,push, and not ${text}`,
    })
  }
  await t.rejects(registryFor(t, { accounts: [{ username: 'a', password: 'b', permissions: ['x'] }] }), {
    message: 'a permission is <repository>:<actions>, such as team/*:pull,push, and not x',
  })
})

const admin = { username: 'admin', password: 'a' }
const accounts = [
  admin,
  { username: 'member', password: 'm', permissions: ['team/*:pull,push', 'tools:pull'] },
  { username: 'writer', password: 'w', permissions: ['team/*:push'] },
]

const push = (wire: Wire, repository: string, text: string) =>
  wire.send('POST', `/v2/${repository}/blobs/uploads/?digest=${sha256(text)}`, {
    headers: basic('admin', 'a'),
    body: text,
  })

for (const auth of ['token', 'basic'] as const) {
  for (const [name, storage] of storages(t)) {
    void t.test(`a mount needs the right to pull from its source: ${auth}, ${name}`, async (t) => {
      const { wire } = await registryFor(t, { accounts, auth, storage })
      await push(wire, 'private/app', 'secret')
      await push(wire, 'tools', 'shared')
      const mount = async (text: string, from: string | undefined, as = basic('member', 'm')) => {
        const query = `mount=${sha256(text)}${from === undefined ? '' : `&from=${from}`}`
        const { status } = await wire.send('POST', `/v2/team/app/blobs/uploads/?${query}`, { headers: as })
        return status
      }
      t.equal(await mount('secret', 'private/app'), 202)
      t.equal(await mount('secret', undefined), 202)
      const got = await wire.get(`/v2/team/app/blobs/${sha256('secret')}`, basic('member', 'm'))
      t.equal(got.status, 404, 'it is not there')
      t.equal(await mount('shared', 'tools', basic('writer', 'w')), 202, 'pushing is not pulling')
      t.equal(await mount('shared', undefined), 201)
      await push(wire, 'private/app', 'shared')
      t.equal(await mount('secret', 'private/app', basic('admin', 'a')), 201)
    })
  }

  void t.test(`the catalog has what may be pulled, page by page: ${auth}`, async (t) => {
    const { wire } = await registryFor(t, { accounts, auth, anonymous: 'none' })
    const names = ['a/b', 'team', 'team/a', 'team/b', 'team/c/d', 'teams/x', 'tool', 'tools', 'tools/x', 'z']
    for (const repository of names) await push(wire, repository, 'content')
    const list = async (query: string, as: Record<string, string>): Promise<[unknown, string | undefined]> => {
      const reply = await wire.get(`/v2/_catalog${query}`, as)
      return [(JSON.parse(reply.text) as { repositories: unknown }).repositories, reply.headers['link']]
    }
    const member = basic('member', 'm')
    t.same(await list('', basic('admin', 'a')), [names, undefined])
    t.same(await list('', member), [['team/a', 'team/b', 'team/c/d', 'tools'], undefined])
    t.same(await list('?n=2', member), [['team/a', 'team/b'], '</v2/_catalog?n=2&last=team%2Fb>; rel="next"'])
    t.same(await list('?n=2&last=team%2Fb', member), [['team/c/d', 'tools'], undefined])
    t.same(await list('?n=1&last=team%2Fb', member), [['team/c/d'], '</v2/_catalog?n=1&last=team%2Fc%2Fd>; rel="next"'])
    t.same(await list('?n=0', member), [[], undefined])
    t.same(await list('', basic('writer', 'w')), [[], undefined])
  })
}

void t.test('a listing steps over what may not be pulled', async (t) => {
  const { memoryStore } = await import('../../src/store/memory/store.js')
  const store = memoryStore()
  let asked = 0
  const { wire } = await registryFor(t, {
    accounts,
    storage: { ...store, repositories: (page) => (asked++, store.repositories(page)) },
  })
  for (let n = 0; n < 5000; n++) {
    await store.putManifest(`private/${n}`, {
      entry: { digest: `sha256:${'a'.repeat(64)}`, mediaType: 'x/y', size: 2, references: [] },
      bytes: Buffer.from('{}'),
      tags: [],
      requires: { blobs: [], manifests: [] },
      at: 0,
    })
  }
  await push(wire, 'team/a', 'content')
  const reply = await wire.get('/v2/_catalog', basic('member', 'm'))
  t.equal(reply.text, '{"repositories":["team/a"]}')
  t.ok(asked <= 4, `the store was asked ${asked} times`)
})

void t.test('with a login, what is open without one stays open', async (t) => {
  const { wire } = await registryFor(t, { accounts, anonymous: 'pull' })
  await push(wire, 'private/app', 'secret')
  const path = `/v2/private/app/blobs/${sha256('secret')}`
  t.equal((await wire.get(path)).text, 'secret')
  t.equal((await wire.get(path, basic('writer', 'w'))).text, 'secret')
  t.equal((await wire.send('DELETE', path, { headers: basic('writer', 'w') })).status, 403)
})
