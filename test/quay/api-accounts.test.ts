import t from 'tap'
import { authenticate } from '../../src/quay/directory/credentials.js'
import { pushImage, start } from '../support/quay.js'
import { alice, bob, detail, play, quayWith, robot, root } from '../support/quay-story.js'

const none = undefined

void t.test('users', async (t) => {
  const quay = quayWith()
  const own = await quay.send('GET', '/api/v1/user/', { token: alice })
  t.same(Object.keys(own.json), [
    'anonymous',
    'username',
    'avatar',
    'can_create_repo',
    'is_me',
    'verified',
    'email',
    'logins',
    'invoice_email',
    'invoice_email_address',
    'preferred_namespace',
    'tag_expiration_s',
    'prompts',
    'company',
    'family_name',
    'given_name',
    'location',
    'is_free_account',
    'has_password_set',
    'organizations',
  ])
  t.match(own.json, {
    anonymous: false,
    username: 'alice',
    email: 'alice@example.com',
    organizations: [{ name: 'helm', can_create_repo: true, is_org_admin: true }],
  })
  t.equal((await quay.send('GET', '/api/v1/user/', { token: root })).json.super_user, true)
  await play(t, quay, alice, [
    ['GET users/bob', none, 200, /^\{"anonymous": false, "username": "bob", "avatar": \{[^}]*\}\}\n$/],
    ['GET users/nobody', none, 404],
    [
      'PUT user/',
      { email: 'other@example.com', tag_expiration_s: 604800 },
      200,
      { email: 'other@example.com', tag_expiration_s: 604800 },
    ],
    [
      'PUT user/',
      { password: 'short' },
      400,
      detail('Invalid password, password must be at least 8 characters and contain no whitespace.'),
    ],
    ['PUT user/', { password: 'password9' }, 200],
    ['POST user/clientkey', { password: 'password1' }, 400, detail('Invalid Username or Password')],
    [
      'POST user/apptoken',
      { title: 'laptop' },
      200,
      /^\{"token": \{"uuid": "[0-9a-f-]{36}", "title": "laptop", "last_accessed": null, "created": "Thu, 21 Aug 2025 10:00:00 -0000", "expiration": null, "token_code": "[A-Z0-9]{120}"\}\}\n$/,
    ],
    [
      'GET user/apptoken',
      none,
      200,
      /^\{"tokens": \[\{"uuid": "[0-9a-f-]{36}", "title": "laptop", "last_accessed": null, "created": "Thu, 21 Aug 2025 10:00:00 -0000", "expiration": null\}\], "only_expiring": null\}\n$/,
    ],
    ['GET user/apptoken/none', none, 404],
    [
      'DELETE user/',
      none,
      400,
      '{"message":"Cannot delete alice as you are the only admin for organizations: helm"}\n',
    ],
  ])
  const { key } = (await quay.send('POST', '/api/v1/user/clientkey', { token: alice, body: { password: 'password9' } }))
    .json
  t.equal(authenticate(quay.directory, 'alice', key, start).identity?.username, 'alice')
  const { token } = (await quay.send('POST', '/api/v1/user/apptoken', { token: alice, body: { title: 'ci' } })).json
  t.equal(authenticate(quay.directory, '$app', token.token_code, start).identity?.username, 'alice')
  await play(t, quay, alice, [
    [`GET user/apptoken/${token.uuid}`, none, 200, { token: { title: 'ci', token_code: token.token_code } }],
    [`DELETE user/apptoken/${token.uuid}`, none, 204],
  ])
  t.same(authenticate(quay.directory, '$app', token.token_code, start), { refusal: 'Invalid token' })
  await play(t, quay, bob, [['DELETE user/', none, 204]])
})

void t.test('registration', async (t) => {
  const register = async (config: object, body: object) => {
    const quay = quayWith({ config })
    const page = await quay.send('GET', '/csrf_token')
    const cookie = String(page.headers['Set-Cookie']).split(';', 1)[0] as string
    return quay.send('POST', '/api/v1/user/', {
      body,
      headers: { cookie, 'x-csrf-token': page.json.csrf_token as string },
    })
  }
  const wanted = { username: 'new', password: 'password1', email: 'new@example.com' }
  const made = await register({}, wanted)
  t.match(made.json, { username: 'new', is_me: true, email: 'new@example.com' })
  t.type(made.headers['X-Next-CSRF-Token'], 'string')
  t.equal((await register({ FEATURE_MAILING: true }, wanted)).text, '{"awaiting_verification": true}\n')
  for (const [config, body, status, text] of [
    [{}, { ...wanted, username: 'bob' }, 400, 'The username already exists'],
    [
      {},
      { ...wanted, password: 'short' },
      400,
      'Invalid password, password must be at least 8 characters and contain no whitespace.',
    ],
    [{ FEATURE_MAILING: true }, { username: 'new', password: 'password1' }, 400, 'Email address is required'],
    [{ FEATURE_MAILING: true }, { ...wanted, email: 'nowhere' }, 400, 'Invalid email address: nowhere'],
  ] as const) {
    const refused = await register(config, body)
    t.same([refused.status, refused.json.detail], [status, text])
  }
  t.equal((await register({ FEATURE_USER_CREATION: false }, wanted)).status, 405)
})

void t.test('applications and their tokens', async (t) => {
  const quay = quayWith()
  const made = await quay.send('POST', '/api/v1/organization/helm/applications', { token: alice, body: { name: 'ci' } })
  t.match(
    made.text,
    /^\{"name": "ci", "description": "", "application_uri": "", "client_id": "[A-Z0-9]{20}", "client_secret": "[A-Z0-9]{40}", "redirect_uri": "", "avatar_email": null\}\n$/,
  )
  const path = `organization/helm/applications/${made.json.client_id}`
  await play(t, quay, alice, [
    ['GET organization/helm/applications', none, 200, { applications: [{ name: 'all' }, { name: 'ci' }] }],
    [
      `PUT ${path}`,
      { name: 'cd', redirect_uri: 'http://a', application_uri: 'http://b' },
      200,
      { name: 'cd', redirect_uri: 'http://a' },
    ],
    [`POST ${path}/resetclientsecret`, {}, 200, /"client_secret": "[A-Z0-9]{40}"/],
    [`GET app/${made.json.client_id}`, none, 200, { name: 'cd', uri: 'http://b', organization: { name: 'helm' } }],
    [`GET ${path}`, none, 200, { name: 'cd' }],
    [`DELETE ${path}`, none, 204],
    [`GET ${path}`, none, 404],
    [
      'GET user/authorizations',
      none,
      200,
      { authorizations: [{ application: { name: 'all', organization: { name: 'helm' } } }] },
    ],
  ])
  const { authorizations } = (await quay.send('GET', '/api/v1/user/authorizations', { token: bob })).json
  await play(t, quay, bob, [[`DELETE user/authorizations/${authorizations[0]?.uuid}`, none, 204]])
  await play(t, quay, bob, [['GET user/', none, 401]])
})

void t.test('superusers', async (t) => {
  const quay = quayWith()
  await pushImage(quay, 'helm/chart', ['1.0'])
  await play(t, quay, root, [
    [
      'POST superuser/users/',
      { username: 'new', email: 'new@example.com' },
      200,
      /^\{"username": "new", "email": "new@example.com", "password": "[A-Z0-9]{32}", "encrypted_password": "[A-Za-z0-9+/=]+"\}\n$/,
    ],
    [
      'POST superuser/users/',
      { username: 'new' },
      400,
      '{"message":"Username has already been taken by user cannot be reused: new"}\n',
    ],
    [
      'PUT superuser/users/new',
      { password: 'password7', email: 'other' },
      200,
      { username: 'new', email: 'other', encrypted_password: /.+/ },
    ],
    ['PUT superuser/users/root', { enabled: false }, 400, detail('Cannot update a superuser')],
    ['PUT superuser/users/bob', { enabled: false }, 200],
    [
      'GET superuser/users/new',
      none,
      200,
      /^\{"kind": "user", "name": "new", "username": "new", "email": "other", "verified": true, "avatar": \{.*\}, "super_user": false, "enabled": true\}\n$/,
    ],
    [
      'GET superuser/users/',
      none,
      200,
      {
        users: [
          { name: 'alice' },
          { name: 'bob', enabled: false },
          { name: 'new' },
          { name: 'root', super_user: true },
        ],
      },
    ],
    [
      'GET superuser/users/?disabled=false',
      none,
      200,
      { users: [{ name: 'alice' }, { name: 'new' }, { name: 'root' }] },
    ],
    ['GET superuser/organizations/', none, 200, { organizations: [{ name: 'helm', email: 'helm@example.com' }] }],
    ['POST superuser/takeownership/helm', {}, 200, '{"namespace":"helm"}\n'],
    ['PUT superuser/organizations/helm', { name: 'charts' }, 200, { name: 'charts' }],
    ['GET repository/charts/chart/tag/', none, 200, { tags: [{ name: '1.0' }] }],
    ['GET organization/charts/robots/ci', none, 200, { name: 'charts+ci', token: robot }],
    ['GET organization/helm', none, 404],
    ['PUT superuser/organizations/helm', { name: 'x' }, 400, '{"message":"Organization does not exist: helm"}\n'],
    ['DELETE superuser/organizations/charts', none, 204],
  ])
  t.equal(authenticate(quay.directory, 'new', 'password7', start).identity?.username, 'new')
  const other = quayWith()
  await play(t, other, alice, [
    ['GET superuser/users/', none, 403, detail('Unauthorized')],
    ['POST superuser/users/', { username: 'x' }, 403],
  ])
  await play(t, other, root, [['DELETE superuser/users/alice', none, 204]])
})

void t.test('messages, quotas and policies', async (t) => {
  const quay = quayWith({
    version: '3.12',
    config: { FEATURE_QUOTA_MANAGEMENT: true, FEATURE_AUTO_PRUNE: true, FEATURE_IMMUTABLE_TAGS: true },
  })
  await play(t, quay, root, [
    ['POST messages', { message: { content: 'hello', media_type: 'text/plain', severity: 'info' } }, 201, ''],
    [
      'GET messages',
      none,
      200,
      /^\{"messages": \[\{"uuid": "[0-9a-f-]{36}", "content": "hello", "severity": "info", "media_type": "text\/plain"\}\]\}\n$/,
    ],
    ['POST organization/helm/quota', { limit_bytes: 1000 }, 201, '"Created"\n'],
    [
      'POST organization/helm/quota',
      { limit_bytes: 1000 },
      400,
      detail("Organization quota for 'helm' already exists"),
    ],
    ['GET organization/helm/quota', none, 200, '[{"id": 1, "limit_bytes": 1000, "limits": []}]\n'],
    ['POST organization/helm/quota/1/limit', { type: 'Reject', threshold_percent: 80 }, 201, '"Created"\n'],
    [
      'PUT organization/helm/quota/1',
      { limit_bytes: 2000 },
      200,
      '{"id": 1, "limit_bytes": 2000, "limits": [{"id": 1, "type": "Reject", "limit_percent": 80}]}\n',
    ],
    ['DELETE organization/helm/quota/1/limit/1', none, 204],
    ['GET organization/helm/quota/2', none, 404],
    ['DELETE organization/helm/quota/1', none, 204],
  ])
  const { messages } = (await quay.send('GET', '/api/v1/messages')).json
  await play(t, quay, bob, [[`DELETE message/${messages[0]?.uuid}`, none, 403]])
  await play(t, quay, root, [
    [`DELETE message/${messages[0]?.uuid}`, none, 204],
    ['GET messages', none, 200, '{"messages": []}\n'],
  ])
  for (const [path, body] of [
    ['organization/helm/autoprunepolicy/', { method: 'number_of_tags', value: 10 }],
    ['user/autoprunepolicy/', { method: 'creation_date', value: '7d' }],
    [
      'repository/helm/chart/autoprunepolicy/',
      { method: 'creation_date', value: '7d', tagPattern: 'x', tagPatternMatches: false },
    ],
    ['organization/helm/immutabilitypolicy/', { tagPattern: '^v', tagPatternMatches: true }],
    ['repository/helm/chart/immutabilitypolicy/', { tagPattern: '^v', tagPatternMatches: true }],
  ] as const) {
    const made = await quay.send('POST', `/api/v1/${path}`, { token: alice, body })
    t.equal(made.status, 201, made.text)
    const one = `${path}${made.json.uuid}`
    await play(t, quay, alice, [
      [`POST ${path}`, body, 400],
      [`GET ${path}`, none, 200, { policies: [{ uuid: made.json.uuid, ...body }] }],
      [`GET ${one}`, none, 200, { ...body }],
      [`PUT ${one}`, { ...body, value: '1d', tagPattern: 'y' }, 204],
      [`DELETE ${one}`, none, 200, `{"uuid": "${made.json.uuid}"}\n`],
      [`GET ${one}`, none, 404],
    ])
  }
  const off = quayWith()
  await play(t, off, alice, [
    ['GET organization/helm/quota', none, 404, /<title>404 Not Found<\/title>/],
    ['GET organization/helm/autoprunepolicy/', none, 404, /<title>404 Not Found<\/title>/],
  ])
})
