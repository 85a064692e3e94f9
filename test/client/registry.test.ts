import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import t from 'tap'
import { registrySource, type RegistrySource } from '../../src/client/source.js'
import type { ClientOptions } from '../../src/client/connection.js'
import { descriptor, imageManifest, sha256, types } from '../support/content.js'
import { registryFor, type Teardown } from '../support/registries.js'
import { bodyOf, rawServer } from '../support/servers.js'

const alice = { username: 'alice', password: 'secret' }
const asAlice: ClientOptions = { credentials: async () => alice }

function sourceFor(t: Teardown, reference: string, options: ClientOptions = {}): RegistrySource {
  const source = registrySource(reference, options)
  t.teardown(() => source.close())
  return source
}

void t.test('reads what was pushed, over plain http on this machine', async (t) => {
  const { registry, wire } = await registryFor(t)
  const digest = await wire.image('team/app', '1')
  const source = sourceFor(t, `${registry.host}/team/app:1`)
  t.equal(source.origin, undefined)
  t.equal(await source.resolve(), digest)
  t.equal(source.origin, registry.url)
  const manifest = await source.manifest('1')
  t.match(manifest, { digest, mediaType: types.image })
  t.equal(sha256(Buffer.from(manifest?.bytes ?? [])), digest)
  t.same(await source.manifest(digest), manifest)
  t.same(await source.blob(sha256('1'), 1), Buffer.from('1'))
  for (const absent of ['2', sha256('no'), 'not a tag']) t.equal(await source.manifest(absent), undefined, absent)
  t.equal(await source.blob(sha256('no'), 10), undefined)
  t.same(await source.referrers(digest), [])
  const signature = imageManifest(descriptor(types.config, '{"content":"1"}'), [], {
    artifactType: 'application/x-sig',
    subject: descriptor(types.image, Buffer.from(manifest?.bytes ?? [])),
    annotations: { a: 'b' },
  })
  await wire.manifest('team/app', sha256(signature), signature)
  t.same(await source.referrers(digest), [
    {
      mediaType: types.image,
      digest: sha256(signature),
      size: signature.length,
      artifactType: 'application/x-sig',
      annotations: { a: 'b' },
    },
  ])
})

void t.test('resolves a digest without asking, and a tag that is not there to nothing', async (t) => {
  const digest = sha256('whatever')
  t.equal(await sourceFor(t, `127.0.0.1:1/app@${digest}`).resolve(), digest)
  const { registry } = await registryFor(t)
  t.equal(await sourceFor(t, `${registry.host}/app`).resolve(), undefined)
})

void t.test('a registry without a referrers API has none', async (t) => {
  const { registry, wire } = await registryFor(t, { referrers: false })
  const digest = await wire.image('team/app', '1')
  t.equal(await sourceFor(t, `${registry.host}/team/app:1`).referrers(digest), undefined)
})

void t.test('logs in as it is told to: tokens, passwords, nobody', async (t) => {
  for (const auth of ['token', 'basic'] as const) {
    const { registry, wire } = await registryFor(t, { accounts: [alice], auth, anonymous: 'push' })
    const digest = await wire.image('team/app', '1')
    t.equal(await sourceFor(t, `${registry.host}/team/app:1`).resolve(), digest, `${auth}: nobody may pull here`)
    const closed = await registryFor(t, { accounts: [alice], auth, storage: registry.store })
    const reference = `${closed.registry.host}/team/app:1`
    const asked: string[] = []
    const source = sourceFor(t, reference, {
      credentials: async (host) => {
        asked.push(host)
        return alice
      },
    })
    t.equal(await source.resolve(), digest, auth)
    t.ok(await source.manifest(digest), `${auth}: again, with what it has`)
    t.same(asked, [closed.registry.host])
    await t.rejects(sourceFor(t, reference).resolve(), {
      code: 'UNAUTHORIZED',
      message: new RegExp(`^${closed.registry.host} asks for a login: docker login ${closed.registry.host}, or podman`),
    })
    const wrong = async (): Promise<typeof alice> => ({ username: 'alice', password: 'wrong' })
    await t.rejects(sourceFor(t, reference, { credentials: wrong }).resolve(), {
      code: 'UNAUTHORIZED',
      message: /does not take the login: status 401, UNAUTHORIZED: wrong username or password$/,
    })
  }
})

void t.test('gets tokens as the challenge says', async (t) => {
  const token = await rawServer(t, async (request, response) => {
    const body = await bodyOf(request)
    const refresh = request.method === 'POST' && new URLSearchParams(body).get('refresh_token') === 'of identity'
    response.end(JSON.stringify(refresh ? { access_token: 'refreshed' } : { token: 'given', access_token: 'other' }))
    if (refresh) token.asked.push(body)
  })
  const taken: string[] = ['Bearer given', 'Bearer refreshed', 'Bearer own']
  const server = await rawServer(t, (request, response) => {
    const challenge = `Bearer realm="${token.url}/t?x=1",service="a b",scope="repository:team/app:pull"`
    if (taken.includes(request.headers.authorization ?? '')) response.end('{}')
    else response.writeHead(401, { 'WWW-Authenticate': challenge }).end()
  })
  const reference = `${server.host}/team/app:1`
  await sourceFor(t, reference, asAlice).resolve()
  t.same(token.asked, ['GET /t?x=1&service=a+b&scope=repository%3Ateam%2Fapp%3Apull'])
  t.same(token.authorizations, [`Basic ${Buffer.from('alice:secret').toString('base64')}`])
  token.asked.length = 0
  await sourceFor(t, reference, { credentials: async () => ({ identityToken: 'of identity' }) }).resolve()
  t.same(token.asked, [
    'POST /t?x=1',
    'grant_type=refresh_token&client_id=start-registry&service=a+b&scope=repository%3Ateam%2Fapp%3Apull&refresh_token=of+identity',
  ])
  token.asked.length = 0
  await sourceFor(t, reference, { credentials: async () => ({ registryToken: 'own' }) }).resolve()
  t.same(token.asked, [])
  taken.length = 0
  server.asked.length = 0
  await t.rejects(sourceFor(t, reference, asAlice).resolve(), {
    code: 'UNAUTHORIZED',
    message: `${server.host} does not take the login: status 401`,
  })
  t.equal(server.asked.length, 2, 'once more, and then no more')
})

void t.test('challenges that lead nowhere', async (t) => {
  const rows: readonly (readonly [challenge: string, message: RegExp])[] = [
    ['', /asks for a login of a kind that is not known: none$/],
    ['Negotiate', /asks for a login of a kind that is not known: negotiate$/],
    ['Bearer service="x"', /does not say where its tokens are issued$/],
    ['Bearer realm="file:///etc/passwd"', /does not say where its tokens are issued$/],
    ['Bearer realm="http://token.example/"', /the login of \S+ would be sent to http:\/\/token\.example unencrypted/],
  ]
  for (const [challenge, message] of rows) {
    const server = await rawServer(t, (_, response) => {
      response.writeHead(401, challenge === '' ? {} : { 'WWW-Authenticate': challenge }).end()
    })
    await t.rejects(sourceFor(t, `${server.host}/app:1`, asAlice).resolve(), { message }, challenge)
  }
  for (const [body, status, message] of [
    ['nothing', 200, /issued something that is no token$/],
    ['{"token":"a\\r\\nb"}', 200, /issued something that is no token$/],
    ['{}', 500, /issued no token for .*: status 500$/],
  ] as const) {
    const token = await rawServer(t, (_, response) => void response.writeHead(status).end(body))
    const server = await rawServer(t, (_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="${token.url}/"` }).end()
    })
    await t.rejects(sourceFor(t, `${server.host}/app:1`, asAlice).resolve(), { message }, body)
  }
})

void t.test('trusts the CA that it is given, and says how when it is given none', async (t) => {
  const { registry } = await registryFor(t, { tls: true })
  const ca = readFileSync(registry.caFile as string, 'utf8')
  for (const host of [registry.host, `localhost:${registry.port}`]) {
    const source = sourceFor(t, `${host}/app:1`, { ca })
    t.equal(await source.resolve(), undefined)
    t.equal(source.origin, `https://${host}`)
  }
  const methods: string[] = []
  registry.onRequest(({ scheme }) => methods.push(scheme))
  await t.rejects(sourceFor(t, `${registry.host}/app:1`).resolve(), {
    code: 'UNTRUSTED',
    message:
      /^the certificate of \S+ is not trusted \([A-Z_]+\): name its CA with --ca-file, or in NODE_EXTRA_CA_CERTS$/,
  })
  t.same(methods, [], 'and does not fall back to plain http')
})

void t.test('both on one port: https is taken', async (t) => {
  const { registry } = await registryFor(t, { tls: true, http: true })
  const source = sourceFor(t, `${registry.host}/app:1`, { ca: readFileSync(registry.caFile as string, 'utf8') })
  await source.resolve()
  t.equal(source.origin, registry.url)
})

void t.test('redirects: followed, and the login stays behind', async (t) => {
  const other = await rawServer(t, (_, response) => void response.end('content'))
  const server = await rawServer(t, (request, response) => {
    const { url = '', headers } = request
    if (!headers.authorization) response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
    else if (url.endsWith(sha256('content'))) response.writeHead(307, { Location: `${other.url}/x?sig=1` }).end()
    else if (url === '/here') response.end('here')
    else if (url.endsWith(sha256('here'))) response.writeHead(302, { Location: '/here' }).end()
    else if (url.endsWith(sha256('plain'))) response.writeHead(302, { Location: 'http://plain.example/' }).end()
    else if (url.endsWith(sha256('file'))) response.writeHead(302, { Location: 'file:///etc/passwd' }).end()
    else response.writeHead(302, { Location: url }).end()
  })
  const source = sourceFor(t, `${server.host}/app:1`, asAlice)
  t.same(await source.blob(sha256('content'), 100), Buffer.from('content'))
  t.same([other.asked, other.authorizations], [['GET /x?sig=1'], [undefined]])
  t.same(await source.blob(sha256('here'), 100), Buffer.from('here'))
  t.ok(server.authorizations.at(-1)?.startsWith('Basic '), 'the same registry is told again')
  await t.rejects(source.blob(sha256('round'), 100), { code: 'BAD_REPLY', message: /redirects too many times$/ })
  await t.rejects(source.blob(sha256('plain'), 100), { message: /redirects to plain http, at plain\.example$/ })
  await t.rejects(source.blob(sha256('file'), 100), { message: /redirects to file:$/ })
})

void t.test('bytes that were not asked for are refused', async (t) => {
  const server = await rawServer(t, ({ url = '' }, response) => {
    if (url.endsWith('/manifests/tagged')) response.setHeader('Docker-Content-Digest', sha256('another'))
    response.end('{"mediaType":"application/x"}')
  })
  const source = sourceFor(t, `${server.host}/app:1`)
  const bytes = '{"mediaType":"application/x"}'
  t.match(await source.manifest('1'), { digest: sha256(bytes), mediaType: 'application/x' }, 'no Content-Type')
  const wrong = { code: 'DIGEST_MISMATCH', message: new RegExp(`: what it gives for .* is ${sha256(bytes)}$`) }
  await t.rejects(source.manifest(sha256('asked')), wrong)
  await t.rejects(source.manifest('tagged'), wrong)
  await t.rejects(source.blob(sha256('asked'), 1000), { name: 'CosignError', code: 'BLOB_DIGEST_MISMATCH' })
  t.equal(await source.blob('sha256:no', 1000), undefined)
})

void t.test('what is too large is not read', async (t) => {
  let sent = 0
  const server = await rawServer(t, ({ url = '' }, response) => {
    if (url.includes('/blobs/')) response.writeHead(200, { 'Content-Length': 1e12 }).write('x')
    else {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 20))) sent++
      }
      response.on('drain', more)
      more()
    }
  })
  const source = sourceFor(t, `${server.host}/app:1`)
  await t.rejects(source.blob(sha256('huge'), 1000), {
    code: 'PAYLOAD_TOO_LARGE',
    message: 'the reply has 1000000000000 bytes or more, and at most 1000 are read',
  })
  await t.rejects(source.manifest('1'), { code: 'TOO_LARGE' })
  t.ok(sent < 64, `${sent} MiB were sent`)
})

void t.test('registries that do not answer', async (t) => {
  const dead = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => dead.once('listening', resolve))
  const { port } = dead.address() as AddressInfo
  await new Promise((resolve) => dead.close(resolve))
  await t.rejects(sourceFor(t, `127.0.0.1:${port}/app:1`).resolve(), {
    code: 'UNREACHABLE',
    message: `cannot reach https://127.0.0.1:${port}: nothing listens there (ECONNREFUSED)`,
  })
  const silent = await rawServer(t, () => {})
  await t.rejects(sourceFor(t, `${silent.host}/app:1`, { timeout: 50 }).resolve(), {
    code: 'UNREACHABLE',
    message: `http://${silent.host} has not answered within 50 ms`,
  })
  const broken = await rawServer(t, (_, response) => {
    response.writeHead(200, { 'Content-Length': 100 }).write('x')
    response.socket?.end()
  })
  await t.rejects(sourceFor(t, `${broken.host}/app:1`).resolve(), { code: 'UNREACHABLE', message: /ECONNRESET/ })
})

void t.test('refusals are told in the words of the registry', async (t) => {
  const server = await rawServer(t, ({ url = '' }, response) => {
    if (url.includes('/blobs/')) response.writeHead(503).end('<html>')
    else response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"not\\u001b[31m you"}]}')
  })
  const source = sourceFor(t, `${server.host}/team/app:1`)
  await t.rejects(source.resolve(), {
    code: 'DENIED',
    status: 403,
    message: `${server.host} does not give manifest 1 of team/app: status 403, DENIED: not [31m you`,
  })
  await t.rejects(source.blob(sha256('x'), 10), { code: 'REFUSED', status: 503, message: /: status 503$/ })
})

void t.test('connections are kept, and one that the server has ended is made again', async (t) => {
  let answered = 0
  const server = await rawServer(t, (_, response) => {
    if (++answered === 2) response.socket?.destroy()
    else response.end('{}')
  })
  const source = sourceFor(t, `${server.host}/app:1`)
  t.ok(await source.manifest('1'))
  t.ok(await source.manifest('1'))
  t.equal(answered, 3)
})

void t.test('referrers in pages, and lists that are none', async (t) => {
  const entry = (text: string): string => JSON.stringify(descriptor(types.image, text))
  const pages: Record<string, readonly [link: string, body: string]> = {
    a: ['</v2/app/referrers/NEXT?page=2>; rel="next"', `{"manifests":[${entry('1')}]}`],
    b: ['<REF>; rel="next"', '{"manifests":[]}'],
    c: ['<http://elsewhere.example/>; rel="next"', `{"manifests":[${entry('1')}]}`],
    d: ['', '{"manifests":[{"digest":"x"}]}'],
    e: ['', 'no'],
    f: ['', '{"manifests":null}'],
    g: ['', `{"manifests":[${Array(10_001).fill(entry('1')).join(',')}]}`],
  }
  const server = await rawServer(t, ({ url = '' }, response) => {
    const key = Object.keys(pages).find((name) => url.includes(sha256(name)))
    response.setHeader('Content-Type', types.index)
    if (url.endsWith('?page=2')) response.end(`{"manifests":[${entry('2')}]}`)
    else if (key === undefined) response.writeHead(404).end()
    else {
      const [link, body] = pages[key] as readonly [string, string]
      response.setHeader('Link', link.replace('NEXT', sha256('a')).replace('REF', url))
      response.end(body)
    }
  })
  const source = sourceFor(t, `${server.host}/app:1`)
  const digests = async (name: string): Promise<unknown> =>
    (await source.referrers(sha256(name)))?.map(({ digest }) => digest)
  t.same(await digests('a'), [sha256('1'), sha256('2')])
  t.same(await digests('c'), [sha256('1')], 'a page elsewhere is not fetched')
  t.same(await digests('f'), [])
  await t.rejects(digests('b'), { code: 'BAD_REPLY', message: /its pages lead in a circle$/ })
  await t.rejects(digests('d'), { message: /an entry is no descriptor$/ })
  await t.rejects(digests('e'), { message: /it is not JSON$/ })
  await t.rejects(digests('g'), { message: /it has more than 10000 entries$/ })
  t.equal(await digests('h'), undefined)
})
