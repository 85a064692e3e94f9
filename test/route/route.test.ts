import t from 'tap'
import { formatRoute, parseTarget, type Addressable, type Route } from '../../src/route/route.js'
import type { AddressablePage } from '../../src/route/page.js'
import { formatQuery, parseQuery } from '../../src/route/query.js'
import { isDigest, isRepositoryName, isTag } from '../../src/route/names.js'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}` as const
const long = `sha512:${'0123456789abcdef'.repeat(8)}` as const
const route = (target: string): Route => parseTarget(target).route

const pages: readonly (readonly [string, AddressablePage])[] = [
  ['/', { name: 'organizations' }],
  ['/organization/helm', { name: 'organization', organization: 'helm' }],
  ['/repository/app/', { name: 'repository', repository: 'app' }],
  ['/repository/team/app/', { name: 'repository', repository: 'team/app' }],
  ['/repository/team/tag/1/', { name: 'repository', repository: 'team/tag/1' }],
  ['/repository/team/app/tag/1.0', { name: 'manifest', repository: 'team/app', reference: { tag: '1.0' } }],
  [`/repository/app/manifest/${digest}`, { name: 'manifest', repository: 'app', reference: { digest } }],
  [`/repository/app/layer/${long}`, { name: 'layer', repository: 'app', digest: long }],
  ['/live', { name: 'live' }],
  ['/live/events', { name: 'events' }],
  ['/login', { name: 'login' }],
  ['/logout', { name: 'logout' }],
  ['/assets/style.0123.css', { name: 'asset', file: 'style.0123.css' }],
]

void t.test('each end of the API, and each page, both ways', async (t) => {
  const rows: readonly (readonly [string, Addressable])[] = [
    ['/v2/', { kind: 'base' }],
    ['/v2/_catalog', { kind: 'catalog' }],
    ['/v2/app/tags/list', { kind: 'tags', repository: 'app' }],
    ['/v2/a/b-c/d__e/tags/list', { kind: 'tags', repository: 'a/b-c/d__e' }],
    ['/v2/app/manifests/1.0', { kind: 'manifest', repository: 'app', reference: { tag: '1.0' } }],
    ['/v2/app/manifests/list', { kind: 'manifest', repository: 'app', reference: { tag: 'list' } }],
    [`/v2/app/manifests/${digest}`, { kind: 'manifest', repository: 'app', reference: { digest } }],
    [`/v2/app/manifests/${long}`, { kind: 'manifest', repository: 'app', reference: { digest: long } }],
    [`/v2/app/blobs/${digest}`, { kind: 'blob', repository: 'app', digest }],
    ['/v2/app/blobs/uploads/', { kind: 'uploads', repository: 'app' }],
    ['/v2/app/blobs/uploads/some-id', { kind: 'upload', repository: 'app', id: 'some-id' }],
    ['/charts/team/index.yaml', { kind: 'chartIndex', organization: 'team' }],
    ['/charts/api/index.yaml', { kind: 'chartIndex', organization: 'api' }],
    [
      '/charts/team/web-0.1.0+a_b.tgz',
      { kind: 'chartFile', organization: 'team', file: 'web-0.1.0+a_b.tgz', provenance: false },
    ],
    [
      '/charts/team/web-0.1.0.tgz.prov',
      { kind: 'chartFile', organization: 'team', file: 'web-0.1.0.tgz', provenance: true },
    ],
    ['/charts/api/a-b/charts', { kind: 'charts', organization: 'a-b' }],
    ['/charts/api/team/prov', { kind: 'chartProvenances', organization: 'team' }],
    ['/charts/api/team/charts/web', { kind: 'chartVersions', organization: 'team', name: 'web' }],
    [
      '/charts/api/team/charts/Web.1/1.0.0-rc.1+b',
      { kind: 'chartVersion', organization: 'team', name: 'Web.1', version: '1.0.0-rc.1+b' },
    ],
    [`/v2/app/referrers/${digest}`, { kind: 'referrers', repository: 'app', digest }],
    // Words of the grammar are names like any other: the end of the path decides.
    [
      '/v2/manifests/manifests/manifests',
      { kind: 'manifest', repository: 'manifests', reference: { tag: 'manifests' } },
    ],
    ['/v2/a/blobs/uploads/tags/list', { kind: 'tags', repository: 'a/blobs/uploads' }],
    [`/v2/a/blobs/uploads/blobs/${digest}`, { kind: 'blob', repository: 'a/blobs/uploads', digest }],
    ['/v2/tags/list/tags/list', { kind: 'tags', repository: 'tags/list' }],
    ['/v2/blobs/uploads/blobs/uploads/', { kind: 'uploads', repository: 'blobs/uploads' }],
    ...pages.map(([target, page]) => [target, { kind: 'page', page }] as const),
  ]
  for (const [target, expected] of rows) {
    t.same(route(target), expected, target)
    t.equal(formatRoute(expected), target)
  }
})

void t.test('other spellings of the same', async (t) => {
  t.same(route('/v2'), { kind: 'base' })
  t.same(route('/v2/app/blobs/uploads'), { kind: 'uploads', repository: 'app' })
  t.same(route(`/v2/app/blobs/${digest.replace(':', '%3A')}`), { kind: 'blob', repository: 'app', digest })
  t.same(route('/charts/team/web-1.0.0%2Bb.tgz'), route('/charts/team/web-1.0.0+b.tgz'))
  t.same(route('http://example.com/v2/app/tags/list'), { kind: 'tags', repository: 'app' })
  const page = { name: 'repository', repository: 'team/app' }
  t.same(route('/repository/team/app'), { kind: 'page', page })
})

void t.test('what the grammar refuses', async (t) => {
  const name = 'NAME_INVALID'
  const rows: readonly [string, string, string][] = [
    ['/v2/A/B/tags/list', name, 'A/B'],
    ['/v2/../../etc/passwd/tags/list', name, '../../etc/passwd'],
    ['/v2/a/../b/manifests/1', name, 'a/../b'],
    ['/v2/a%2fb/manifests/1', name, 'a%2fb'],
    ['/v2/a%00b/manifests/1', name, 'a\0b'],
    ['/v2/%2e%2e/manifests/1', name, '..'],
    ['/v2/a//b/manifests/1', name, 'a//b'],
    ['/v2//manifests/1', name, ''],
    ['/v2/-a/manifests/1', name, '-a'],
    ['/v2/a_/manifests/1', name, 'a_'],
    ['/v2/a___b/manifests/1', name, 'a___b'],
    ['/v2/a..b/manifests/1', name, 'a..b'],
    ['/v2/%zz/manifests/1', name, '%zz'],
    [`/v2/${'a'.repeat(256)}/manifests/1`, name, 'a'.repeat(256)],
    ['/v2/app/manifests/.x', 'TAG_INVALID', '.x'],
    ['/v2/app/manifests/', 'TAG_INVALID', ''],
    [`/v2/app/manifests/${'x'.repeat(129)}`, 'TAG_INVALID', 'x'.repeat(129)],
    ['/v2/app/manifests/sha256:abc', 'DIGEST_INVALID', 'sha256:abc'],
    [`/v2/app/manifests/md5:${'0'.repeat(32)}`, 'DIGEST_INVALID', `md5:${'0'.repeat(32)}`],
    [`/v2/app/blobs/${digest.toUpperCase()}`, 'DIGEST_INVALID', digest.toUpperCase()],
    [`/v2/app/blobs/sha256:..%2f..%2f${'a'.repeat(58)}`, 'DIGEST_INVALID', `sha256:..%2f..%2f${'a'.repeat(58)}`],
    ['/v2/app/referrers/1.0', 'DIGEST_INVALID', '1.0'],
  ]
  for (const [target, code, text] of rows) {
    t.same(route(target), { kind: 'invalid', code, text }, target)
  }
})

void t.test('pages of what can have no name', async (t) => {
  for (const target of [
    '/organization/',
    '/organization/A',
    '/organization/a/b',
    '/repository/',
    '/repository/A/',
    '/repository/../etc/',
    '/repository/a%2fb/',
    '/repository/app/tag/.x',
    '/repository/A/tag/1',
    '/repository/app/manifest/1.0',
    '/repository/app/layer/sha256:0',
    '/repository/<script>/',
  ]) {
    t.same(route(target), { kind: 'page', page: { name: 'missing' } }, target)
  }
})

void t.test('what is no end of the API', async (t) => {
  for (const target of [
    '',
    '*',
    '/v1/',
    '/v2x',
    '/v2/app',
    '/v2/app/tags',
    '/v2/app/tags/',
    '/v3/app/tags/list',
    '/charts/',
    '/charts/index.yaml',
    '/charts/team',
    '/charts/team/',
    '/charts/Team/index.yaml',
    '/charts/../index.yaml',
    '/charts/a%2fb/index.yaml',
    '/charts/team/sub/index.yaml',
    '/charts/team/x.zip',
    '/charts/team/.tgz',
    '/charts/team/a b.tgz',
    '/charts/team/web.tgz.prov.prov',
    '/charts/api/team/charts/',
    '/charts/api/team/charts/web/',
    '/charts/api/team/charts/web/1/2',
    '/charts/api/team/charts/web/..%2f1',
    '/charts/api/team/prov/web',
    '/charts/other/team/charts',
  ]) {
    t.same(route(target), { kind: 'unknown', path: target === '*' ? '' : target }, target)
  }
})

void t.test('queries', async (t) => {
  t.same(
    [...parseQuery('a=1&b&a=2&c=%2f&d=%zz&=e&f=a+b')],
    [
      ['a', ['1', '2']],
      ['b', ['']],
      ['c', ['/']],
      ['d', ['%zz']],
      ['', ['e']],
      ['f', ['a+b']],
    ],
  )
  t.equal(formatQuery({ n: 2, last: 'a&b', none: undefined }), '?n=2&last=a%26b')
  t.equal(formatQuery({}), '')
  t.same(
    [...parseTarget('/v2/app/tags/list?n=2&last=x').query],
    [
      ['n', ['2']],
      ['last', ['x']],
    ],
  )
})

void t.test('names', async (t) => {
  t.ok(isRepositoryName('a'.repeat(255)))
  t.notOk(isRepositoryName('a'.repeat(256)))
  t.ok(isTag('x'.repeat(128)))
  t.ok(isTag('_Under.score-9'))
  t.notOk(isTag('-x'))
  t.notOk(isTag('x\n'))
  t.notOk(isDigest(`${digest}\n`))
  t.notOk(isRepositoryName('app\n'))
  // A pattern that backtracks would take minutes on this.
  t.notOk(isRepositoryName('a-'.repeat(127)))
})
