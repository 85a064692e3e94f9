import t from 'tap'
import { authenticate } from '../../src/quay/directory/credentials.js'
import { Directory } from '../../src/quay/directory/directory.js'
import { seedDirectory, type DirectorySeed } from '../../src/quay/directory/seed.js'

const at = 0

void t.test('five lines are an organization, its creator robot and a chart', async (t) => {
  const directory = new Directory()
  const secrets = seedDirectory(
    directory,
    {
      users: { alice: 'password' },
      organizations: {
        helm: {
          owners: ['alice'],
          teams: { creators: { role: 'creator', members: ['+ci'] } },
          robots: { ci: {} },
          repositories: { etherpad: { visibility: 'public' } },
        },
      },
    },
    at,
  )
  t.match(secrets.robots['helm+ci'], /^[A-Z0-9]{64}$/)
  t.ok(authenticate(directory, 'helm+ci', secrets.robots['helm+ci'] as string, at).identity)
  t.match(directory.table('organizations').get('helm')?.teams, [
    { name: 'owners', role: 'admin', members: ['alice'] },
    { name: 'creators', role: 'creator', members: ['helm+ci'] },
  ])
  t.match(directory.table('repositories').get('helm/etherpad'), { visibility: 'public', permissions: [] })
})

void t.test('seeding again keeps what is there and changes what is given', async (t) => {
  const directory = new Directory()
  const seed: DirectorySeed = {
    users: { alice: 'first', bob: 'password' },
    organizations: {
      team: {
        teams: { devs: { role: 'creator', members: ['alice'] } },
        robots: { ci: {} },
        repositories: { app: { permissions: { alice: 'read' } } },
        prototypes: [{ delegate: 'team:devs', role: 'write' }],
        applications: { tool: { tokens: [{ user: 'alice', scopes: 'repo:read,org:admin' }] } },
      },
    },
  }
  const first = seedDirectory(directory, seed, at)
  const again = seedDirectory(
    directory,
    {
      ...seed,
      users: { alice: 'second' },
      organizations: {
        team: {
          ...seed.organizations?.['team'],
          teams: { devs: { members: ['bob'] } },
          repositories: { app: { permissions: { alice: 'admin' } } },
        },
      },
    },
    at,
  )
  t.equal(again.robots['team+ci'], first.robots['team+ci'])
  t.ok(authenticate(directory, 'alice', 'second', at).identity)
  t.ok(authenticate(directory, 'bob', 'password', at).identity)
  const team = directory.table('organizations').get('team')
  t.match(team?.teams[1], { name: 'devs', role: 'member', members: ['alice', 'bob'] })
  t.equal(team?.prototypes.length, 1)
  t.equal(team?.applications.length, 1)
  t.same(directory.table('repositories').get('team/app')?.permissions, [{ kind: 'user', name: 'alice', role: 'admin' }])
  t.match(authenticate(directory, '$oauthtoken', first.oauthTokens['team/tool']?.[0] as string, at), {
    identity: { username: 'alice', scopes: ['repo:read', 'org:admin'] },
  })
})

void t.test('what is wrong in a seed is said with its place', async (t) => {
  for (const [seed, message] of [
    [
      { users: { Alice: 'password' } },
      'quay.users.Alice: Invalid namespace Alice: Namespace must match expression ^([a-z0-9]+(?:[._-][a-z0-9]+)*)$',
    ],
    [
      { users: { a: 'password' } },
      'quay.users.a: Invalid namespace a: Namespace must be between 2 and 255 characters in length',
    ],
    [
      { users: { helm: 'password' }, organizations: { helm: {} } },
      'quay.organizations.helm: Username has already been taken by user cannot be reused: helm',
    ],
    [{ organizations: { helm: { owners: ['bob'] } } }, 'quay.organizations.helm: there is no user bob'],
    [
      { organizations: { helm: { teams: { devs: { members: ['+ci'] } } } } },
      'quay.organizations.helm: there is no robot helm+ci',
    ],
    [
      { organizations: { helm: { robots: { 'C I': {} } } } },
      "quay.organizations.helm: The name for the robot 'C I' is invalid: Namespace must match expression ^([a-z0-9]+(?:[._-][a-z0-9]+)*)$",
    ],
    [
      { organizations: { helm: { repositories: { app: { permissions: { 'team:devs': 'read' } } } } } },
      'quay.organizations.helm.repositories.app: No team devs in organization helm',
    ],
    [
      { users: { alice: { repositories: { app: { permissions: { alice: 'read' } } } } } },
      'quay.users.alice.repositories.app: Namespace owner must always be admin.',
    ],
    [
      { organizations: { helm: { prototypes: [{ delegate: 'team:devs', role: 'read' }] } } },
      'quay.organizations.helm.prototypes: No team devs in organization helm',
    ],
    [
      {
        users: { alice: 'password' },
        organizations: { helm: { applications: { x: { tokens: [{ user: 'alice', scopes: 'repo:eat' }] } } } },
      },
      'quay.organizations.helm.applications.x: repo:eat are no scopes: take some of repo:read repo:write repo:admin repo:create user:read user:admin org:admin super:user',
    ],
  ] as const satisfies readonly (readonly [DirectorySeed, string])[]) {
    t.throws(() => seedDirectory(new Directory(), seed, at), { name: 'TypeError', message })
  }
})

void t.test('robots and teams may stand beside their owners', async (t) => {
  const directory = new Directory()
  const secrets = seedDirectory(
    directory,
    {
      users: { alice: 'password' },
      organizations: { helm: { robots: { old: {} } } },
      robots: { 'helm+ci': {}, 'alice+laptop': {} },
      teams: { 'helm/makers': { role: 'creator', members: ['+ci', '+old'] } },
    },
    at,
  )
  t.same(Object.keys(secrets.robots).toSorted(), ['alice+laptop', 'helm+ci', 'helm+old'])
  t.match(directory.table('organizations').get('helm')?.teams.at(-1), {
    name: 'makers',
    members: ['helm+ci', 'helm+old'],
  })
})

void t.test('a word that is none is named', async (t) => {
  for (const [seed, message] of [
    [{ organisations: {} }, 'quay: there is no organisations (did you mean organizations?)'],
    [{ organizations: { helm: { robot: {} } } }, 'quay.organizations.helm: there is no robot (did you mean robots?)'],
    [{ users: { alice: { passwort: 'x' } } }, 'quay.users.alice: there is no passwort (did you mean password?)'],
    [
      { organizations: { helm: { teams: { a: { members: [], rôle: 'admin' } } } } },
      'quay.organizations.helm.teams.a: there is no rôle (did you mean role?)',
    ],
    [
      { robots: { 'helm+ci': {} } },
      'quay.robots.helm+ci: there is no helm in this seed; a robot is OWNER+NAME, a team ORGANIZATION/NAME',
    ],
    [{ teams: { makers: {} } }, /^quay\.teams\.makers: there is no makers in this seed/],
  ] as const) {
    t.throws(() => seedDirectory(new Directory(), seed as DirectorySeed, at), { name: 'TypeError', message })
  }
})
