import t from 'tap'
import { endpoints } from '../../src/distribution/endpoints.js'
import { formatRoute, type Addressable } from '../../src/route/route.js'
import { errorOf, type Wire } from '../support/content.js'
import { basic, bearer, tokenFor } from '../support/login.js'
import type { RawReply } from '../support/raw.js'
import { registryFor } from '../support/registries.js'

/*
 * Every route and method that the registry has, asked by every kind of account with every kind of credentials. What
 * is asked for is there in none of the cases, so that only access decides between 401, 403 and everything else.
 */

const repository = 'team/app'
const digest = `sha256:${'a'.repeat(64)}` as const

const routes: { readonly [K in keyof typeof endpoints]: Extract<Addressable, { readonly kind: K }> } = {
  base: { kind: 'base' },
  catalog: { kind: 'catalog' },
  tags: { kind: 'tags', repository },
  manifest: { kind: 'manifest', repository, reference: { tag: '1.0' } },
  blob: { kind: 'blob', repository, digest },
  uploads: { kind: 'uploads', repository },
  upload: { kind: 'upload', repository, id: '0'.repeat(32) },
  referrers: { kind: 'referrers', repository, digest },
}

// What each needs, in words of its own: a method that is added to a route must be added here.
const needs: Readonly<Record<string, string>> = {
  'base GET': 'login',
  'catalog GET': 'catalog',
  'tags GET': 'pull',
  'manifest GET': 'pull',
  'manifest PUT': 'push',
  'manifest DELETE': 'delete',
  'blob GET': 'pull',
  'blob DELETE': 'delete',
  'uploads POST': 'push',
  'upload GET': 'push',
  'upload PATCH': 'push',
  'upload PUT': 'push',
  'upload DELETE': 'push',
  'referrers GET': 'pull',
}

const accounts = [
  { username: 'admin', password: 'a' },
  { username: 'reader', password: 'r', permissions: ['*:pull'] },
  { username: 'member', password: 'm', permissions: ['team/*:pull,push'] },
  { username: 'cleaner', password: 'c', permissions: ['team/app:delete', 'other/*:*'] },
  { username: 'stranger', password: 's', permissions: ['other/*:*'] },
  { username: 'locked', password: 'l', permissions: [] },
]

const may: Readonly<Record<string, readonly string[]>> = {
  admin: ['login', 'catalog', 'pull', 'push', 'delete'],
  reader: ['login', 'catalog', 'pull'],
  member: ['login', 'catalog', 'pull', 'push'],
  cleaner: ['login', 'catalog', 'delete'],
  stranger: ['login', 'catalog'],
  locked: ['login', 'catalog'],
}

const scopes = {
  exact: (need: string) => (need === 'catalog' ? 'registry:catalog:*' : `repository:${repository}:${need}`),
  everything: () => `repository:${repository}:* registry:catalog:*`,
  'of another repository': (need: string) => `repository:other/app:${need} repository:team:*`,
  'of other actions': (need: string) =>
    `repository:${repository}:${['pull', 'push', 'delete'].filter((action) => action !== need).join(',')}`,
}
const covering = ['exact', 'everything']

const cases = Object.entries(endpoints).flatMap(([kind, methods]) =>
  Object.keys(methods).flatMap((method) => {
    const name = `${kind} ${method}`
    return (method === 'GET' ? ['GET', 'HEAD'] : [method]).map((sent) => ({ kind, name, method: sent }))
  }),
)

const ask = (
  wire: Wire,
  { kind, method }: (typeof cases)[number],
  headers: Record<string, string>,
): Promise<RawReply> => wire.send(method, formatRoute(routes[kind as keyof typeof routes]), { headers })

const passed = (status: number): boolean => status !== 401 && status !== 403

void t.test('every method of every route has a row', async (t) => {
  t.same([...new Set(cases.map(({ name }) => name))].toSorted(), Object.keys(needs).toSorted())
})

for (const auth of ['token', 'basic'] as const) {
  void t.test(`with a name and a password, ${auth}`, async (t) => {
    const { wire } = await registryFor(t, { accounts, auth })
    for (const one of cases) {
      const need = needs[one.name] as string
      for (const { username, password } of accounts) {
        const reply = await ask(wire, one, basic(username, password))
        const granted = may[username]?.includes(need) ?? false
        const text = `${username}: ${one.name}`
        if (granted) t.ok(passed(reply.status), `${text}: ${reply.status}`)
        else t.equal(reply.status, 403, text)
        if (!granted && one.method !== 'HEAD') {
          const message = `${username} may not ${need} ${need === 'push' ? 'to' : 'from'} team/app`
          t.same(errorOf(reply), { code: 'DENIED', message })
        }
        const wrong = await ask(wire, one, basic(username, `${password}!`))
        t.equal(wrong.status, 401, `${text}, wrong password`)
      }
    }
  })

  for (const anonymous of ['none', 'pull', 'push'] as const) {
    void t.test(`without credentials, ${auth}, anonymous ${anonymous}`, async (t) => {
      const { wire } = await registryFor(t, { accounts, auth, anonymous })
      const open: readonly string[] = {
        none: [],
        pull: ['pull', 'catalog'],
        push: ['pull', 'catalog', 'push', 'delete'],
      }[anonymous]
      for (const one of cases) {
        const need = needs[one.name] as string
        const reply = await ask(wire, one, {})
        // A registry that issues tokens challenges /v2/ whatever is open; without tokens nobody needs to log in then.
        const granted = need === 'login' ? auth === 'basic' && anonymous === 'push' : open.includes(need)
        t.equal(passed(reply.status), granted, `${one.name}: ${reply.status}`)
        if (granted) continue
        t.equal(reply.status, 401)
        t.match(reply.headers['www-authenticate'], auth === 'token' ? /^Bearer realm="http:/ : /^Basic realm="/)
      }
    })
  }
}

void t.test('with a token', async (t) => {
  const { wire } = await registryFor(t, { accounts })
  for (const { username, password } of accounts) {
    for (const [kind, scopeOf] of Object.entries(scopes)) {
      for (const one of cases) {
        const need = needs[one.name] as string
        const token = await tokenFor(wire, { username, password, scope: scopeOf(need) })
        const reply = await ask(wire, one, bearer(token))
        const text = `${username}, ${kind}: ${one.name}: ${reply.status}`
        const account = may[username]?.includes(need) ?? false
        if (account && (need === 'login' || covering.includes(kind))) t.ok(passed(reply.status), text)
        else t.equal(reply.status, account ? 401 : 403, text)
        if (reply.status === 401)
          t.match(reply.headers['www-authenticate'], /,scope="[^"]+",error="insufficient_scope"$/)
      }
    }
  }
})

void t.test('with a token of nobody', async (t) => {
  for (const [anonymous, open] of [
    ['none', []],
    ['pull', ['login', 'catalog', 'pull']],
    ['push', ['login', 'catalog', 'pull', 'push', 'delete']],
  ] as const) {
    const { wire } = await registryFor(t, { accounts, anonymous })
    for (const one of cases) {
      const need = needs[one.name] as string
      const token = await tokenFor(wire, { scope: scopes.exact(need) })
      const reply = await ask(wire, one, bearer(token))
      t.equal(
        passed(reply.status),
        (open as readonly string[]).includes(need),
        `${anonymous}, ${one.name}: ${reply.status}`,
      )
      t.not(reply.status, 403)
    }
  }
})
