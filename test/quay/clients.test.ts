import t from 'tap'
import { authenticate } from '../../src/quay/directory/credentials.js'
import { may } from '../../src/quay/directory/access.js'
import { userIdentity } from '../../src/quay/directory/identity.js'
import { start, testQuay, type SentCall } from '../support/quay.js'
import { play } from '../support/quay-story.js'

// What four programs send to the API, in the order that they do, and what they read in its answers. They are
// quay/quay-bridge-operator (pkg/client/quay/client.go), app-sre/qontract-reconcile (reconcile/utils/quay_api.py),
// enthought/terraform-provider-quay (internal/provider) and containers/omlmd (e2e/deploy_quay_lite.sh).

const none = undefined
const token = 'T'.repeat(40)

const installation = (more: Parameters<typeof testQuay>[0] = {}) =>
  testQuay({
    seed: {
      users: { admin: { password: 'password', email: 'admin@example.com' }, dev: 'password' },
      organizations: {
        ops: { owners: ['admin'], applications: { automation: { tokens: [{ user: 'admin', token }] } } },
      },
    },
    ...more,
    config: { FEATURE_MAILING: true, SUPER_USERS: ['admin'], ...more.config },
  })

void t.test('quay-bridge-operator', async (t) => {
  const quay = installation()
  // It asks without the slash, and Go follows a 308 with the header that it sent.
  const user = await quay.send('GET', '/api/v1/user', { token, headers: { accept: 'application/json' } })
  t.same([user.status, user.headers['Location']], [308, 'http://quay.test/api/v1/user/'])
  // The body of a new organization is read as text: it is no object.
  await play(t, quay, token, [
    ['GET user/', none, 200, { username: 'admin', email: 'admin@example.com', organizations: [{}] }],
    ['GET organization/openshift_app', none, 404, { title: 'not_found' }],
    ['POST organization/', { name: 'openshift_app', email: 'openshift_app@redhat.com' }, 201, '"Created"\n'],
    ['GET organization/openshift_app', none, 200],
    [
      'GET organization/openshift_app/robots/builder',
      none,
      400,
      { message: 'Could not find robot with specified username' },
    ],
    [
      'PUT organization/openshift_app/robots/builder',
      none,
      201,
      { name: 'openshift_app+builder', token: /^[A-Z0-9]{64}$/ },
    ],
    ['GET organization/openshift_app/robots/builder', none, 200, { name: 'openshift_app+builder' }],
    ['GET organization/openshift_app/prototypes', none, 200, '{"prototypes": []}\n'],
    [
      'POST organization/openshift_app/prototypes',
      {
        id: '',
        role: 'write',
        delegate: { kind: 'user', name: 'openshift_app+builder', is_robot: true, is_org_member: true },
      },
      200,
      { role: 'write', delegate: { kind: 'user', name: 'openshift_app+builder', is_robot: true } },
    ],
    ['GET repository/openshift_app/web', none, 404],
    [
      'POST repository',
      { namespace: 'openshift_app', visibility: 'private', repository: 'web', description: '', repo_kind: 'image' },
      201,
      { namespace: 'openshift_app' },
    ],
    ['GET repository/openshift_app/web', none, 200, { name: 'web', tags: {} }],
    ['GET repository/openshift_app/web/permissions/user/openshift_app+builder', none, 200, { role: 'write' }],
    ['DELETE organization/openshift_app', none, 204, ''],
  ])
})

void t.test('qontract-reconcile', async (t) => {
  const quay = installation()
  const repository = { repo_kind: 'image', namespace: 'ops', visibility: 'public', repository: 'app', description: 'd' }
  await play(t, quay, token, [
    ['GET organization/ops/team/devs/members?includePending=true', none, 404],
    ['PUT organization/ops/team/devs', { role: 'member' }, 200],
    ['GET users/dev', none, 200],
    ['GET users/nobody', none, 404],
    ['PUT organization/ops/team/devs/members/dev', none, 200],
    ['GET organization/ops/team/devs/members?includePending=true', none, 200, { members: [{ name: 'dev' }] }],
    ['POST repository', repository, 201],
    ['GET repository?namespace=ops', none, 200, { repositories: [{ name: 'app', is_public: true, description: 'd' }] }],
    ['PUT repository/ops/app', { description: 'other' }, 200],
    ['POST repository/ops/app/changevisibility', { visibility: 'private' }, 200],
    // It compares these messages as they are.
    ['GET repository/ops/app/permissions/team/devs', none, 400, { message: 'Team does not have permission for repo.' }],
    ['PUT repository/ops/app/permissions/team/devs', { role: 'write' }, 200],
    ['GET repository/ops/app/permissions/team/devs', none, 200, '{"role": "write"}\n'],
    ['DELETE organization/ops/team/devs/members/dev', none, 204],
    [
      'DELETE organization/ops/team/devs/members/dev',
      none,
      400,
      '{"message":"User dev does not belong to team devs"}\n',
    ],
    ['DELETE organization/ops/members/dev', none, 204],
    ['DELETE repository/ops/app', none, 204],
  ])
})

void t.test('terraform-provider-quay', async (t) => {
  const quay = installation()
  await play(t, quay, token, [
    ['POST organization/', { name: 'main', email: 'quay+main@example.com' }, 201],
    [
      'GET organization/main',
      none,
      200,
      { name: 'main', email: 'quay+main@example.com', teams: { owners: { role: 'admin' } } },
    ],
    ['PUT organization/main', { name: 'main', email: 'quay+two@example.com' }, 200],
    ['GET organization/main', none, 200, { email: 'quay+two@example.com' }],
    ['PUT organization/main/team/team1', { role: 'creator', description: 'team' }, 200],
    ['PUT organization/main/team/team1/members/dev', none, 200],
    [
      'GET organization/main/team/team1/members',
      none,
      200,
      { name: 'team1', members: [{ name: 'dev', kind: 'user', is_robot: false, invited: false }], can_edit: true },
    ],
    ['GET organization/main', none, 200, { teams: { team1: { role: 'creator', description: 'team' } } }],
    ['PUT organization/main/robots/robot1', { description: 'robot' }, 201],
    ['GET organization/main/robots/robot1', none, 200, { name: 'main+robot1', description: 'robot', token: /./ }],
    ['POST repository', { repository: 'repo1', visibility: 'private', namespace: 'main', description: 'repo' }, 201],
    // Its generated client sends the whole name as one segment.
    [
      'GET repository/main%2Frepo1',
      none,
      200,
      { name: 'repo1', namespace: 'main', description: 'repo', is_public: false },
    ],
    ['PUT repository/main%2Frepo1', { description: 'other' }, 200],
    ['POST repository/main%2Frepo1/changevisibility', { visibility: 'public' }, 200],
    ['PUT repository/main%2Frepo1/permissions/team/team1', { role: 'write' }, 200],
    ['GET repository/main%2Frepo1/permissions/team/team1', none, 200, { role: 'write' }],
    ['DELETE repository/main%2Frepo1/permissions/team/team1', none, 204],
    // A member that is gone already is passed over when the answer says 404.
    ['DELETE organization/main/team/team1/members/gone', none, 404, { status: 404 }],
    ['PUT superuser/organizations/main', { name: 'renamed', email: 'quay+two@example.com' }, 200, { name: 'renamed' }],
    ['GET repository/renamed%2Frepo1', none, 200, { name: 'repo1', description: 'other', is_public: true }],
    ['DELETE repository/renamed%2Frepo1', none, 204],
    ['DELETE organization/renamed/robots/robot1', none, 204],
    ['DELETE organization/renamed/team/team1', none, 204],
    ['DELETE organization/renamed', none, 204],
  ])
})

void t.test("omlmd's deploy script", async (t) => {
  const quay = testQuay({ config: { FEATURE_USER_INITIALIZE: true, SUPER_USERS: ['admin'] } })
  const post = (path: string, sent: SentCall) => quay.send('POST', `/api/v1/${path}`, sent)
  const first = { username: 'admin', password: 'quaypass12345', email: 'quayadmin@example.com', access_token: true }
  const made = await post('user/initialize', { body: first })
  t.equal(made.status, 200)
  t.match(
    made.text,
    /^\{"access_token":"[A-Z0-9]{40}","email":"quayadmin@example.com","encrypted_password":"[A-Za-z0-9+/=]+","username":"admin"\}\n$/,
  )
  const again = await post('user/initialize', { body: first })
  t.same([again.status, again.text], [400, '{"message":"Cannot initialize user in a non-empty database"}\n'])
  const { access_token } = made.json as { access_token: string }
  await play(t, quay, access_token, [
    ['POST organization/', { name: 'testorgns', email: 'testorgns@example.com' }, 201, '"Created"\n'],
    [
      'POST repository',
      {
        repository: 'ml-model-artifact',
        visibility: 'public',
        namespace: 'testorgns',
        description: 'string',
        repo_kind: 'image',
      },
      201,
    ],
    [
      'POST superuser/users/',
      { username: 'testuser', email: 'testuser' },
      200,
      { username: 'testuser', email: 'testuser' },
    ],
    ['PUT superuser/users/testuser', { username: 'testuser', email: 'testuser', password: 'quaypass12345' }, 200],
    [
      'PUT repository/testorgns%2Fml-model-artifact/permissions/user/testuser',
      { role: 'write' },
      200,
      { role: 'write' },
    ],
  ])
  // What `oras login` and `oras push` need of it.
  t.equal(authenticate(quay.directory, 'testuser', 'quaypass12345', start).identity?.username, 'testuser')
  t.ok(may(quay.directory, userIdentity('testuser', ''), 'testorgns', 'ml-model-artifact', 'push'))
  quay.now += 9_000_000
  t.equal((await quay.send('GET', '/api/v1/user/', { token: access_token })).status, 401, 'after 9000 seconds')
})

void t.test('the first user, and how it is refused', async (t) => {
  const body = { username: 'admin', password: 'quaypass12345', email: 'a@example.com' }
  const send = async (config: object, sent: object) =>
    (
      await testQuay({ config: { FEATURE_USER_INITIALIZE: true, ...config } }).send('POST', '/api/v1/user/initialize', {
        body: sent,
      })
    ).text
  t.notMatch(await send({}, body), 'access_token')
  t.equal(
    await send({}, { ...body, password: 'short' }),
    '{"message":"Failed to initialize user: Invalid password, password must be at least 8 characters and contain no whitespace."}\n',
  )
  t.equal(
    await send({ FEATURE_MAILING: true }, { ...body, email: '' }),
    '{"message":"Failed to initialize user: Invalid email address: "}\n',
  )
})
