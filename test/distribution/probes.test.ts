import t, { type Test } from 'tap'
import { connect } from 'node:net'
import { descriptor, errorOf, imageManifest, sha256, types, type Wire } from '../support/content.js'
import type { RawReply } from '../support/raw.js'
import { registryFor, storages } from '../support/registries.js'

/*
 * Raw requests that three other registries were asked, each with the reply that a client should get. One row per
 * question; replies are literals. A row is its name, what is asked, and what must be in the reply.
 */
interface Expected {
  readonly status: number
  readonly code?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly text?: string
  readonly atMost?: number
}

type Row = readonly [name: string, ask: (wire: Wire) => Promise<RawReply>, expected: Expected]

const absent = `sha256:${'a'.repeat(64)}`
const ten = '0123456789'
const tenDigest = 'sha256:84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882'
const sha512Ten =
  'sha512:bb96c2fc40d2d54617d6f276febe571f623a8dadf0b734855299b0e107fda32cf6b69f2da32b36445d73690b93cbd0f7bfc20e0f7f28553d2a4428f23b716e90'
const emptyIndex = `{"schemaVersion":2,"mediaType":"${types.index}","manifests":[]}`

const listings: readonly Row[] = [
  ['tags n=0', (w) => w.get('/v2/tags/tags/list?n=0'), { status: 200, text: '{"name":"tags","tags":[]}' }],
  ['tags n=-1', (w) => w.get('/v2/tags/tags/list?n=-1'), { status: 400, code: 'PAGINATION_NUMBER_INVALID' }],
  ['tags n=x', (w) => w.get('/v2/tags/tags/list?n=x'), { status: 400, code: 'PAGINATION_NUMBER_INVALID' }],
  [
    'tags n=2 has a Link',
    (w) => w.get('/v2/tags/tags/list?n=2'),
    {
      status: 200,
      text: '{"name":"tags","tags":["1","2"]}',
      headers: { link: '</v2/tags/tags/list?n=2&last=2>; rel="next"' },
    },
  ],
  [
    'the last page has no Link',
    (w) => w.get('/v2/tags/tags/list?n=2&last=2'),
    { status: 200, text: '{"name":"tags","tags":["a"]}', headers: { link: undefined } },
  ],
  ['tags last=<final>', (w) => w.get('/v2/tags/tags/list?last=a'), { status: 200, text: '{"name":"tags","tags":[]}' }],
  ['tags of an unknown repository', (w) => w.get('/v2/no/such/tags/list'), { status: 404, code: 'NAME_UNKNOWN' }],
  [
    '_catalog is sorted and paged',
    (w) => w.get('/v2/_catalog?n=2&last=ranges'),
    {
      status: 200,
      text: '{"repositories":["referrers","tags"]}',
      headers: { link: undefined },
    },
  ],
  ['bad repository name A/B', (w) => w.get('/v2/A/B/tags/list'), { status: 400, code: 'NAME_INVALID' }],
]

const referrers: readonly Row[] = [
  ...['first', 'repeated'].map((time): Row => [
    `referrers with a filter, ${time}`,
    (w) => w.get(`/v2/referrers/referrers/${absent}?artifactType=application/vnd.example+json`),
    {
      status: 200,
      headers: { 'oci-filters-applied': 'artifactType', 'content-type': types.index },
      text: referrerIndex(),
    },
  ]),
  [
    'referrers with a filter that matches none',
    (w) => w.get(`/v2/referrers/referrers/${absent}?artifactType=other`),
    { status: 200, text: emptyIndex, headers: { 'oci-filters-applied': 'artifactType' } },
  ],
  [
    'referrers with an empty filter filter nothing, and say so',
    (w) => w.get(`/v2/referrers/referrers/${absent}?artifactType=`),
    { status: 200, text: referrerIndex(), headers: { 'oci-filters-applied': 'artifactType' } },
  ],
  [
    'referrers without a filter',
    (w) => w.get(`/v2/referrers/referrers/${absent}`),
    { status: 200, text: referrerIndex(), headers: { 'oci-filters-applied': undefined } },
  ],
  [
    'referrers of no digest',
    (w) => w.get('/v2/referrers/referrers/sha256:abc'),
    { status: 400, code: 'DIGEST_INVALID' },
  ],
  [
    'referrers in an unknown repository',
    (w) => w.get(`/v2/no/such/referrers/${absent}`),
    { status: 200, text: emptyIndex },
  ],
  ['referrers, none found', (w) => w.get(`/v2/tags/referrers/${absent}`), { status: 200, text: emptyIndex }],
  [
    'OCI-Subject on a push with a subject',
    (w) => w.manifest('referrers', referrerDigest(), referrer()),
    { status: 201, headers: { 'oci-subject': absent } },
  ],
]

const uploads: readonly Row[] = [
  ['status of an empty upload', async (w) => w.get(await w.session('up')), { status: 204, headers: { range: '0-0' } }],
  [
    'a chunk of one byte',
    async (w) => w.send('PATCH', await w.session('up'), { body: 'x', headers: { 'Content-Range': '0-0' } }),
    { status: 202, headers: { range: '0-0' } },
  ],
  [
    'a chunk out of order',
    async (w) => w.send('PATCH', await begun(w), { body: 'x', headers: { 'Content-Range': '7-7' } }),
    { status: 416, code: 'RANGE_INVALID', headers: { range: '0-2', location: '<session>' } },
  ],
  [
    'a second streamed PATCH without Content-Range',
    async (w) => w.send('PATCH', await begun(w), { body: 'def' }),
    { status: 202, headers: { range: '0-5' } },
  ],
  ['DELETE of an upload', async (w) => w.send('DELETE', await begun(w)), { status: 204 }],
  [
    'PATCH of an unknown upload',
    (w) => w.send('PATCH', `/v2/up/blobs/uploads/${'0'.repeat(32)}`, { body: 'x' }),
    { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' },
  ],
  ['mount of a missing blob', (w) => mount(w, absent, 'ranges'), { status: 202, headers: { range: '0-0' } }],
  ['mount from an unknown repository', (w) => mount(w, tenDigest, 'no/such'), { status: 202 }],
  [
    'mount of a blob that is there',
    (w) => mount(w, tenDigest, 'ranges'),
    { status: 201, headers: { location: `/v2/mounted/blobs/${tenDigest}`, 'docker-content-digest': tenDigest } },
  ],
  [
    'mount without from',
    (w) => w.send('POST', `/v2/mounted/anonymously/blobs/uploads/?mount=${tenDigest}`),
    { status: 201, headers: { location: `/v2/mounted/anonymously/blobs/${tenDigest}` } },
  ],
  ['a blob of another repository', (w) => w.get(`/v2/tags/blobs/${tenDigest}`), { status: 404, code: 'BLOB_UNKNOWN' }],
  [
    'sha512',
    (w) => w.send('POST', `/v2/up/blobs/uploads/?digest=${sha512Ten}`, { body: ten }),
    { status: 201, headers: { location: `/v2/up/blobs/${sha512Ten}`, 'docker-content-digest': sha512Ten } },
  ],
  [
    '200 KB with a wrong digest',
    (w) => w.send('POST', `/v2/up/blobs/uploads/?digest=${absent}`, { body: Buffer.alloc(200_000) }),
    { status: 400, code: 'DIGEST_INVALID', atMost: 1024 },
  ],
]

const manifests: readonly Row[] = [
  ['PUT to a wrong digest', (w) => w.manifest('app', absent, '{}'), { status: 400, code: 'DIGEST_INVALID' }],
  ['GET of it then', (w) => w.get(`/v2/app/manifests/${absent}`), { status: 404, code: 'MANIFEST_UNKNOWN' }],
  [
    'a missing config blob',
    (w) => w.manifest('tags', 'x', imageManifest(descriptor(types.config, 'nowhere'), [])),
    { status: 400, code: 'MANIFEST_BLOB_UNKNOWN' },
  ],
  [
    'no Content-Type, but a mediaType',
    async (w) => w.send('PUT', '/v2/tags/manifests/sniffed', { body: await imageText(w) }),
    { status: 201 },
  ],
  [
    'served with it',
    (w) => w.get('/v2/tags/manifests/sniffed'),
    { status: 200, headers: { 'content-type': types.image } },
  ],
  [
    'no Content-Type and no mediaType',
    (w) => w.send('PUT', '/v2/tags/manifests/untyped', { body: '{"schemaVersion":2}' }),
    { status: 400, code: 'MANIFEST_INVALID' },
  ],
  [
    'a duplicate JSON key',
    async (w) => w.manifest('tags', 'twice', (await imageText(w)).replace('{', '{"schemaVersion":2,')),
    { status: 201 },
  ],
  [
    '5 MiB',
    async (w) => w.manifest('tags', 'large', await imageText(w, { annotations: { padding: 'x'.repeat(5 << 20) } })),
    { status: 201 },
  ],
  [
    'more than 8 MiB',
    async (w) => w.manifest('tags', 'larger', await imageText(w, { annotations: { padding: 'x'.repeat(8 << 20) } })),
    { status: 413, code: 'SIZE_INVALID' },
  ],
  [
    'Accept that does not match',
    (w) => w.get('/v2/tags/manifests/1', { Accept: 'application/json' }),
    { status: 200, headers: { 'content-type': types.image } },
  ],
  [
    'Location of a pushed manifest',
    async (w) => w.manifest('tags', 'located', await imageText(w)),
    { status: 201, headers: { location: `/v2/tags/manifests/${sha256(sharedImage())}` } },
  ],
  [
    'ETag of a manifest',
    (w) => w.get('/v2/tags/manifests/located'),
    { status: 200, headers: { etag: `"${sha256(sharedImage())}"` } },
  ],
]

const ranges: readonly Row[] = (
  [
    ['bytes=0-', { status: 206, text: ten, headers: { 'content-range': 'bytes 0-9/10' } }],
    ['bytes=-5', { status: 206, text: '56789', headers: { 'content-range': 'bytes 5-9/10' } }],
    ['bytes=2-500', { status: 206, text: '23456789', headers: { 'content-range': 'bytes 2-9/10' } }],
    ['bytes=5-1', { status: 416, code: 'RANGE_INVALID', headers: { 'content-range': 'bytes */10' } }],
    ['bytes=50-60', { status: 416, code: 'RANGE_INVALID', headers: { 'content-range': 'bytes */10' } }],
    ['bytes=3-3', { status: 206, text: '3', headers: { 'content-length': '1' } }],
    ['bytes=-0', { status: 416, code: 'RANGE_INVALID' }],
    ['bytes=-50', { status: 206, text: ten }],
    ['bytes=x-y', { status: 200, text: ten }],
    ['lines=1-2', { status: 200, text: ten }],
  ] satisfies readonly (readonly [string, Expected])[]
).map(([range, expected]) => [range, (w) => w.get(`/v2/ranges/blobs/${tenDigest}`, { Range: range }), expected])

for (const where of ['memory', 'disk'] as const) {
  void t.test(where, async (t) => {
    const storage = storages(t).find(([name]) => name === where)?.[1]
    const { wire } = await registryFor(t, { storage })
    for (const tag of ['2', 'a', '1']) await wire.image('tags', tag)
    await wire.blob('ranges', ten)
    await wire.blob('referrers', '{}')
    await wire.manifest('referrers', 'r', referrer())
    for (const rows of [listings, referrers, uploads, manifests, ranges]) {
      for (const [name, ask, expected] of rows) await t.test(name, async (t) => check(t, await ask(wire), expected))
    }

    await t.test('Range: bytes=0-1,4-5 gets both, in one multipart reply', async (t) => {
      const reply = await wire.get(`/v2/ranges/blobs/${tenDigest}`, { Range: 'bytes=0-1,4-5' })
      const [, boundary] =
        /^multipart\/byteranges; boundary=([0-9a-f]{32})$/.exec(reply.headers['content-type'] ?? '') ?? []
      t.equal(reply.status, 206)
      t.equal(reply.headers['content-length'], String(reply.body.length))
      t.equal(
        reply.text,
        [
          `--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 0-1/10\r\n\r\n01`,
          `--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 4-5/10\r\n\r\n45`,
          `--${boundary}--\r\n`,
        ].join('\r\n'),
      )
    })

    await t.test('another upload goes on while one stands still', async (t) => {
      const path = await wire.session('up')
      const stalled = connect({ port: wire.port, host: '127.0.0.1' })
      t.teardown(() => stalled.destroy())
      stalled.write(`PATCH ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab`)
      t.equal(await wire.blob('up', 'meanwhile'), sha256('meanwhile'))
    })
  })
}

function check(t: Test, reply: RawReply, { status, code, headers = {}, text, atMost }: Expected): void {
  t.equal(reply.status, status, reply.text.slice(0, 200))
  if (code) t.equal(errorOf(reply).code, code)
  if (status >= 400) t.equal(reply.headers['content-type'], 'application/json')
  if (text !== undefined) t.equal(reply.text, text)
  if (atMost !== undefined) t.ok(reply.body.length <= atMost, `${reply.body.length} bytes`)
  for (const [name, value] of Object.entries(headers)) {
    if (value === '<session>') t.match(reply.headers[name], /^\/v2\/up\/blobs\/uploads\/[0-9a-f]{32}$/)
    else t.equal(reply.headers[name], value, name)
  }
}

// A session with three bytes in it.
async function begun(wire: Wire): Promise<string> {
  const reply = await wire.send('PATCH', await wire.session('up'), { body: 'abc' })
  return reply.headers['location'] as string
}

const mount = (wire: Wire, digest: string, from: string): Promise<RawReply> =>
  wire.send('POST', `/v2/mounted/blobs/uploads/?mount=${digest}&from=${from}`)

function sharedImage(more: Readonly<Record<string, unknown>> = {}): string {
  return imageManifest(descriptor(types.config, '{}'), [], more)
}

async function imageText(wire: Wire, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  await wire.blob('tags', '{}')
  return sharedImage(more)
}

function referrer(): string {
  return sharedImage({
    artifactType: 'application/vnd.example+json',
    subject: { mediaType: types.image, digest: absent, size: 10 },
    annotations: { key: 'value' },
  })
}

function referrerDigest(): string {
  return sha256(referrer())
}

function referrerIndex(): string {
  const { length } = referrer()
  return `{"schemaVersion":2,"mediaType":"${types.index}","manifests":[{"mediaType":"${types.image}","digest":"${referrerDigest()}","size":${length},"artifactType":"application/vnd.example+json","annotations":{"key":"value"}}]}`
}
