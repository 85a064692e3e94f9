import t from 'tap'
import { authenticate } from '../../src/quay/directory/credentials.js'
import { start } from '../support/quay.js'
import { alice, bob, detail, play, quayWith, robot, root } from '../support/quay-story.js'

const none = undefined

void t.test('organizations', async (t) => {
  const quay = quayWith()
  await play(t, quay, alice, [
    ['POST organization/', { name: 'new', email: 'new@example.com' }, 201, '"Created"\n'],
    ['POST organization/', { name: 'new' }, 400, detail('A user or organization with this name already exists')],
    ['POST organization/', { name: 'bob' }, 400, detail('A user or organization with this name already exists')],
    [
      'POST organization/',
      { name: 'No' },
      400,
      detail('Invalid namespace No: Namespace must match expression ^([a-z0-9]+(?:[._-][a-z0-9]+)*)$'),
    ],
    [
      'POST organization/',
      { name: 'n' },
      400,
      detail('Invalid namespace n: Namespace must be between 2 and 255 characters in length'),
    ],
    [
      'GET organization/new',
      none,
      200,
      { name: 'new', email: 'new@example.com', is_admin: true, ordered_teams: ['owners'] },
    ],
    [
      'PUT organization/new',
      { email: 'other@example.com', tag_expiration_s: 86400, invoice_email: true },
      200,
      { email: 'other@example.com', tag_expiration_s: 86400, invoice_email: true },
    ],
    ['PUT organization/new', { email: 'bob@example.com' }, 400, detail('E-mail address already used')],
    ['PUT organization/new', { tag_expiration_s: 5 }, 400, '{"message":"Invalid tag expiration option"}\n'],
    ['PUT organization/none', {}, 403],
    ['DELETE organization/new', none, 204, ''],
    ['GET organization/new', none, 404],
  ])
  const full = await quay.send('GET', '/api/v1/organization/helm', { token: alice })
  t.equal(
    full.text.replaceAll(/"hash": "[0-9a-f]{32}", "color": "#[0-9a-f]{6}"/g, '"hash": H, "color": C'),
    '{"name": "helm", "email": "helm@example.com", "avatar": {"name": "helm", "hash": H, "color": C, "kind": "user"}, "is_admin": true, "is_member": true, "teams": {"owners": {"name": "owners", "description": "", "role": "admin", "avatar": {"name": "owners", "hash": H, "color": C, "kind": "team"}, "can_view": true, "repo_count": 0, "member_count": 1, "is_synced": false}, "devs": {"name": "devs", "description": "those who write charts", "role": "member", "avatar": {"name": "devs", "hash": H, "color": C, "kind": "team"}, "can_view": true, "repo_count": 0, "member_count": 0, "is_synced": false}}, "ordered_teams": ["owners", "devs"], "invoice_email": false, "invoice_email_address": null, "tag_expiration_s": 1209600, "is_free_account": true}\n',
  )
  for (const sent of [{}, { token: bob }]) {
    const reduced = await quay.send('GET', '/api/v1/organization/helm', sent)
    t.match(reduced.json, { name: 'helm', email: '', is_admin: false, is_member: false })
    t.same(Object.keys(reduced.json), ['name', 'email', 'avatar', 'is_admin', 'is_member'])
  }
  const mailing = quayWith({ config: { FEATURE_MAILING: true } })
  await play(t, mailing, alice, [['POST organization/', { name: 'new' }, 400, detail('Email address is required')]])
})

void t.test('teams and their members', async (t) => {
  const quay = quayWith()
  await play(t, quay, alice, [
    [
      'PUT organization/helm/team/makers',
      { role: 'creator', description: 'make' },
      200,
      /^\{"name": "makers", "description": "make", "can_view": true, "role": "creator", "avatar": \{"name": "makers", .*"kind": "team"\}, "new_team": true\}\n$/,
    ],
    [
      'PUT organization/helm/team/makers',
      { role: 'member' },
      200,
      { role: 'member', description: 'make', new_team: false },
    ],
    [
      'PUT organization/helm/team/No',
      { role: 'member' },
      400,
      { message: 'Invalid team name No: Namespace must match expression ^([a-z0-9]+(?:[._-][a-z0-9]+)*)$' },
    ],
    [
      'PUT organization/helm/team/owners',
      { role: 'member' },
      400,
      '{"message":"Cannot remove admin from team \'owners\' because calling user would no longer have admin on org \'helm\'"}\n',
    ],
    [
      'PUT organization/helm/team/makers/members/helm+ci',
      none,
      200,
      /^\{"name": "helm\+ci", "kind": "user", "is_robot": true, "avatar": \{"name": "helm\+ci", .*"kind": "robot"\}, "invited": false\}\n$/,
    ],
    [
      'PUT organization/helm/team/makers/members/helm+ci',
      none,
      400,
      '{"message":"User helm+ci is already a member of team makers"}\n',
    ],
    [
      'PUT organization/helm/team/makers/members/bob+own',
      none,
      400,
      '{"message":"Cannot add the specified robot to this team, as it is not a member of the organization"}\n',
    ],
    ['PUT organization/helm/team/makers/members/nobody', none, 400, detail('Unknown user')],
    ['PUT organization/helm/team/none/members/bob', none, 404],
    ['PUT organization/helm/team/makers/members/bob', none, 200, { name: 'bob', is_robot: false }],
    [
      'GET organization/helm/team/makers/members?includePending=true',
      none,
      200,
      { name: 'makers', members: [{ name: 'helm+ci' }, { name: 'bob' }], can_edit: true },
    ],
    [
      'GET organization/helm/members',
      none,
      200,
      {
        members: [
          { name: 'alice', teams: [{ name: 'owners' }] },
          { name: 'bob', repositories: ['chart'] },
        ],
      },
    ],
    ['DELETE organization/helm/team/makers/members/bob', none, 204],
    [
      'DELETE organization/helm/team/makers/members/bob',
      none,
      400,
      '{"message":"User bob does not belong to team makers"}\n',
    ],
    [
      'DELETE organization/helm/team/owners/members/alice',
      none,
      400,
      '{"message":"User cannot remove themselves from their only admin team."}\n',
    ],
    ['GET organization/helm/collaborators', none, 200, { collaborators: [{ name: 'bob', repositories: ['chart'] }] }],
    ['DELETE organization/helm/members/bob', none, 204],
    [
      'DELETE organization/helm/members/alice',
      none,
      400,
      '{"message":"Cannot remove user as they are the only organization admin"}\n',
    ],
    ['DELETE organization/helm/team/makers', none, 204],
    [
      'DELETE organization/helm/team/makers',
      none,
      400,
      '{"message":"Team \'makers\' is not a team in org \'helm\'"}\n',
    ],
    [
      'DELETE organization/helm/team/owners',
      none,
      400,
      "{\"message\":\"Deleting team 'owners' would remove admin ability for user 'alice' in organization 'helm'\"}\n",
    ],
    ['GET organization/helm/team/none/members', none, 404],
  ])
  await play(t, quay, bob, [
    ['PUT organization/helm/team/makers', { role: 'admin' }, 403, detail('Unauthorized')],
    ['GET organization/helm/team/devs/members', none, 403, detail('Unauthorized')],
  ])
  await play(t, quay, root, [['PUT organization/helm/team/makers', { role: 'member' }, 200, { can_view: false }]])
})

void t.test('robots', async (t) => {
  const quay = quayWith()
  const token = /"token": "[A-Z0-9]{64}"/
  await play(t, quay, alice, [
    [
      'PUT organization/helm/robots/new',
      none,
      201,
      /^\{"name": "helm\+new", "created": "Thu, 21 Aug 2025 10:00:00 -0000", "last_accessed": null, "description": "", "token": "[A-Z0-9]{64}", "unstructured_metadata": null\}\n$/,
    ],
    ['PUT organization/helm/robots/new', { description: 'x' }, 400, detail('Existing robot with name: helm+new')],
    [
      'PUT organization/helm/robots/other',
      { description: 'd', unstructured_metadata: { a: 1 } },
      201,
      { description: 'd', unstructured_metadata: { a: 1 } },
    ],
    [
      'PUT organization/helm/robots/No',
      none,
      400,
      detail(
        "The name for the robot 'No' is invalid: Namespace must match expression ^([a-z0-9]+(?:[._-][a-z0-9]+)*)$",
      ),
    ],
    [
      'GET organization/helm/robots/ci',
      none,
      200,
      { name: 'helm+ci', token: robot, description: 'pushes', unstructured_metadata: {} },
    ],
    ['GET organization/helm/robots/none', none, 400, '{"message":"Could not find robot with specified username"}\n'],
    ['PUT repository/helm/chart/permissions/user/helm+ci', { role: 'write' }, 200],
    [
      'GET organization/helm/robots/ci/permissions',
      none,
      200,
      '{"permissions": [{"repository": {"name": "chart", "is_public": false}, "role": "write"}]}\n',
    ],
    ['GET organization/helm/robots', none, 200, token],
    ['GET organization/helm/robots?token=false', none, 200, /^(?!.*token)/],
    ['GET organization/helm/robots?limit=1', none, 200, /^\{"robots": \[\{[^}]*\}\]\}\n$/],
    [
      'GET organization/helm/robots?permissions=true',
      none,
      200,
      { robots: [{ name: 'helm+ci', teams: [], repositories: ['chart'] }, {}, {}] },
    ],
    ['GET organization/helm/robots?limit=x', none, 400],
    ['POST organization/helm/robots/ci/regenerate', {}, 200, token],
    ['DELETE organization/helm/robots/ci', none, 204],
    ['DELETE organization/helm/robots/ci', none, 400, '{"message":"Could not find robot with username: helm+ci"}\n'],
  ])
  await play(t, quay, bob, [
    ['PUT user/robots/mine', { description: 'mine' }, 201, { name: 'bob+mine' }],
    ['GET user/robots', none, 200, { robots: [{ name: 'bob+mine' }, { name: 'bob+own', token: robot }] }],
    ['POST user/robots/own/regenerate', {}, 200, token],
    ['DELETE user/robots/own', none, 204],
    ['GET organization/helm/robots', none, 403],
    ['GET organization/helm/robots/new/permissions', none, 403, /^\{"message": "You don't have the permission/],
  ])
  const disallowed = quayWith({ config: { ROBOTS_DISALLOW: false } })
  t.ok(authenticate(disallowed.directory, 'helm+ci', robot, start).identity)
  t.equal(
    (await disallowed.send('GET', '/api/v1/organization/helm/robots/ci', { token: alice })).json.last_accessed,
    'Thu, 21 Aug 2025 10:00:00 -0000',
  )
})

void t.test('default permissions', async (t) => {
  const quay = quayWith()
  const post = async (body: unknown) =>
    quay.send('POST', '/api/v1/organization/helm/prototypes', { token: alice, body })
  const made = await post({ role: 'write', delegate: { kind: 'user', name: 'helm+ci' } })
  t.match(
    made.text,
    /^\{"activating_user": null, "delegate": \{"name": "helm\+ci", "is_robot": true, "kind": "user", "is_org_member": true, "avatar": \{.*\}\}, "role": "write", "id": "[0-9a-f-]{36}"\}\n$/,
  )
  const id = made.json.id
  await play(t, quay, alice, [
    [
      'POST organization/helm/prototypes',
      { role: 'read', delegate: { kind: 'team', name: 'devs' }, activating_user: { name: 'alice' } },
      200,
      { activating_user: { name: 'alice', is_org_member: true }, delegate: { kind: 'team', name: 'devs' } },
    ],
    [
      'POST organization/helm/prototypes',
      { role: 'read', delegate: { kind: 'user', name: 'nobody' } },
      400,
      detail('Missing delegate user or team'),
    ],
    [
      'POST organization/helm/prototypes',
      { role: 'read', delegate: { kind: 'user', name: 'bob' }, activating_user: { name: 'nobody' } },
      400,
      detail('Unknown activating user'),
    ],
    ['GET organization/helm/prototypes', none, 200, { prototypes: [{ id }, { role: 'read' }] }],
    [`PUT organization/helm/prototypes/${id}`, { role: 'admin' }, 200, { id, role: 'admin' }],
    ['POST repository', { repository: 'new', namespace: 'helm', visibility: 'private', description: '' }, 201],
    [
      'GET repository/helm/new/permissions/user/',
      none,
      200,
      { permissions: { 'helm+ci': { role: 'admin' }, alice: { role: 'admin' } } },
    ],
    ['GET repository/helm/new/permissions/team/', none, 200, { permissions: { devs: { role: 'read' } } }],
    [`DELETE organization/helm/prototypes/${id}`, none, 204],
    [`DELETE organization/helm/prototypes/${id}`, none, 404],
  ])
})

void t.test('permissions', async (t) => {
  const quay = quayWith()
  await play(t, quay, alice, [
    [
      'PUT repository/helm/chart/permissions/user/bob',
      { role: 'write' },
      200,
      /^\{"role": "write", "name": "bob", "is_robot": false, "avatar": \{.*"kind": "user"\}, "is_org_member": false\}\n$/,
    ],
    ['PUT repository/helm%2Fchart/permissions/user/bob', { role: 'read' }, 200, { role: 'read' }],
    ['GET repository/helm/chart/permissions/user/bob', none, 200, { role: 'read', name: 'bob' }],
    [
      'GET repository/helm/chart/permissions/user/alice',
      none,
      400,
      '{"message":"User does not have permission for repo."}\n',
    ],
    ['PUT repository/helm/chart/permissions/user/nobody', { role: 'read' }, 400, detail('Invalid username: nobody')],
    [
      'PUT repository/helm/chart/permissions/user/bob+own',
      { role: 'read' },
      400,
      detail('Cannot add robot bob+own under namespace helm'),
    ],
    [
      'PUT repository/helm/chart/permissions/team/devs',
      { role: 'write' },
      200,
      /^\{"role": "write", "name": "devs", "avatar": \{.*"kind": "team"\}\}\n$/,
    ],
    ['GET repository/helm/chart/permissions/team/devs', none, 200, '{"role": "write"}\n'],
    [
      'PUT repository/helm/chart/permissions/team/none',
      { role: 'write' },
      400,
      detail('No team none in organization helm'),
    ],
    [
      'GET organization/helm/team/devs/permissions',
      none,
      200,
      '{"permissions": [{"repository": {"name": "chart", "is_public": false}, "role": "write"}]}\n',
    ],
    ['PUT organization/helm/team/devs/members/bob', none, 200],
    [
      'GET repository/helm/chart/permissions/user/bob/transitive',
      none,
      200,
      '{"permissions": [{"role": "read"}, {"role": "write"}]}\n',
    ],
    ['GET repository/helm/chart/permissions/user/alice/transitive', none, 404],
    ['DELETE repository/helm/chart/permissions/team/devs', none, 204],
    [
      'DELETE repository/helm/chart/permissions/team/devs',
      none,
      400,
      detail('Team does not have permission for repo.'),
    ],
    ['DELETE repository/helm/chart/permissions/user/bob', none, 204],
    ['DELETE repository/helm/chart/permissions/user/bob', none, 400, detail('User does not have permission for repo.')],
  ])
  await play(t, quay, bob, [
    ['POST repository', { repository: 'mine', visibility: 'private', description: '' }, 201],
    [
      'PUT repository/bob/mine/permissions/user/bob',
      { role: 'read' },
      400,
      detail('Namespace owner must always be admin.'),
    ],
    ['PUT repository/bob/mine/permissions/user/alice', { role: 'read' }, 200, /^(?!.*is_org_member)/],
    ['GET repository/helm/chart/permissions/user/', none, 403],
  ])
})
