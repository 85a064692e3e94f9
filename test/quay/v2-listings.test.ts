import t from 'tap'
import { envelope, headersOf, quayFor, versions } from '../support/quay-wire.js'

// quay.md §5 (pagination): tags by age behind an opaque cursor up to 3.11, by name behind the last one from 3.12 on.

const byAge = versions.filter((version) => version !== '3.12')

interface Listing {
  readonly tags: readonly string[]
  readonly repositories: readonly string[]
}

const read = (text: string): Listing => JSON.parse(text) as Listing

void t.test('up to 3.11 tags come by age, behind a cursor that says nothing', async (t) => {
  for (const version of byAge) {
    const { wire } = await quayFor(t, { version })
    const alice = await wire.pushing()
    for (const tag of ['c', 'a', 'b', 'd']) await alice.image('ns/repo', tag, 'same')
    const all = await alice.get('/v2/ns/repo/tags/list')
    t.equal(all.status, 200)
    t.same(headersOf(all), { 'content-type': 'application/json', 'content-length': String(all.body.length) })
    t.equal(all.text, '{"name":"ns/repo","tags":["c","a","b","d"]}\n', version)
    await alice.image('ns/repo', 'c', 'other')
    t.same(read((await alice.get('/v2/ns/repo/tags/list')).text).tags, ['a', 'b', 'd', 'c'], 'a tag that moves is new')
    const first = await alice.get('/v2/ns/repo/tags/list?n=3')
    t.same(read(first.text).tags, ['a', 'b', 'd'])
    const link = /^<(\/v2\/ns\/repo\/tags\/list\?n=3&next_page=[\w-]+)>; rel="next"$/.exec(first.headers['link'] ?? '')
    t.ok(link, `${first.headers['link']}`)
    const second = await alice.get(link?.[1] ?? '')
    t.same(read(second.text).tags, ['c'])
    t.notOk('link' in second.headers)
    t.same(read((await alice.get('/v2/ns/repo/tags/list?n=3&last=b')).text).tags, ['a', 'b', 'd'], 'no cursor')
    for (const [n, count] of [
      ['0', 1],
      ['-4', 1],
      ['many', 1],
      ['100000', 4],
    ] as const) {
      t.equal(read((await alice.get(`/v2/ns/repo/tags/list?n=${n}`)).text).tags.length, count, `n=${n}`)
    }
  }
})

void t.test('from 3.12 on tags come by name, behind the last one', async (t) => {
  const { wire } = await quayFor(t, { version: '3.12' })
  const alice = await wire.pushing()
  for (const tag of ['c', 'a', 'B', 'd']) await alice.image('ns/repo', tag, 'same')
  const page = async (query: string): Promise<readonly [readonly string[], string | undefined]> => {
    const reply = await alice.get(`/v2/ns/repo/tags/list${query}`)
    return [read(reply.text).tags, reply.headers['link']]
  }
  t.same(await page(''), [['B', 'a', 'c', 'd'], undefined])
  t.same(await page('?n=2'), [['B', 'a'], '</v2/ns/repo/tags/list?n=2&last=a>; rel="next"'])
  t.same(await page('?n=2&last=a'), [['c', 'd'], undefined])
  t.same(await page('?n=0'), [[], undefined])
  t.same(await page('?n=-1'), [[], undefined])
  t.same(await page('?n=many'), [['B', 'a', 'c', 'd'], undefined])
  t.same(await page('?last=b'), [['c', 'd'], undefined], 'a tag that is not there')
})

void t.test('a page has 50 entries, from 3.12 on 100, and V2_PAGINATION_SIZE where it is said', async (t) => {
  for (const [version, config, most] of [
    ['3.7', {}, 50],
    ['3.7', { V2_PAGINATION_SIZE: 7 }, 7],
    ['3.12', { V2_PAGINATION_SIZE: 7 }, 100],
    ['3.12', { V2_PAGINATION_SIZE: 103 }, 103],
  ] as const) {
    const { wire } = await quayFor(t, { version, config })
    const alice = await wire.pushing()
    const text = await alice.imageText('ns/repo', 'same')
    for (let n = 0; n < 105; n++) await alice.manifest('ns/repo', `t${n}`, text)
    for (const query of ['', '?n=1000']) {
      const reply = await alice.get(`/v2/ns/repo/tags/list${query}`)
      t.equal(read(reply.text).tags.length, most, `${version} ${query}`)
      t.match(reply.headers['link'], `n=${most}&`)
    }
  }
})

void t.test('a name without namespace is answered with the one of its library', async (t) => {
  const { wire } = await quayFor(t, {
    quay: { users: { alice: 'password1' }, organizations: { library: { owners: ['alice'] } } },
  })
  const alice = await wire.as('repository:etherpad:pull,push')
  await alice.image('etherpad', '0.0.4')
  t.equal((await alice.get('/v2/etherpad/tags/list')).text, '{"name":"library/etherpad","tags":["0.0.4"]}\n')
  t.equal((await alice.get('/v2/library/etherpad/tags/list')).status, 200)
  const upload = await alice.send('POST', '/v2/etherpad/blobs/uploads/')
  t.match(upload.headers['location'], `http://127.0.0.1:${wire.port}/v2/library/etherpad/blobs/uploads/`)
  const none = (await quayFor(t, { config: { FEATURE_LIBRARY_SUPPORT: false } })).wire
  const page = await none.get('/v2/etherpad/tags/list')
  t.equal(page.status, 404)
  t.match(page.text, /<title>404 Not Found<\/title>/)
  const own = (await quayFor(t, { config: { LIBRARY_NAMESPACE: 'ns' } })).wire
  t.equal(
    (await (await own.as('repository:repo:pull')).get('/v2/repo/tags/list')).text,
    '{"name":"ns/repo","tags":[]}\n',
  )
})

void t.test('the catalog lists what somebody has a right on, to nobody nothing', async (t) => {
  for (const version of versions) {
    const { wire } = await quayFor(t, { version })
    const catalog = async (who: typeof wire): Promise<string> => (await who.get('/v2/_catalog')).text
    t.equal(await catalog(wire), '{"repositories":[]}\n', version)
    t.equal(await catalog(await wire.as([])), '{"repositories":["ns/open","ns/other","ns/repo"]}\n')
    t.equal(await catalog(await wire.as([], 'bob:password2')), '{"repositories":[]}\n')
    const alice = await wire.as([])
    const first = await alice.get('/v2/_catalog?n=2')
    t.equal(first.text, '{"repositories":["ns/open","ns/other"]}\n')
    const link = /^<(\/v2\/_catalog\?n=2&next_page=[\w-]+)>; rel="next"$/.exec(first.headers['link'] ?? '')?.[1] ?? ''
    t.equal((await alice.get(link)).text, '{"repositories":["ns/repo"]}\n')
    t.equal((await wire.send('POST', '/v2/_catalog')).status, 405)
  }
  const open = (await quayFor(t, { config: { FEATURE_PUBLIC_CATALOG: true } })).wire
  t.equal((await open.get('/v2/_catalog')).text, '{"repositories":["ns/open"]}\n')
  const closed = { FEATURE_PUBLIC_CATALOG: true, FEATURE_ANONYMOUS_ACCESS: false }
  const shut = (await quayFor(t, { config: closed })).wire
  t.equal((await shut.get('/v2/_catalog')).text, '{"repositories":[]}\n', 'nobody sees what they may not pull')
  const bob = await shut.as([], 'bob:password2')
  t.equal((await bob.get('/v2/_catalog')).text, '{"repositories":["ns/open"]}\n')
})

void t.test('tags of what is not there', async (t) => {
  const { wire } = await quayFor(t)
  const reply = await (await wire.as('repository:ns/nothing:pull')).get('/v2/ns/nothing/tags/list')
  t.equal(reply.status, 404)
  t.equal(reply.text, envelope('NAME_UNKNOWN', 'repository not found'))
})
