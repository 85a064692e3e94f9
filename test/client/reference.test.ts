import t from 'tap'
import { parseChallenges } from '../../src/client/challenge.js'
import { formatReference, isLoopback, parseReference } from '../../src/client/reference.js'

const hex = 'a'.repeat(64)

void t.test('references, as cosign reads them', async (t) => {
  const rows: readonly (readonly [text: string, registry: string, repository: string, rest: string])[] = [
    ['localhost:5000/team/app:1.0', 'localhost:5000', 'team/app', ':1.0'],
    ['127.0.0.1:5000/app', '127.0.0.1:5000', 'app', ':latest'],
    ['localhost/app:1', 'localhost', 'app', ':1'],
    ['[::1]:5000/team/app:1', '[::1]:5000', 'team/app', ':1'],
    ['quay.example.com/team/app', 'quay.example.com', 'team/app', ':latest'],
    [`quay.example.com/team/app@sha256:${hex}`, 'quay.example.com', 'team/app', `@sha256:${hex}`],
    [`quay.example.com:8443/team/app:1@sha256:${hex}`, 'quay.example.com:8443', 'team/app', `@sha256:${hex}`],
    [`host.example/app@sha512:${hex}${hex}`, 'host.example', 'app', `@sha512:${hex}${hex}`],
    ['docker.io/alpine:3', 'index.docker.io', 'library/alpine', ':3'],
    ['index.docker.io/team/app:3', 'index.docker.io', 'team/app', ':3'],
  ]
  for (const [text, registry, repository, rest] of rows) {
    const parsed = parseReference(text)
    t.same([parsed.registry, parsed.repository], [registry, repository], text)
    t.equal(formatReference(parsed), `${registry}/${repository}${rest}`, text)
  }
})

void t.test('what is no reference says why', async (t) => {
  const rows: readonly (readonly [text: string, message: RegExp])[] = [
    ['', /"" names no registry: write HOST:PORT\/… in front, or docker\.io/],
    ['app:1', /"app:1" names no registry: write HOST:PORT/],
    ['team/app:1', /"team\/app:1" names no registry: write HOST:PORT/],
    ['localhost:5000', /names no registry/],
    ['localhost:5000/', /a repository name is lower-case/],
    ['localhost:5000/Team/app', /a repository name is lower-case/],
    ['localhost:5000/team/../app', /a repository name is lower-case/],
    ['localhost:5000/app:', /a tag is 1 to 128 letters/],
    ['localhost:5000/app:-1', /a tag is 1 to 128 letters/],
    [`localhost:5000/app@sha256:${hex.toUpperCase()}`, /behind @ stands sha256:/],
    ['localhost:5000/app@sha256:abc', /behind @ stands sha256:/],
    [`localhost:5000/app@sha256:${hex}@sha256:${hex}`, /behind @ stands sha256:/],
    ['user:secret@localhost:5000/app', /behind @ stands sha256:/],
    ['http://localhost:5000/app', /"http:" is not a host with a port/],
    ['local_host.example/app', /is not a host with a port/],
    ['a b.example/app', /is not a host with a port/],
  ]
  for (const [text, message] of rows) t.throws(() => parseReference(text), { name: 'TypeError', message }, text)
  t.throws(() => parseReference('y'.repeat(100_000)), { message: /^.{300,500}$/ }, 'a long one is quoted in part')
})

void t.test('loopback is what names this machine by itself', async (t) => {
  for (const host of [
    'localhost',
    'localhost:1',
    'a.localhost:5000',
    '127.0.0.1',
    '127.9.9.9:5',
    '[::1]:443',
    'LOCALHOST',
  ])
    t.equal(isLoopback(host), true, host)
  for (const host of [
    'localhost.example',
    '10.0.0.1',
    '127.0.0.1.example',
    'notlocalhost',
    '[::2]',
    '192.168.0.1:5000',
  ])
    t.equal(isLoopback(host), false, host)
})

void t.test('challenges, one or several in a header', async (t) => {
  const read = (header: string): unknown =>
    parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])
  t.same(read('Basic realm="start-registry", charset="UTF-8"'), [
    ['basic', { realm: 'start-registry', charset: 'UTF-8' }],
  ])
  t.same(
    read('Bearer realm="https://a.example/t?x=1,2",service="a b",scope="repository:a:pull,push",error=invalid_token'),
    [
      [
        'bearer',
        { realm: 'https://a.example/t?x=1,2', service: 'a b', scope: 'repository:a:pull,push', error: 'invalid_token' },
      ],
    ],
  )
  t.same(read('Negotiate, BASIC Realm=x , Bearer realm = "say \\"hi\\""'), [
    ['negotiate', {}],
    ['basic', { realm: 'x' }],
    ['bearer', { realm: 'say "hi"' }],
  ])
  t.same(read(''), [])
  t.same(read('realm="nobody\'s"'), [])
  const began = performance.now()
  read(`Bearer ${' ,'.repeat(50_000)}`)
  read(`Bearer a="${'\\'.repeat(50_000)}`)
  t.ok(performance.now() - began < 1000, 'a header that leads nowhere takes no time')
})
