import t from 'tap'
import { sha256 } from '../support/content.js'
import { ask, blobPath, connectionTo, content, faulty, statusOf } from '../support/faulty.js'
import { head, hear } from '../support/heard.js'
import { parseReply } from '../support/raw.js'

const uploads = '/v2/team/app/blobs/uploads/'

for (const scheme of ['http', 'https'] as const) {
  const options = { tls: scheme === 'https' }

  for (const [fault, ended] of [
    ['reset', 'ECONNRESET'],
    ['end', 'end'],
  ] as const) {
    void t.test(`${scheme}: ${fault} before, during and behind a reply, to the byte`, async (t) => {
      for (const [at, expected] of [
        ['before', undefined],
        ['unanswered', undefined],
        ['during 0', 0],
        ['during 1', 1],
        ['during 400', 400],
        ['during', 500],
        ['during 1000', 1000],
        ['after', 1000],
      ] as const) {
        const { registry, events } = await faulty(t, [`GET blob: ${fault} ${at}`], options)
        const heard = await hear(registry, head('GET', blobPath))
        t.equal(heard.ended, ended, at)
        if (expected === undefined) {
          t.equal(heard.bytes.length, 0, at)
        } else {
          const { status, headers, body } = parseReply(heard.bytes, 'GET')
          t.match({ status, headers }, { status: 200, headers: { 'content-length': '1000' } })
          t.same(body, content.subarray(0, expected), at)
        }
        // What tells of it may come a turn later than the client's end of the connection.
        t.equal(await statusOf(registry, 'GET', '/v2/'), 200, 'others are served')
        const text = `#1 ${fault} ${at}${at === 'during' ? ' (500 bytes)' : ''}`
        t.match(events[0], {
          status: expected === undefined ? 0 : 200,
          aborted: true,
          faults: [text],
          error: undefined,
        })
      }
    })

    void t.test(`${scheme}: ${fault} in the body of a request, when so many bytes were read`, async (t) => {
      for (const bytes of [0, 1, 600, 1000]) {
        const { registry } = await faulty(t, [`PATCH: ${fault} request ${bytes}`], options)
        const session = (await ask(registry, 'POST', uploads)).headers['location'] as string
        const request = Buffer.concat([Buffer.from(head('PATCH', session, { 'Content-Length': 1000 })), content])
        t.equal((await hear(registry, request)).bytes.length, 0)
        const upload = await registry.store.upload(session.slice(uploads.length))
        t.equal(upload?.offset, bytes, 'what was read is kept')
        t.equal(registry.faults.list()[0]?.hits, 1)
      }
      const { registry } = await faulty(t, [`PATCH: ${fault} request 1001`], options)
      const session = (await ask(registry, 'POST', uploads)).headers['location'] as string
      t.equal((await ask(registry, 'PATCH', session, {}, content)).status, 202)
      t.equal(registry.faults.list()[0]?.hits, 0, 'a body that is too short is no chance')
    })
  }

  void t.test(`${scheme}: what came before a reset reaches a client that reads, however much it is`, async (t) => {
    const { registry } = await faulty(t, ['GET blob: reset during 8000000'], options)
    const bytes = Buffer.alloc(9_000_000, 'abcdefg')
    const digest = sha256(bytes)
    t.equal((await ask(registry, 'POST', `${uploads}?digest=${digest}`, {}, bytes)).status, 201)
    const heard = await hear(registry, head('GET', `/v2/team/app/blobs/${digest}`))
    t.equal(heard.ended, 'ECONNRESET')
    t.ok(parseReply(heard.bytes, 'GET').body.equals(bytes.subarray(0, 8_000_000)))
  })

  void t.test(`${scheme}: HEAD has no body to break, and headers to break behind`, async (t) => {
    const { registry } = await faulty(
      t,
      ['HEAD blob: reset during 1', 'HEAD blob: end after', 'HEAD blob nth=2: reset'],
      options,
    )
    const heard = await hear(registry, head('HEAD', blobPath))
    t.equal(heard.ended, 'end')
    t.match(parseReply(heard.bytes, 'HEAD'), { status: 200, headers: { 'content-length': '1000' } })
    t.same(await hear(registry, head('HEAD', blobPath)), { bytes: Buffer.alloc(0), ended: 'ECONNRESET' })
    t.same(
      registry.faults.list().map(({ hits }) => hits),
      [0, 1, 1],
    )
  })

  void t.test(`${scheme}: the next request on a connection that is reset is not carried out`, async (t) => {
    const { registry, events } = await faulty(t, ['GET blob: reset after'], options)
    const connection = connectionTo(t, registry)
    connection.send(head('GET', blobPath))
    const bytes = await connection.until(1000)
    t.match(String(bytes), /^HTTP\/1\.1 200 OK/)
    connection.send(head('DELETE', blobPath))
    t.equal((await connection.end()).ended, 'ECONNRESET')
    t.equal(await statusOf(registry, 'HEAD', blobPath), 200, 'the blob is there')
    t.notOk(events.some(({ method }) => method === 'DELETE'))
  })

  void t.test(
    `${scheme}: a connection goes on behind a refusal, and a client that asks first sends no body`,
    async (t) => {
      const { registry } = await faulty(t, ['POST times=2: status 503', 'PATCH: reset request 10'], options)
      const connection = connectionTo(t, registry)
      connection.send(head('POST', uploads, { 'Content-Length': 3 }) + 'abc' + head('GET', blobPath))
      t.match(await connection.untilText('HTTP/1.1 200 OK'), /^HTTP\/1\.1 503 .*HTTP\/1\.1 200 OK/s)
      const asking = connectionTo(t, registry)
      asking.send(head('POST', uploads, { 'Content-Length': 3, Expect: '100-continue' }))
      t.match(String((await asking.end()).bytes), /^HTTP\/1\.1 503 Service Unavailable\r\n/, 'no 100 before')
      const session = (await ask(registry, 'POST', uploads)).headers['location'] as string
      const going = connectionTo(t, registry)
      going.send(head('PATCH', session, { 'Content-Length': 1000, Expect: '100-continue' }))
      t.equal(await going.untilText('\r\n\r\n'), 'HTTP/1.1 100 Continue\r\n\r\n')
      going.send(content)
      t.equal((await going.end()).ended, 'ECONNRESET')
      t.equal((await registry.store.upload(session.slice(uploads.length)))?.offset, 10)
    },
  )

  void t.test(`${scheme}: a hung request stays so until the registry closes`, async (t) => {
    const { registry, events } = await faulty(t, ['GET blob: hang'], options)
    const hanging = hear(registry, head('GET', blobPath))
    t.equal(await statusOf(registry, 'HEAD', blobPath), 200)
    t.equal(events.length, 1)
    await registry.close()
    t.same(await hanging, { bytes: Buffer.alloc(0), ended: 'end' })
    t.match(events[1], { status: 0, aborted: true, faults: ['#1 hang'] })
  })
}

void t.test('nothing is left of faults when a registry has closed', async (t) => {
  const resources = (): string[] =>
    process.getActiveResourcesInfo().filter((name) => !['Immediate', 'PipeWrap', 'TTYWrap'].includes(name))
  const before = resources()
  for (let round = 0; round < 3; round++) {
    const { registry } = await faulty(
      t,
      [
        'HEAD: hang',
        'GET tags: latency 3600s',
        'GET blob nth=1: reset during 10',
        'GET blob nth=2: slow 1',
        'GET blob nth=3: redirect',
      ],
      { unref: false },
    )
    const pending = [hear(registry, head('HEAD', blobPath)), hear(registry, head('GET', '/v2/a/tags/list'))]
    t.equal((await hear(registry, head('GET', blobPath))).ended, 'ECONNRESET')
    const dripping = connectionTo(t, registry)
    dripping.send(head('GET', blobPath))
    await dripping.untilText('\r\n\r\n')
    t.equal(await statusOf(registry, 'GET', blobPath), 307)
    await registry.close()
    await Promise.all([...pending, dripping.end()])
  }
  await new Promise(setImmediate)
  t.same(resources(), before)
})
