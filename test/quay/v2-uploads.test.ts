import t from 'tap'
import { sha256 } from '../support/content.js'
import { envelope, headersOf, quayFor, versions } from '../support/quay-wire.js'
import { storages } from '../support/registries.js'

// quay.md §7.1 to §7.6 and the upload samples of §7b.

const localdomain = { SERVER_HOSTNAME: 'quay.localdomain', PREFERRED_URL_SCHEME: 'https' }
const uploads = '/v2/ns/repo/blobs/uploads/'
const bytes = Buffer.alloc(200, 'abcdefghij')
const first = bytes.subarray(0, 100)
const second = bytes.subarray(100)
const digest = sha256(bytes)
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

for (const version of versions) {
  for (const [name, storage] of storages(t)) {
    void t.test(`an upload from its session to its blob, ${version}, ${name}`, async (t) => {
      const { wire } = await quayFor(t, { version, config: localdomain, storage })
      const alice = await wire.as('repository:ns/repo:pull,push')
      const begun = await alice.send('POST', uploads)
      t.equal(begun.status, 202)
      const uuid = String(begun.headers['docker-upload-uuid'])
      t.match(uuid, uuidPattern)
      const location = `https://quay.localdomain${uploads}${uuid}`
      const session = { 'content-length': '0', location, 'docker-upload-uuid': uuid }
      t.same(headersOf(begun), { ...session, range: 'bytes=0--1' })

      const chunk = await alice.send('PATCH', uploads + uuid, { headers: { 'Content-Range': '0-99' }, body: first })
      t.equal(chunk.status, 202)
      t.same(headersOf(chunk), { ...session, range: '0-99' })

      const status = await alice.get(uploads + uuid)
      t.equal(status.status, 204)
      t.same(headersOf(status), { 'docker-upload-uuid': uuid, range: 'bytes=0-100' })

      const gap = await alice.send('PATCH', uploads + uuid, { headers: { 'Content-Range': '150-199' }, body: first })
      t.equal(gap.status, 416)
      t.same(headersOf(gap), { ...session, range: '0-100' })
      t.equal(gap.text, '')

      const put = await alice.send('PUT', `${uploads}${uuid}?digest=${digest}`, { body: second })
      t.equal(put.status, 201)
      const blob = `https://quay.localdomain/v2/ns/repo/blobs/${digest}`
      t.same(headersOf(put), { 'content-length': '0', 'docker-content-digest': digest, location: blob })
      t.equal(put.text, '')

      const content = {
        'content-length': '200',
        'content-type': 'application/octet-stream',
        'docker-content-digest': digest,
      }
      const head = await alice.send('HEAD', `/v2/ns/repo/blobs/${digest}`)
      t.equal(head.status, 200)
      t.same(headersOf(head), { ...content, 'cache-control': 'max-age=31436000' })
      const get = await alice.get(`/v2/ns/repo/blobs/${digest}`, { Range: 'bytes=0-9', 'If-None-Match': `"${digest}"` })
      t.equal(get.status, 200, 'whole, whatever range is asked for')
      t.same(headersOf(get), { ...content, 'cache-control': 'max-age=31536000' })
      t.same(get.body, bytes)
      const gone = await alice.get(uploads + uuid)
      t.equal(gone.status, 404)
      t.equal(gone.text, envelope('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry'))
    })
  }
}

void t.test('chunks that overlap, and chunks that are longer than they say', async (t) => {
  const { wire } = await quayFor(t)
  const alice = await wire.as('repository:ns/repo:pull,push')
  const path = await alice.session('ns/repo')
  await alice.send('PATCH', path, { headers: { 'Content-Range': '0-99' }, body: first })
  const overlap = await alice.send('PATCH', path, {
    headers: { 'Content-Range': '50-149' },
    body: bytes.subarray(50, 150),
  })
  t.equal(overlap.headers['range'], '0-149', 'what is there is skipped')
  const known = await alice.send('PATCH', path, {
    headers: { 'Content-Range': '50-99' },
    body: bytes.subarray(50, 100),
  })
  t.equal(known.status, 202)
  t.equal(known.headers['range'], '0-149')
  const long = await alice.send('PATCH', path, { headers: { 'Content-Range': '150-174' }, body: bytes.subarray(150) })
  t.equal(long.headers['range'], '0-174', 'what is behind the end is not read')
  const last = await alice.send('PUT', `${path}?digest=${digest}`, {
    headers: { 'Content-Range': '175-199' },
    body: bytes.subarray(175),
  })
  t.equal(last.status, 201)
})

void t.test(
  'chunks that say nothing of their place go to the end, as does one that says it is the first',
  async (t) => {
    const { wire } = await quayFor(t)
    const alice = await wire.as('repository:ns/repo:pull,push')
    const path = await alice.session('ns/repo')
    await alice.send('PATCH', path, { body: first })
    const next = await alice.send('PATCH', path, { headers: { 'Content-Range': '0-49' }, body: second.subarray(0, 50) })
    t.equal(next.headers['range'], '0-149')
    await alice.send('PATCH', path, { body: second.subarray(50) })
    t.equal((await alice.send('PUT', `${path}?digest=${digest}`)).status, 201)
  },
)

void t.test('a Content-Range that is none', async (t) => {
  const { wire } = await quayFor(t)
  const alice = await wire.as('repository:ns/repo:pull,push')
  const path = await alice.session('ns/repo')
  for (const range of ['bytes=0-99', 'bytes 0-99/200', '0-', '0-99,100-199', '9-3']) {
    const reply = await alice.send('PATCH', path, { headers: { 'Content-Range': range }, body: first })
    t.equal(reply.status, 400, range)
    t.equal(reply.text, envelope('INVALID_REQUEST', 'Invalid range header'), range)
  }
  const early = await alice.send('PATCH', path, { headers: { 'Content-Range': '1-100' }, body: first })
  t.equal(early.status, 416, 'the first chunk is missing')
  t.equal(early.headers['range'], '0-0')
})

void t.test('an upload ends with a digest that is right, or is over', async (t) => {
  const { wire } = await quayFor(t)
  const alice = await wire.as('repository:ns/repo:pull,push')
  const path = await alice.session('ns/repo')
  const without = await alice.send('PUT', path, { body: bytes })
  t.equal(without.status, 400)
  const reason = { reason: 'Missing digest arg on monolithic upload' }
  t.equal(without.text, envelope('BLOB_UPLOAD_INVALID', 'blob upload invalid', reason))
  t.equal((await alice.get(path)).status, 204, 'nothing has happened')
  for (const wrong of [sha256('other'), `sha512:${'0'.repeat(128)}`, 'nonsense']) {
    const session = await alice.session('ns/repo')
    const reply = await alice.send('PUT', `${session}?digest=${wrong}`, { body: bytes })
    t.equal(reply.status, 400, wrong)
    t.equal(reply.text, envelope('BLOB_UPLOAD_INVALID', 'blob upload invalid'), wrong)
    t.equal((await alice.get(session)).status, 404, 'the upload is gone')
    const once = await alice.send('POST', `${uploads}?digest=${wrong}`, { body: bytes })
    t.equal(once.status, 400)
    t.equal(once.text, envelope('BLOB_UPLOAD_INVALID', 'blob upload invalid'))
  }
  t.equal((await alice.send('HEAD', `/v2/ns/repo/blobs/${sha256(bytes)}`)).status, 404)
})

void t.test('an upload in one request, and one that is given up', async (t) => {
  const { wire } = await quayFor(t, { config: localdomain })
  const alice = await wire.as('repository:ns/repo:pull,push')
  const once = await alice.send('POST', `${uploads}?digest=${digest}`, { body: bytes })
  t.equal(once.status, 201)
  t.equal(once.headers['location'], `https://quay.localdomain/v2/ns/repo/blobs/${digest}`)
  const path = await alice.session('ns/repo')
  const given = await alice.send('DELETE', path)
  t.equal(given.status, 204)
  t.equal(given.text, '')
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    const reply = await alice.send(method, path, method === 'PATCH' ? { body: first } : {})
    t.equal(reply.status, 404, method)
    t.equal(reply.text, envelope('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry'))
  }
  const elsewhere = await alice.session('ns/repo')
  const other = await wire.as('repository:ns/other:pull,push')
  t.equal((await other.send('DELETE', elsewhere.replace('repo', 'other'))).status, 404)
})

void t.test('a mount is made when its source may be read, and an upload otherwise', async (t) => {
  const { wire } = await quayFor(t, { config: localdomain })
  const blob = await (await wire.as('repository:ns/other:pull,push')).blob('ns/other', bytes)
  const open = await (await wire.as('repository:ns/open:pull,push')).blob('ns/open', first)
  const both = await wire.as(['repository:ns/repo:pull,push', 'repository:ns/other:pull'])
  const one = await wire.as('repository:ns/repo:pull,push')
  const mount = (of: string, query: string): string => `${uploads}?mount=${of}${query}`
  const inVain = [
    mount(blob, ''),
    mount(blob, '&from=ns/nothing'),
    mount(blob, '&from=ns/open'),
    mount(sha256('other'), '&from=ns/other'),
    mount('nonsense', '&from=ns/other'),
  ]
  for (const target of inVain) {
    const reply = await both.send('POST', target)
    t.equal(reply.status, 202, target)
    t.equal(reply.headers['range'], 'bytes=0--1')
  }
  t.equal((await one.send('POST', mount(blob, '&from=ns/other'))).status, 202, 'the token is for the target alone')
  t.equal((await one.send('HEAD', `/v2/ns/repo/blobs/${blob}`)).status, 404)
  const made = await both.send('POST', mount(blob, '&from=ns/other'))
  t.equal(made.status, 201)
  t.same(headersOf(made), {
    'content-length': '0',
    'docker-content-digest': blob,
    location: `https://quay.localdomain/v2/ns/repo/blobs/${blob}`,
  })
  t.equal((await one.send('POST', mount(open, '&from=ns/open'))).status, 201, 'what is public')
  t.equal((await one.send('POST', mount(blob, '&from=ns/nothing'))).status, 202, 'though it is here now')
})

void t.test('a blob is never deleted, and one that is not there is unknown', async (t) => {
  for (const version of versions) {
    const { wire } = await quayFor(t, { version })
    const alice = await wire.as('repository:ns/repo:pull,push')
    await alice.blob('ns/repo', bytes)
    for (const one of [digest, sha256('other')]) {
      const reply = await alice.send('DELETE', `/v2/ns/repo/blobs/${one}`)
      t.equal(reply.status, 405, version)
      t.equal(reply.text, envelope('UNSUPPORTED', 'The operation is unsupported.'))
    }
    t.equal((await alice.get(`/v2/ns/repo/blobs/${digest}`)).status, 200)
    const unknown = await alice.get(`/v2/ns/repo/blobs/${sha256('other')}`)
    t.equal(unknown.status, 404)
    t.equal(unknown.text, envelope('BLOB_UNKNOWN', 'blob unknown to registry'))
    const malformed = await alice.get('/v2/ns/repo/blobs/sha256:abc')
    t.equal(malformed.status, 404)
    t.match(malformed.text, /<title>404 Not Found<\/title>/)
  }
})

void t.test('every repository has the empty layer', async (t) => {
  const { wire } = await quayFor(t)
  const layer = 'sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4'
  const alice = await wire.as('repository:ns/repo:pull')
  t.equal((await alice.send('HEAD', `/v2/ns/repo/blobs/${layer}`)).headers['content-length'], '32')
  t.equal(sha256((await alice.get(`/v2/ns/repo/blobs/${layer}`)).body), layer)
})

void t.test('a blob may be as large as MAXIMUM_LAYER_SIZE', async (t) => {
  const { wire } = await quayFor(t, { config: { MAXIMUM_LAYER_SIZE: '150B' } })
  const alice = await wire.as('repository:ns/repo:pull,push')
  const nginx = await alice.send('POST', `${uploads}?digest=${digest}`, { body: bytes })
  t.equal(nginx.status, 413, 'nginx says so for one request')
  t.match(nginx.text, /<h1>413 Request Entity Too Large<\/h1>/)
  const path = await alice.session('ns/repo')
  t.equal((await alice.send('PATCH', path, { body: first })).status, 202)
  const said = await alice.send('PATCH', path, { headers: { 'Content-Range': '100-199' }, body: second })
  t.equal(said.status, 500, 'and Quay fails on the way to its refusal')
  t.match(said.text, /<h1>500 Internal Server Error<\/h1>/)
  t.equal((await alice.send('PATCH', path, { body: second })).status, 500)
  t.equal((await alice.send('POST', `${uploads}?digest=${sha256(first)}`, { body: first })).status, 201)
})

void t.test('a namespace that holds more than it may takes no more', async (t) => {
  const refusal = envelope('DENIED', 'Quota has been exceeded on namespace')
  const config = { FEATURE_QUOTA_MANAGEMENT: true, DEFAULT_SYSTEM_REJECT_QUOTA_BYTES: 1000 }
  for (const version of ['3.7', '3.12'] as const) {
    const { wire } = await quayFor(t, { version, config })
    const alice = await wire.as('repository:ns/repo:pull,push')
    await alice.image('ns/repo', 'small')
    const path = await alice.session('ns/repo')
    t.equal((await alice.send('PATCH', path, { body: bytes })).status, 202)
    await alice.image('ns/repo', 'large', 'x'.repeat(1000))
    for (const [method, target] of [
      ['POST', uploads],
      ['PATCH', path],
    ] as const) {
      const reply = await alice.send(method, target, { body: method === 'PATCH' ? bytes : '' })
      t.equal(reply.status, 403, `${version} ${method}`)
      t.equal(reply.text, refusal)
    }
    t.equal((await alice.get(path)).status, 404, 'the upload is over')
    t.equal((await alice.get('/v2/ns/repo/tags/list')).status, 200)
    const bob = await wire.as('repository:bob/repo:pull,push', 'bob:password2')
    t.equal((await bob.send('POST', '/v2/bob/repo/blobs/uploads/')).status, 202)
  }
  const { wire } = await quayFor(t, { config: { ...config, FEATURE_QUOTA_MANAGEMENT: false } })
  const alice = await wire.as('repository:ns/repo:pull,push')
  await alice.image('ns/repo', 'large', 'x'.repeat(1000))
  t.equal((await alice.send('POST', uploads)).status, 202)
})

void t.test('a Quay that takes nothing says so to those who might', async (t) => {
  const { wire } = await quayFor(t, { config: { REGISTRY_STATE: 'readonly' } })
  const alice = await wire.as('repository:ns/repo:pull,push')
  for (const [method, target] of [
    ['POST', uploads],
    ['DELETE', `/v2/ns/repo/blobs/${digest}`],
    ['DELETE', `/v2/ns/repo/manifests/${digest}`],
  ] as const) {
    const reply = await alice.send(method, target)
    t.equal(reply.status, 405, target)
    t.equal(
      reply.text,
      '{"errors":[{"code":"DENIED","detail":{},"is_readonly":true,"message":"System is currently read-only. Pulls will succeed but all write operations are currently suspended."}]}\n',
    )
    t.equal((await wire.send(method, target)).status, 401, 'nobody is told')
  }
  t.equal((await alice.get('/v2/ns/repo/tags/list')).status, 200)
})
