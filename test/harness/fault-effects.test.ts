import { createHash } from 'node:crypto'
import t from 'tap'
import type { FaultRule } from 'start-registry'
import { descriptor, errorOf, imageManifest, sha256, types } from '../support/content.js'
import { ask, blobPath, connectionTo, content, faulty, statusOf } from '../support/faulty.js'
import { head } from '../support/heard.js'
import { parseReply } from '../support/raw.js'

const digest = sha256(content)

for (const scheme of ['http', 'https'] as const) {
  const options = { tls: scheme === 'https' }

  void t.test(
    `${scheme}: a status has the code that goes with it, or the rule's, and the headers that it is to have`,
    async (t) => {
      const { registry } = await faulty(
        t,
        [
          'nth=1: status 429',
          'nth=1: status 404 code=BLOB_UNKNOWN message="gone for good"',
          'nth=1: status 418 header="Content-Type: text/plain"',
        ],
        options,
      )
      t.same(errorOf(await ask(registry, 'GET', blobPath)), { code: 'TOOMANYREQUESTS', message: 'a fault answers 429' })
      t.same(errorOf(await ask(registry, 'GET', blobPath)), { code: 'BLOB_UNKNOWN', message: 'gone for good' })
      const third = await ask(registry, 'GET', blobPath)
      t.match(third, { status: 418, headers: { 'content-type': 'text/plain' } })
      t.same(errorOf(third).code, 'UNKNOWN')
    },
  )

  void t.test(`${scheme}: Retry-After in seconds and as a date, and the limits of Docker Hub`, async (t) => {
    const { registry } = await faulty(
      t,
      ['manifest: rate-limit limit=10 window=60 retry-after=7', 'blob: status 503 retry-after=date:90'],
      options,
    )
    const limited = await ask(registry, 'GET', '/v2/team/app/manifests/1')
    t.match(limited, {
      status: 429,
      headers: { 'ratelimit-limit': '10;w=60', 'ratelimit-remaining': '0;w=60', 'retry-after': '7' },
    })
    t.same(errorOf(limited), {
      code: 'TOOMANYREQUESTS',
      message: 'more than 10 requests in 60 seconds: try again later',
    })
    const before = Date.now()
    const { 'retry-after': date = '' } = (await ask(registry, 'GET', blobPath)).headers
    t.match(date, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
    const seconds = (Date.parse(date) - before) / 1000
    t.ok(seconds >= 90 && seconds < 100, `${seconds} s`)
  })

  void t.test(`${scheme}: latency with a jitter that follows from the seed`, async (t) => {
    const rule: FaultRule = { route: 'blob', fault: 'latency', ms: 30, jitter: 20, seed: 5 }
    const said: unknown[] = []
    for (let round = 0; round < 2; round++) {
      const { registry, events } = await faulty(t, [rule], options)
      t.same((await ask(registry, 'GET', blobPath)).body, content)
      t.equal(await statusOf(registry, 'HEAD', blobPath), 200)
      for (const { ms, faults } of events) {
        const wait = Number(/\((\d+) ms\)$/.exec(faults[0] as string)?.[1])
        t.ok(wait >= 30 && wait <= 50, `${wait} ms`)
        // Timers of node may be early by less than a millisecond.
        t.ok(ms >= wait - 2, `${ms} of ${wait} ms`)
      }
      said.push(events.map(({ faults }) => faults))
    }
    t.same(said[0], said[1])
    t.not(JSON.stringify((said[0] as unknown[])[0]), JSON.stringify((said[0] as unknown[])[1]))
  })

  void t.test(`${scheme}: a body that drips out, and one that is read slowly`, async (t) => {
    const { registry, events } = await faulty(t, ['GET blob: slow 5kB/s', 'PATCH: slow 5kB/s request'], options)
    const connection = connectionTo(t, registry)
    connection.send(head('GET', blobPath, { Connection: 'close' }))
    const first = parseReply(Buffer.from(await connection.untilText('\r\n\r\n'), 'latin1'), 'GET')
    t.ok(first.body.length < 1000, `${first.body.length} bytes at first`)
    t.same(parseReply((await connection.end()).bytes, 'GET').body, content)
    const session = (await ask(registry, 'POST', '/v2/team/app/blobs/uploads/')).headers['location'] as string
    t.match(await ask(registry, 'PATCH', session, {}, content), { status: 202, headers: { range: '0-999' } })
    t.equal((await ask(registry, 'PUT', `${session}?digest=${digest}`)).status, 201, 'the bytes are whole')
    const [get, , patch] = events
    t.ok((get?.ms ?? 0) >= 145, `${get?.ms} ms`)
    t.ok((patch?.ms ?? 0) >= 145, `${patch?.ms} ms`)
    t.match([get?.faults, patch?.faults], [['#1 slow 5000'], ['#2 slow 5000 request']])
  })

  void t.test(`${scheme}: one byte is flipped, the same for a seed, and what is kept stays whole`, async (t) => {
    const offsets: number[] = []
    for (const seed of [1, 1, 2]) {
      const { registry, events } = await faulty(t, [`blob nth=1 seed=${seed}: corrupt`], options)
      t.equal(await statusOf(registry, 'HEAD', blobPath), 200)
      const { body, headers } = await ask(registry, 'GET', blobPath)
      t.match(headers, { 'content-length': '1000', 'docker-content-digest': digest })
      const wrong = [...body.entries()].filter(([index, byte]) => byte !== content[index])
      t.equal(wrong.length, 1)
      const [[offset, byte]] = wrong as [[number, number]]
      t.equal(byte, (content[offset] as number) ^ 0xff)
      t.same(events.at(-1)?.faults, [`#1 corrupt (byte ${offset})`])
      offsets.push(offset)
      t.same((await ask(registry, 'GET', blobPath)).body, content)
    }
    t.equal(offsets[0], offsets[1])
    t.not(offsets[0], offsets[2])
    const { registry } = await faulty(t, ['blob: corrupt 2', 'blob: corrupt 1000'], options)
    const part = await ask(registry, 'GET', blobPath, { Range: 'bytes=100-109' })
    t.match(part, { status: 206, headers: { 'content-range': 'bytes 100-109/1000' } })
    t.same([...part.body], [100, 101, 102 ^ 0xff, 103, 104, 105, 106, 107, 108, 109], 'counted in what is sent')
    await ask(registry, 'GET', blobPath)
    t.equal(registry.faults.list()[1]?.hits, 0, 'a body that is too short is no chance')
  })

  void t.test(`${scheme}: headers that tell another digest and another length`, async (t) => {
    const { registry } = await faulty(
      t,
      ['blob nth=1,2: digest-header', 'blob nth=3: digest-header sha256:12'],
      options,
    )
    const other = `sha256:${createHash('sha256').update(digest).digest('hex')}`
    for (const [method, expected] of [
      ['HEAD', other],
      ['GET', other],
      ['GET', 'sha256:12'],
      ['GET', digest],
    ] as const) {
      t.equal((await ask(registry, method, blobPath)).headers['docker-content-digest'], expected)
    }
    registry.faults.clear()
    registry.faults.add('blob: length-header -1')
    t.equal((await ask(registry, 'HEAD', blobPath)).headers['content-length'], '999')
    const { headers, body } = await ask(registry, 'GET', blobPath)
    t.equal(headers['content-length'], '999')
    t.same(body, content, 'the last byte stands where the next reply begins')
    registry.faults.clear()
    registry.faults.add('blob: length-header 1')
    const connection = connectionTo(t, registry)
    connection.send(head('GET', blobPath))
    const came = parseReply(
      await connection.until((await connection.untilText('\r\n\r\n')).indexOf('\r\n\r\n') + 4 + 1000),
      'GET',
    )
    t.equal(came.headers['content-length'], '1001')
    t.same(came.body, content)
    t.equal(await statusOf(registry, 'GET', '/v2/'), 200)
    await registry.close()
    t.equal((await connection.end()).ended, 'end', 'the client waits until the connection ends')
  })

  void t.test(
    `${scheme}: content is elsewhere: on a second port, by a signed URL, until the registry closes`,
    async (t) => {
      const accounts = [{ username: 'alice', password: 'secret' }]
      const login = { Authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}` }
      const { registry, events } = await faulty(t, ['blob: redirect'], { ...options, accounts })
      t.equal((await ask(registry, 'GET', blobPath)).status, 401, 'nobody is shown the way who may not go it')
      t.equal((await ask(registry, 'GET', `/v2/team/app/blobs/${sha256('none')}`, login)).status, 404)
      const reply = await ask(registry, 'GET', blobPath, { ...login, Host: `localhost:${registry.port}` })
      t.match(reply, { status: 307, headers: { 'content-length': '0' } })
      const url = new URL(reply.headers['location'] as string)
      t.match(url, {
        protocol: `${scheme}:`,
        hostname: 'localhost',
        pathname: blobPath,
        search: /^\?signature=[0-9a-f]{64}$/,
      })
      t.not(Number(url.port), registry.port)
      const second = { port: Number(url.port), caFile: registry.caFile } as typeof registry
      const found = await ask(second, 'GET', url.pathname + url.search)
      t.equal(found.status, 200)
      t.same(found.body, content)
      t.equal((await ask(second, 'HEAD', url.pathname + url.search)).status, 200)
      t.same((await ask(second, 'GET', url.pathname + url.search, { Range: 'bytes=1-2' })).body, content.subarray(1, 3))
      for (const target of [
        blobPath,
        `${blobPath}?signature=${'0'.repeat(64)}`,
        `/v2/team/app/tags/list${url.search}`,
      ]) {
        t.equal((await ask(second, 'GET', target)).status, 403)
      }
      t.equal((await ask(second, 'DELETE', url.pathname + url.search)).status, 403)
      t.match(events.at(3), { status: 200, method: 'GET', bytes: 1000 }, 'the journal has what was asked there')
      t.equal(
        (await ask(registry, 'HEAD', blobPath, login)).headers['location'],
        reply.headers['location']?.replace('localhost', 'registry.test'),
      )
      await registry.close()
      t.equal(await statusOf({ ...second, caFile: undefined }, 'GET', blobPath), 'ECONNREFUSED')
    },
  )
}

void t.test('a redirect to a URL that is given, with its status', async (t) => {
  const { registry } = await faulty(t, ['POST: redirect http://127.0.0.1:9/x status=301'])
  t.match(await ask(registry, 'POST', '/v2/a/blobs/uploads/'), {
    status: 301,
    headers: { location: 'http://127.0.0.1:9/x', 'content-length': '0' },
  })
})

void t.test('there is no referrers API, as in a registry without it', async (t) => {
  const subject = descriptor(types.image, 'subject')
  const text = imageManifest(descriptor(types.empty, content), [], { subject })
  const referrers = `/v2/team/app/referrers/${subject.digest}`
  const push = ['PUT', '/v2/team/app/manifests/1', { 'Content-Type': types.image }, text] as const
  const { registry: without } = await faulty(t, [], { referrers: false })
  const { registry } = await faulty(t, ['no-referrers'])
  for (const each of [without, registry]) {
    const pushed = await ask(each, ...push)
    t.equal(pushed.status, 201)
    t.notOk('oci-subject' in pushed.headers)
  }
  const { date: _, ...expected } = (await ask(without, 'GET', referrers)).headers
  const { status, headers, text: body } = await ask(registry, 'GET', referrers)
  t.equal(status, 404)
  t.match(headers, expected)
  t.equal(body, (await ask(without, 'GET', referrers)).text)
  registry.faults.clear()
  t.equal((await ask(registry, ...push)).headers['oci-subject'], subject.digest)
  t.equal((await ask(registry, 'GET', referrers)).status, 200)
})
