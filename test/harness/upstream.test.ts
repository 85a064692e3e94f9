import { readFileSync } from 'node:fs'
import t from 'tap'
import { startRegistry } from 'start-registry'
import { descriptor, errorOf, imageManifest, sha256, types, type Wire } from '../support/content.js'
import { folderFor, registryFor, storages } from '../support/registries.js'
import { rawServer } from '../support/servers.js'
import { pairFor, taken } from '../support/upstream.js'

const alice = { username: 'alice', password: 'secret' }
const blobOf = (content: string): string => `team/app/blobs/${sha256(content)}`

/** An index of one image, pushed; answers its digest. */
async function pushIndex(wire: Wire, tag: string, image: string, size: number): Promise<string> {
  const child = { mediaType: types.image, digest: image, size }
  const index = JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [child] })
  await wire.manifest('team/app', tag, index, { 'Content-Type': types.index })
  return sha256(index)
}

/** An artifact about an image, pushed by its digest; answers that. */
async function pushReferrer(wire: Wire, subject: string, size: number, text: string, tag?: string): Promise<string> {
  const empty = descriptor(types.empty, '{}')
  await wire.blob('team/app', '{}')
  const about = { subject: { mediaType: types.image, digest: subject, size }, annotations: { text } }
  const referrer = imageManifest(empty, [empty], { ...about, artifactType: 'text/x' })
  await wire.manifest('team/app', tag ?? sha256(referrer), referrer)
  return sha256(referrer)
}

void t.test('what is not here is fetched once, and answered as it is there', async (t) => {
  for (const [name, storage] of storages(t)) {
    const { there, asked, here } = await pairFor(t, { here: { storage } })
    const digest = await there.image('team/app', '1')
    const paths = ['team/app/manifests/1', `team/app/manifests/${digest}`, blobOf('1')]
    for (const path of paths) {
      const theirs = await there.get(`/v2/${path}`)
      taken(asked)
      const ours = await here.get(`/v2/${path}`)
      t.same([ours.status, ours.text], [200, theirs.text], `${name} ${path}`)
      for (const header of ['content-type', 'content-length', 'docker-content-digest', 'etag']) {
        t.equal(ours.headers[header], theirs.headers[header], header)
      }
      t.same(taken(asked), path.endsWith(digest) ? [] : [`GET ${path} 200`])
      t.equal((await here.get(`/v2/${path}`)).text, theirs.text)
      t.same(taken(asked), path.endsWith('/1') ? [`HEAD ${path} 200`] : [], 'a tag alone is asked about again')
    }
  }
})

void t.test('HEAD and ranges: no blob is downloaded to be told of, and parts are of the whole', async (t) => {
  const { there, asked, here, registry } = await pairFor(t)
  await there.image('team/app', '1', 'a layer')
  taken(asked)
  const theirs = await there.send('HEAD', `/v2/${blobOf('a layer')}`)
  taken(asked)
  const head = await here.send('HEAD', `/v2/${blobOf('a layer')}`)
  t.equal(head.status, 200)
  for (const header of ['content-length', 'content-type', 'docker-content-digest', 'etag', 'accept-ranges']) {
    t.equal(head.headers[header], theirs.headers[header], header)
  }
  t.same(taken(asked), [`HEAD ${blobOf('a layer')} 200`])
  t.equal(await registry.store.blob('team/app', sha256('a layer') as `sha256:${string}`, 0), undefined)
  const part = await here.get(`/v2/${blobOf('a layer')}`, { Range: 'bytes=2-4' })
  t.same([part.status, part.text, part.headers['content-range']], [206, 'lay', 'bytes 2-4/7'])
  t.same(taken(asked), [`GET ${blobOf('a layer')} 200`])
  t.equal((await here.send('HEAD', `/v2/${blobOf('a layer')}`)).status, 200)
  t.equal((await here.send('HEAD', '/v2/team/app/manifests/1')).headers['content-type'], types.image)
  t.equal((await here.send('HEAD', '/v2/team/app/manifests/2')).status, 404)
  t.equal((await here.send('HEAD', `/v2/${blobOf('none')}`)).status, 404)
  t.same(taken(asked), ['GET team/app/manifests/1 200', 'GET team/app/manifests/2 404', `HEAD ${blobOf('none')} 404`])
})

void t.test('what is in neither is unknown, in the words of a registry', async (t) => {
  const { here } = await pairFor(t)
  for (const [path, code] of [
    ['team/app/manifests/1', 'MANIFEST_UNKNOWN'],
    [`team/app/manifests/${sha256('x')}`, 'MANIFEST_UNKNOWN'],
    [blobOf('x'), 'BLOB_UNKNOWN'],
    ['team/app/tags/list', 'NAME_UNKNOWN'],
  ] as const) {
    const reply = await here.get(`/v2/${path}`)
    t.same([reply.status, errorOf(reply).code], [404, code], path)
  }
  const referrers = await here.get(`/v2/team/app/referrers/${sha256('x')}`)
  t.same(
    [referrers.status, JSON.parse(referrers.text)],
    [200, { schemaVersion: 2, mediaType: types.index, manifests: [] }],
  )
})

void t.test('a tag moves and goes as it does there, and what was pushed here stays here', async (t) => {
  const disk = folderFor(t)
  const { origin, there, asked, here, registry } = await pairFor(t, { here: { storage: { disk } } })
  const digestOf = async (wire: Wire, tag: string): Promise<string | undefined> =>
    (await wire.get(`/v2/team/app/manifests/${tag}`)).headers['docker-content-digest']
  const first = await there.image('team/app', '1', 'first')
  t.equal(await digestOf(here, '1'), first)
  const second = await there.image('team/app', '1', 'second')
  t.equal(await digestOf(here, '1'), second)
  t.equal(await digestOf(here, first), first, 'by its digest it is still here')

  const own = await here.image('team/app', 'own', 'of here')
  const mine = await here.image('team/app', '1', 'mine')
  taken(asked)
  t.equal(await digestOf(here, '1'), mine)
  t.equal(await digestOf(here, 'own'), own)
  t.same(taken(asked), [], 'nobody is asked about it')
  t.equal(await digestOf(there, '1'), second, 'and nothing was pushed there')
  t.equal(await digestOf(there, 'own'), undefined)

  await there.image('team/app', '2')
  await digestOf(here, '2')
  await registry.close()
  const again = await registryFor(t, { storage: { disk }, upstream: { url: origin.url, credentials: 'nobody' } })
  t.equal(await digestOf(again.wire, '1'), mine, 'also after a start')
  const moved = await there.image('team/app', '2', 'moved')
  t.equal(await digestOf(again.wire, '2'), moved, 'and this one is still of there')
  await there.send('DELETE', '/v2/team/app/manifests/2')
  t.equal(await digestOf(again.wire, '2'), undefined)
})

void t.test('`fresh` says how long an answer is good, by the clock, and a reset ends it', async (t) => {
  const { there, asked, here, registry } = await pairFor(t, { fresh: 60_000 })
  const [first, tags] = [await there.image('team/app', '1', 'first'), '/v2/team/app/tags/list']
  const digestHere = async () => (await here.get('/v2/team/app/manifests/1')).headers['docker-content-digest']
  t.equal(await digestHere(), first)
  t.equal((await here.get(tags)).text, '{"name":"team/app","tags":["1"]}')
  await here.get(`/v2/team/app/referrers/${first}`)
  const second = await there.image('team/app', '1', 'second')
  await there.image('team/app', '2')
  taken(asked)
  t.equal(await digestHere(), first)
  t.equal((await here.get(tags)).text, '{"name":"team/app","tags":["1"]}')
  await here.get(`/v2/team/app/referrers/${first}`)
  t.same(taken(asked), [])
  registry.clock.advance(60_000)
  t.equal(await digestHere(), second)
  t.equal((await here.get(tags)).text, '{"name":"team/app","tags":["1","2"]}')
  await registry.reset()
  t.equal(await digestHere(), second)
})

void t.test('lists of tags: those of there and those pushed here, in pages', async (t) => {
  const { there, asked, here } = await pairFor(t)
  for (const tag of ['c', 'a', 'e', 'gone']) await there.image('team/app', tag)
  await here.image('team/app', 'b')
  await here.image('team/app', 'c', 'of here')
  await here.get('/v2/team/app/manifests/gone')
  await there.send('DELETE', '/v2/team/app/manifests/gone')
  t.equal((await here.get('/v2/team/app/tags/list')).text, '{"name":"team/app","tags":["a","b","c","e"]}')
  taken(asked)
  const first = await here.get('/v2/team/app/tags/list?n=3')
  t.equal(first.text, '{"name":"team/app","tags":["a","b","c"]}')
  t.equal(first.headers['link'], '</v2/team/app/tags/list?n=3&last=c>; rel="next"')
  const last = await here.get('/v2/team/app/tags/list?n=3&last=c')
  t.same([last.text, last.headers['link']], ['{"name":"team/app","tags":["e"]}', undefined])
  t.same(taken(asked), ['GET team/app/tags/list 200'], 'once for all pages')
  t.equal((await here.get('/v2/team/app/tags/list?n=0')).text, '{"name":"team/app","tags":[]}')
  t.equal(errorOf(await here.get('/v2/team/app/tags/list?n=x')).code, 'PAGINATION_NUMBER_INVALID')
})

void t.test('lists of tags there come in pages too, and one that is none is told', async (t) => {
  const pages: Record<string, readonly [link: string, body: string]> = {
    '/v2/app/tags/list': ['</v2/app/tags/list?last=b>; rel="next"', '{"tags":["b"]}'],
    '/v2/app/tags/list?last=b': ['', '{"tags":["a"]}'],
    '/v2/null/tags/list': ['', '{"name":"null","tags":null}'],
    '/v2/round/tags/list': ['</v2/round/tags/list>; rel="next"', '{"tags":["b"]}'],
    '/v2/bad/tags/list': ['', '{"tags":["not a tag"]}'],
    '/v2/page/tags/list': ['', '<html>'],
  }
  const server = await rawServer(t, ({ url = '' }, response) => {
    const [link, body] = pages[url] ?? ['', '']
    response.writeHead(200, link === '' ? {} : { Link: link }).end(body)
  })
  const { wire } = await registryFor(t, { upstream: { url: server.url, credentials: 'nobody' } })
  t.equal((await wire.get('/v2/app/tags/list')).text, '{"name":"app","tags":["a","b"]}')
  t.equal((await wire.get('/v2/null/tags/list')).text, '{"name":"null","tags":[]}')
  for (const [name, problem] of [
    ['round', /its pages lead in a circle$/],
    ['bad', /an entry is no tag$/],
    ['page', /it is not JSON$/],
  ] as const) {
    const reply = await wire.get(`/v2/${name}/tags/list`)
    t.equal(reply.status, 502)
    t.match(errorOf(reply).message, problem)
  }
})

void t.test('referrers: by the API of there, or by the tag that stands in for it', async (t) => {
  for (const api of [true, false]) {
    const { there, asked, here } = await pairFor(t, { there: { referrers: api } })
    const image = await there.image('team/app', '1')
    const { length } = (await there.get('/v2/team/app/manifests/1')).body
    const referrer = await pushReferrer(there, image, length, 'one')
    if (!api) {
      const { body } = await there.get(`/v2/team/app/manifests/${referrer}`)
      await pushIndex(there, image.replace(':', '-'), referrer, body.length)
    }
    await pushReferrer(here, image, length, 'of here')
    taken(asked)
    const listed = JSON.parse((await here.get(`/v2/team/app/referrers/${image}`)).text) as {
      manifests: { digest: string; artifactType: string; annotations: { text: string } }[]
    }
    t.same(
      new Set(listed.manifests.map(({ artifactType, annotations }) => `${artifactType} ${annotations.text}`)),
      new Set(['text/x one', 'text/x of here']),
    )
    t.same(taken(asked), [
      `GET team/app/referrers/${image} ${api ? 200 : 404}`,
      ...(api ? [] : [`GET team/app/manifests/${image.replace(':', '-')} 200`]),
      `GET team/app/manifests/${referrer} 200`,
    ])
    t.equal((await here.get(`/v2/team/app/manifests/${referrer}`)).status, 200)
    t.equal((await here.get(`/v2/team/app/manifests/${image.replace(':', '-')}`)).status, api ? 404 : 200)
  }
})

void t.test('concurrent requests for the same fetch it once', async (t) => {
  const { there, asked, here } = await pairFor(t)
  const digest = await there.image('team/app', '1')
  taken(asked)
  const many = async (path: string): Promise<void> => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => here.get(`/v2/${path}`)))
    t.same(new Set(replies.map(({ status }) => status)), new Set([200]))
    t.same(taken(asked), [`GET ${path} 200`])
  }
  await many(`team/app/manifests/${digest}`)
  await many(blobOf('1'))
})

void t.test('a layer that another repository has is not fetched again, if it is there too', async (t) => {
  const { there, asked, here } = await pairFor(t)
  for (const name of ['team/app', 'team/other']) await there.image(name, '1', 'shared')
  await here.get(`/v2/team/app/blobs/${sha256('shared')}`)
  taken(asked)
  t.equal((await here.get(`/v2/team/other/blobs/${sha256('shared')}`)).text, 'shared')
  t.equal((await here.get(`/v2/team/none/blobs/${sha256('shared')}`)).status, 404)
  t.same(taken(asked), [
    `HEAD team/other/blobs/${sha256('shared')} 200`,
    `HEAD team/none/blobs/${sha256('shared')} 404`,
    `GET team/none/blobs/${sha256('shared')} 404`,
  ])
})

void t.test('what a push needs and only the upstream has is fetched for it', async (t) => {
  const { there, here } = await pairFor(t)
  const image = await there.image('team/app', '1', 'layer')
  const { text, body } = await there.get('/v2/team/app/manifests/1')
  t.equal((await here.send('HEAD', `/v2/${blobOf('layer')}`)).status, 200, 'a client then pushes no blob')
  t.equal((await here.manifest('team/app', 'copy', text)).status, 201)
  t.equal((await here.get(`/v2/${blobOf('layer')}`)).text, 'layer')
  const other = await pairFor(t, { there: { storage: 'memory' } })
  await other.there.image('team/app', '1', 'layer')
  await pushIndex(other.here, 'multi', image, body.length)
  t.equal((await other.here.get('/v2/team/app/manifests/multi')).status, 200, 'a child as well')
  const missing = imageManifest(descriptor(types.config, 'nowhere'), [])
  t.equal(errorOf(await here.manifest('team/app', 'broken', missing)).code, 'MANIFEST_BLOB_UNKNOWN')
  t.equal(errorOf(await here.manifest('team/app', 'broken', '{')).code, 'MANIFEST_INVALID')
})

void t.test('logs in there: with tokens, with a password, over https with a CA', async (t) => {
  for (const auth of ['token', 'basic'] as const) {
    const { registry: origin, wire } = await registryFor(t, { accounts: [alice], auth, anonymous: 'push' })
    await wire.image('team/app', '1')
    const there = { accounts: [alice], auth, tls: true, storage: origin.store }
    const { registry: secure } = await registryFor(t, there)
    const ca = secure.caFile as string
    for (const given of [ca, readFileSync(ca, 'utf8')]) {
      const { wire: here } = await registryFor(t, { upstream: { url: secure.url, ca: given, credentials: alice } })
      t.equal((await here.get('/v2/team/app/manifests/1')).status, 200, auth)
      t.equal((await here.get(`/v2/${blobOf('1')}`)).text, '1')
    }
    const refused = async (upstream: object, message: RegExp, status: number): Promise<void> => {
      const { wire: here } = await registryFor(t, {
        upstream: { url: secure.url, ca, credentials: 'nobody', ...upstream },
      })
      const reply = await here.get('/v2/team/app/manifests/1')
      t.equal(reply.status, status)
      t.match(errorOf(reply).message, message)
    }
    await refused({}, new RegExp(`^upstream: ${secure.host} asks for a login: docker login`), 403)
    const wrong = { credentials: { ...alice, password: 'wrong' } }
    await refused(wrong, /^upstream: \S+ does not take the login: status 401, UNAUTHORIZED: wrong username/, 403)
    await refused({ ca: undefined, credentials: alice }, /^upstream: the certificate of \S+ is not trusted/, 502)
  }
})

void t.test('behind access: who may not read here is not told what is there', async (t) => {
  const { there, asked, here } = await pairFor(t, { here: { accounts: [alice], auth: 'basic' } })
  await there.image('team/app', '1')
  taken(asked)
  t.equal((await here.get('/v2/team/app/manifests/1')).status, 401)
  t.same(taken(asked), [])
})

void t.test('names: only those that match are asked for, without the prefix', async (t) => {
  const { there, asked, here } = await pairFor(t, { prefix: 'hub', repositories: 'hub/team/*' })
  await there.image('team/app', '1')
  await there.image('other', '1')
  taken(asked)
  t.equal((await here.get('/v2/hub/team/app/manifests/1')).status, 200)
  t.equal((await here.get('/v2/hub/team/app/tags/list')).text, '{"name":"hub/team/app","tags":["1"]}')
  t.same(taken(asked), ['GET team/app/manifests/1 200', 'GET team/app/tags/list 200'])
  for (const name of ['team/app', 'hub/other', 'hubteam/app']) {
    t.equal((await here.get(`/v2/${name}/manifests/1`)).status, 404)
  }
  t.same(taken(asked), [])
})

void t.test('options that are none are refused, with what they may be', async (t) => {
  const refused = async (upstream: unknown, message: RegExp, more: object = {}): Promise<void> => {
    await t.rejects(startRegistry({ upstream: upstream as never, ...more }), { message })
  }
  for (const wrong of [
    'http://127.0.0.1:1',
    {},
    { url: 'registry.example' },
    { url: 'https://registry.example/path' },
    { url: 'https://alice:secret@registry.example' },
    { url: 'https://registry.example', recrod: 'x' },
    { url: 'https://registry.example', credentials: 'me' },
    { url: 'https://registry.example', fresh: -1 },
    { url: 'https://registry.example', prefix: 'A' },
    { url: 'https://registry.example', replay: 'x' },
  ]) {
    await refused(wrong, /^start-registry: upstream must be \{ url: 'https:\/\/…', record\?,/)
  }
  await refused({ replay: 'x' }, /a replay goes with storage memory/, { storage: { disk: 'x' } })
  await refused({ replay: 'x' }, /^there is no OCI image layout at x$/)
  await refused({ url: 'https://registry.example' }, /upstream does not go with profile quay-3\.7/, { quay: {} })
  await refused({ url: 'https://registry.example', ca: 'nowhere' }, /^cannot read the ca file: ENOENT/)
})
