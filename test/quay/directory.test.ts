import t from 'tap'
import {
  canCreate,
  createOnPush,
  may,
  namespaceRole,
  repositoryRole,
  visibleRepositories,
} from '../../src/quay/directory/access.js'
import type { DirectoryConfig } from '../../src/quay/directory/config.js'
import { authenticate, authenticateOAuth } from '../../src/quay/directory/credentials.js'
import { Directory } from '../../src/quay/directory/directory.js'
import { encryptPassword } from '../../src/quay/directory/encrypted-password.js'
import { anonymous, robotIdentity, userIdentity, type Identity } from '../../src/quay/directory/identity.js'
import { deleteOrganization, deleteRobot, deleteUser } from '../../src/quay/directory/removal.js'
import { findRepository } from '../../src/quay/directory/repositories.js'
import type { Scope } from '../../src/quay/directory/scopes.js'
import { makeSecret, makeUuid, seededRandom } from '../../src/quay/directory/secrets.js'
import { seedDirectory, type DirectorySeed } from '../../src/quay/directory/seed.js'

const at = Date.UTC(2025, 7, 21, 10)
const robotToken = 'R'.repeat(64)

const seed: DirectorySeed = {
  users: {
    alice: 'password1',
    bob: { password: 'password2', email: 'bob@example.com', repositories: { open: { visibility: 'public' } } },
    carol: 'password3',
    dave: 'password4',
    root: { password: 'password5', appTokens: { laptop: {} } },
    gone: { password: 'password6', enabled: false, robots: { ci: { token: robotToken } } },
  },
  organizations: {
    helm: {
      owners: ['alice'],
      teams: {
        makers: { role: 'creator', members: ['carol', '+maker'] },
        readers: { members: ['bob'] },
      },
      robots: { maker: { token: robotToken }, idle: {} },
      repositories: {
        chart: { permissions: { 'team:readers': 'read', dave: 'write', '+idle': 'admin' } },
        frozen: { state: 'READ_ONLY', permissions: { dave: 'write' } },
        open: { visibility: 'public' },
      },
      prototypes: [
        { delegate: '+idle', role: 'read' },
        { delegate: 'team:readers', role: 'read' },
        { delegate: 'team:readers', role: 'write', activatingUser: '+maker' },
        { delegate: 'carol', role: 'write' },
      ],
      applications: { ci: { tokens: [{ user: 'alice', scopes: 'repo:read', token: 'T'.repeat(40) }] } },
    },
  },
}

function directoryWith(config: Partial<DirectoryConfig> = {}, lockout = false) {
  const directory = new Directory({ config, random: seededRandom('directory'), lockout })
  return { directory, secrets: seedDirectory(directory, seed, at) }
}

const user = (name: string): Identity => userIdentity(name, name)
const bounded = (name: string, ...scopes: Scope[]): Identity => ({
  kind: 'oauthtoken',
  username: name,
  reference: 'uuid',
  scopes,
})

void t.test('who may do what to a repository', async (t) => {
  const { directory } = directoryWith()
  const rows: readonly (readonly [who: Identity, repository: string, allowed: string])[] = [
    [anonymous, 'helm/chart', '---'],
    [anonymous, 'helm/open', 'r--'],
    [anonymous, 'helm/none', '---'],
    [user('alice'), 'helm/chart', 'rwa'],
    [user('alice'), 'helm/frozen', 'r--'],
    [user('alice'), 'helm/none', 'r--'],
    [user('alice'), 'bob/open', 'r--'],
    [user('alice'), 'nobody/none', '---'],
    [user('bob'), 'bob/open', 'rwa'],
    [user('bob'), 'bob/none', 'r--'],
    [user('bob'), 'helm/chart', 'r--'],
    [user('bob'), 'helm/none', '---'],
    [user('carol'), 'helm/chart', '---'],
    [user('carol'), 'helm/none', '---'],
    [user('dave'), 'helm/chart', 'rw-'],
    [user('dave'), 'helm/frozen', 'r--'],
    [user('dave'), 'helm/open', 'r--'],
    [robotIdentity('helm+maker'), 'helm/chart', '---'],
    [robotIdentity('helm+maker'), 'helm/none', '---'],
    [robotIdentity('helm+idle'), 'helm/chart', 'rwa'],
    [robotIdentity('helm+idle'), 'helm/frozen', '---'],
    [user('root'), 'helm/chart', '---'],
    [bounded('alice', 'repo:read'), 'helm/chart', 'r--'],
    [bounded('alice', 'repo:write'), 'helm/chart', 'rw-'],
    [bounded('alice', 'repo:admin'), 'helm/chart', 'rwa'],
    [bounded('alice', 'repo:create', 'org:admin'), 'helm/chart', '---'],
    [bounded('dave', 'repo:admin'), 'helm/chart', 'rw-'],
    [bounded('alice', 'user:read'), 'helm/open', 'r--'],
  ]
  for (const [who, repository, allowed] of rows) {
    const [namespace = '', name = ''] = repository.split('/')
    const letters = (['pull', 'push', 'admin'] as const).map((action, index) =>
      may(directory, who, namespace, name, action) ? 'rwa'[index] : '-',
    )
    t.equal(
      letters.join(''),
      allowed,
      `${who.username ?? 'anonymous'} (${who.scopes?.join(' ') ?? '*'}): ${repository}`,
    )
  }
})

void t.test('who sees which repositories', async (t) => {
  const { directory } = directoryWith()
  const seen = (who: Identity, options: object = {}) =>
    Array.from(visibleRepositories(directory, who, { everybodys: false, ...options }), ({ namespace, name }) =>
      [namespace, name].join('/'),
    ).join(' ')
  t.equal(seen(anonymous), '')
  t.equal(seen(anonymous, { everybodys: true }), 'bob/open helm/open')
  t.equal(seen(user('alice')), 'helm/chart helm/frozen helm/open')
  t.equal(seen(user('bob')), 'bob/open helm/chart')
  t.equal(seen(user('bob'), { everybodys: true, after: 'helm/chart' }), 'helm/open')
  t.equal(seen(user('bob'), { everybodys: true, namespace: 'helm' }), 'helm/chart helm/open')
  t.equal(seen(bounded('alice', 'user:read')), '')
  const closed = directoryWith({ FEATURE_ANONYMOUS_ACCESS: false }).directory
  t.same([...visibleRepositories(closed, anonymous, { everybodys: true })], [])
})

void t.test('without anonymous access nobody pulls without a login', async (t) => {
  const { directory } = directoryWith({ FEATURE_ANONYMOUS_ACCESS: false })
  t.notOk(may(directory, anonymous, 'helm', 'open', 'pull'))
  t.ok(may(directory, user('dave'), 'helm', 'open', 'pull'))
})

void t.test('who may create', async (t) => {
  const { directory } = directoryWith()
  for (const [who, namespace, allowed] of [
    [anonymous, 'helm', false],
    [user('alice'), 'helm', true],
    [user('alice'), 'alice', true],
    [user('alice'), 'bob', false],
    [user('alice'), 'nobody', false],
    [user('carol'), 'helm', true],
    [user('bob'), 'helm', false],
    [robotIdentity('helm+maker'), 'helm', true],
    [robotIdentity('helm+idle'), 'helm', false],
    [robotIdentity('gone+ci'), 'gone', false],
    [bounded('alice', 'repo:create'), 'helm', true],
    [bounded('alice', 'repo:admin'), 'helm', false],
    [bounded('alice', 'repo:create'), 'alice', true],
  ] as const) {
    t.equal(canCreate(directory, who, namespace), allowed, `${who.username} in ${namespace}`)
  }
  t.equal(namespaceRole(directory, bounded('alice', 'repo:create'), 'helm'), 'creator')
  t.equal(namespaceRole(directory, user('bob'), 'helm'), 'member')
  t.equal(namespaceRole(directory, user('dave'), 'helm'), undefined)
})

void t.test('superusers have what others have, unless they are given full access', async (t) => {
  const names = { SUPER_USERS: ['root'] }
  t.notOk(may(directoryWith(names).directory, user('root'), 'helm', 'chart', 'pull'))
  const { directory } = directoryWith({ ...names, FEATURE_SUPERUSERS_FULL_ACCESS: true })
  t.ok(may(directory, user('root'), 'helm', 'chart', 'push'))
  t.ok(canCreate(directory, user('root'), 'helm'))
  t.notOk(may(directory, bounded('root', 'repo:admin'), 'helm', 'chart', 'push'), 'a token needs the scope super:user')
})

void t.test('asking to push makes a repository, private, with its creator and default permissions', async (t) => {
  const { directory } = directoryWith()
  t.equal(createOnPush(directory, robotIdentity('helm+maker'), 'helm', 'new', at), 'created')
  t.match(findRepository(directory, 'helm', 'new'), {
    visibility: 'private',
    state: 'NORMAL',
    created: at,
    permissions: [
      { kind: 'user', name: 'helm+maker', role: 'admin' },
      { kind: 'user', name: 'helm+idle', role: 'read' },
      { kind: 'team', name: 'readers', role: 'write' },
      { kind: 'user', name: 'carol', role: 'write' },
    ],
  })
  t.ok(may(directory, robotIdentity('helm+maker'), 'helm', 'new', 'admin'))
  t.equal(createOnPush(directory, user('carol'), 'helm', 'hers', at), 'created')
  t.same(findRepository(directory, 'helm', 'hers')?.permissions, [
    { kind: 'user', name: 'carol', role: 'admin' },
    { kind: 'user', name: 'helm+idle', role: 'read' },
    { kind: 'team', name: 'readers', role: 'read' },
  ])
  t.equal(createOnPush(directory, user('alice'), 'alice', 'own/nested', at), 'created')
  t.same(findRepository(directory, 'alice', 'own/nested')?.permissions, [
    { kind: 'user', name: 'alice', role: 'admin' },
  ])
  for (const [who, namespace, name] of [
    [anonymous, 'helm', 'x'],
    [user('bob'), 'helm', 'x'],
    [user('alice'), 'nobody', 'x'],
    [user('alice'), 'helm', 'chart'],
  ] as const) {
    t.equal(createOnPush(directory, who, namespace, name, at), 'denied')
  }
})

void t.test('config.yaml decides what a push makes', async (t) => {
  const { directory } = directoryWith({ CREATE_NAMESPACE_ON_PUSH: true, CREATE_PRIVATE_REPO_ON_PUSH: false })
  t.equal(createOnPush(directory, user('bob'), 'new-team', 'app', at), 'created')
  t.equal(findRepository(directory, 'new-team', 'app')?.visibility, 'public')
  t.match(directory.table('organizations').get('new-team'), {
    email: 'bob+new-team@example.com',
    teams: [{ name: 'owners', role: 'admin', members: ['bob'] }],
  })
  t.equal(createOnPush(directory, user('bob'), 'x', 'app', at), 'no-organization')
  t.equal(createOnPush(directory, user('bob'), 'alice', 'app', at), 'denied')
})

void t.test('every kind of credential, and how it is refused', async (t) => {
  const { directory, secrets } = directoryWith()
  const appToken = secrets.appTokens['root/laptop'] as string
  t.match(appToken, /^[A-Z0-9]{120}$/)
  const rows: readonly (readonly [string, string, Partial<Identity> | string])[] = [
    ['alice', 'password1', { kind: 'user', username: 'alice' }],
    ['bob@example.com', 'password2', { kind: 'user', username: 'bob' }],
    ['alice', encryptPassword(directory, 'password1'), { kind: 'user', username: 'alice' }],
    ['alice', 'password2', 'Invalid Username or Password'],
    ['alice', encryptPassword(directory, 'password2'), 'Invalid Username or Password'],
    ['alice', '', 'Invalid Username or Password'],
    ['nobody', 'password1', 'Invalid Username or Password'],
    ['', 'password1', 'Invalid Username or Password'],
    ['helm', 'password1', 'Invalid Username or Password'],
    ['gone', 'password6', 'This user has been disabled. Please contact your administrator.'],
    ['helm+maker', robotToken, { kind: 'robot', username: 'helm+maker', reference: 'helm+maker' }],
    ['helm+maker', 'X'.repeat(64), 'Could not find robot with username: helm+maker and supplied password.'],
    ['helm+none', robotToken, 'Could not find robot with specified username'],
    ['gone+ci', robotToken, 'Robot gone+ci owner gone is disabled'],
    ['$app', appToken, { kind: 'appspecifictoken', username: 'root' }],
    ['$app', `${appToken.slice(0, -1)}!`, 'Invalid token'],
    ['$app', 'X', 'Invalid token'],
    ['$oauthtoken', 'T'.repeat(40), { kind: 'oauthtoken', username: 'alice', scopes: ['repo:read'] }],
    ['$oauthtoken', 'X'.repeat(40), 'OAuth access token could not be validated'],
    ['$token', 'X'.repeat(40), 'Invalid access token'],
  ]
  for (const [username, password, expected] of rows) {
    const found = authenticate(directory, username, password, at)
    if (typeof expected === 'string') t.same(found, { refusal: expected }, username)
    else t.match(found.identity, expected, username)
  }
  const tenYears = 315_569_520_000
  t.ok(authenticateOAuth(directory, 'T'.repeat(40), at + tenYears - 1).identity)
  t.same(authenticateOAuth(directory, 'T'.repeat(40), at + tenYears), { refusal: 'OAuth access token has expired' })
})

void t.test('config.yaml decides which credentials are taken', async (t) => {
  const encrypted = directoryWith({ FEATURE_REQUIRE_ENCRYPTED_BASIC_AUTH: true }).directory
  t.same(authenticate(encrypted, 'alice', 'password1', at), {
    refusal:
      'Client login with unencrypted passwords is disabled. Please generate an encrypted password in the user admin panel for use here.',
  })
  t.ok(authenticate(encrypted, 'alice', encryptPassword(encrypted, 'password1'), at).identity)
  t.ok(authenticate(encrypted, 'helm+maker', robotToken, at).identity)
  const { directory, secrets } = directoryWith({ FEATURE_APP_SPECIFIC_TOKENS: false })
  t.same(authenticate(directory, '$app', secrets.appTokens['root/laptop'] as string, at), {
    refusal: 'Invalid Username or Password',
  })
  const { directory: without } = directoryWith({})
  const disallowed = new Directory({ config: { ROBOTS_DISALLOW: true, ROBOTS_WHITELIST: ['helm+idle'] } })
  disallowed.load(without.dump())
  t.same(authenticate(disallowed, 'helm+maker', robotToken, at), {
    refusal: 'Robot account have been disabled. Please contact your administrator.',
  })
  const idle = without.table('robots').get('helm+idle')?.token as string
  t.ok(authenticate(disallowed, 'helm+idle', idle, at).identity)
})

void t.test('wrong passwords lock an account for a while, when that is wanted', async (t) => {
  const { directory } = directoryWith({}, true)
  t.same(authenticate(directory, 'alice', 'wrong', at), { refusal: 'Invalid Username or Password' })
  t.same(authenticate(directory, 'alice', 'password1', at + 250), {
    refusal: 'Too many login attempts.',
    retryAfter: 0.25,
  })
  t.same(authenticate(directory, 'alice', 'wrong', at + 500), { refusal: 'Invalid Username or Password' })
  t.same(authenticate(directory, 'alice', 'password1', at + 1000), {
    refusal: 'Too many login attempts.',
    retryAfter: 1,
  })
  t.ok(authenticate(directory, 'alice', 'password1', at + 2000).identity)
  t.equal(directory.table('users').get('alice')?.wrongPasswords, 0)
})

void t.test('what goes takes with it what was its own', async (t) => {
  const { directory } = directoryWith()
  deleteRobot(directory, 'helm+idle')
  t.same(
    findRepository(directory, 'helm', 'chart')?.permissions.map(({ name }) => name),
    ['readers', 'dave'],
  )
  t.equal(directory.table('organizations').get('helm')?.prototypes.length, 3)
  t.throws(() => deleteRobot(directory, 'helm+idle'), { message: 'Could not find robot with username: helm+idle' })
  t.throws(() => deleteUser(directory, 'alice'), {
    message: 'Cannot delete alice as you are the only admin for organizations: helm',
  })
  t.same(deleteUser(directory, 'bob'), ['open'])
  t.same(
    directory
      .table('organizations')
      .get('helm')
      ?.teams.find(({ name }) => name === 'readers')?.members,
    [],
  )
  t.same(deleteOrganization(directory, 'helm'), ['chart', 'frozen', 'open'])
  t.equal(directory.table('robots').get('helm+maker'), undefined)
  t.same(authenticate(directory, '$oauthtoken', 'T'.repeat(40), at), {
    refusal: 'OAuth access token could not be validated',
  })
  t.equal(repositoryRole(directory, user('alice'), 'helm', 'chart'), undefined)
})

void t.test('a directory is plain data that another one can go on from', async (t) => {
  const { directory } = directoryWith()
  const encrypted = encryptPassword(directory, 'password1')
  const dumped = JSON.stringify(directory.dump())
  t.notMatch(dumped, /password\d/, 'no password is kept')
  t.notMatch(dumped, 'T'.repeat(40), 'nor an OAuth token')
  const other = new Directory()
  let heard = 0
  const stop = other.onChange(() => heard++)
  other.load(JSON.parse(dumped) as ReturnType<Directory['dump']>)
  t.equal(heard, 1)
  t.same(other.dump(), directory.dump())
  t.ok(authenticate(other, 'alice', encrypted, at).identity)
  t.equal(heard, 2, 'when somebody was there is written down')
  stop()
  deleteRobot(other, 'helm+idle')
  t.equal(heard, 2)
  t.ok(directory.table('robots').has('helm+idle'))
})

void t.test('a seed makes the same secrets again, and no seed never does', async (t) => {
  const [one, two] = [seededRandom('a'), seededRandom('a')]
  t.equal(makeSecret(one, 64), makeSecret(two, 64))
  t.match(makeSecret(one, 64), /^[A-Z0-9]{64}$/)
  t.not(makeSecret(one, 64), makeSecret(two, 63))
  t.not(makeSecret(seededRandom('b'), 64), makeSecret(seededRandom('a'), 64))
  t.match(makeUuid(one), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.not(new Directory().secret(40), new Directory().secret(40))
  t.equal(directoryWith().secrets.robots['helm+idle'], directoryWith().secrets.robots['helm+idle'])
})
