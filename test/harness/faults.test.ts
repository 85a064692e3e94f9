import t from 'tap'
import type { FaultRule, Registry, RequestEvent, StartOptions } from 'start-registry'
import { parseReply } from '../support/raw.js'
import { registryFor, type Teardown } from '../support/registries.js'
import { head, hear, RawConnection } from '../support/heard.js'
import { errorOf, sha256 } from '../support/content.js'

const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))
const blobPath = `/v2/team/app/blobs/${sha256(content)}`
const getBlob = head('GET', blobPath)

for (const scheme of ['http', 'https'] as const) {
  const tls = scheme === 'https'
  /** A registry with the blob in it, and the events of what comes behind. */
  async function faulty(t: Teardown, rules: readonly (FaultRule | string)[], options: StartOptions = {}) {
    const { registry } = await registryFor(t, { tls, http: tls, ...options })
    await push(registry, content)
    for (const rule of rules) registry.faults.add(rule)
    const events: RequestEvent[] = []
    registry.onRequest((event) => void events.push(event))
    return { registry, events }
  }

  void t.test(`${scheme}: a status with its headers, twice, and then the blob over the same connection`, async (t) => {
    const { registry, events } = await faulty(t, ['GET blob: status 503 retry-after=1 header="X-Why: test" times=2'])
    const connection = new RawConnection(registry)
    connection.send(getBlob + getBlob)
    const replies = (await connection.untilText('a fault answers 503"}]}HTTP')).split(/(?=HTTP)/)
    const reply = parseReply(Buffer.from(replies[0] as string, 'latin1'), 'GET')
    t.equal(reply.status, 503)
    t.equal(reply.headers['retry-after'], '1')
    t.equal(reply.headers['x-why'], 'test')
    t.same(errorOf(reply), { code: 'UNAVAILABLE', message: 'a fault answers 503' })
    connection.close()
    const third = parseReply((await hear(registry, head('GET', blobPath, { Connection: 'close' }))).bytes, 'GET')
    t.equal(third.status, 200)
    t.same(third.body, content)
    t.equal(registry.faults.list()[0]?.hits, 2)
    t.same(
      events.map(({ status, faults, error }) => [status, faults, error]),
      [
        [503, ['#1 status 503 retry-after=1 header="X-Why: test"'], undefined],
        [503, ['#1 status 503 retry-after=1 header="X-Why: test"'], undefined],
        [200, [], undefined],
      ],
    )
  })

  for (const [fault, ended] of [
    ['reset', 'ECONNRESET'],
    ['end', 'end'],
  ] as const) {
    void t.test(`${scheme}: ${fault} before, during and behind a reply, to the byte`, async (t) => {
      for (const [at, expected] of [
        ['before', 0],
        ['unanswered', 0],
        ['during 0', 0],
        ['during 1', 1],
        ['during 400', 400],
        ['during', 500],
        ['after', 1000],
      ] as const) {
        const { registry } = await faulty(t, [`GET blob: ${fault} ${at}`])
        const heard = await hear(registry, getBlob)
        t.equal(heard.ended, ended, at)
        if (at === 'before' || at === 'unanswered') {
          t.equal(heard.bytes.length, 0, at)
        } else {
          const { status, headers, body } = parseReply(heard.bytes, 'GET')
          t.equal(status, 200)
          t.equal(headers['content-length'], '1000')
          t.same(body, content.subarray(0, expected), at)
        }
      }
    })
  }
}

async function push(registry: Registry, bytes: Buffer): Promise<void> {
  const path = `/v2/team/app/blobs/uploads/?digest=${sha256(bytes)}`
  const headers = { 'Content-Length': bytes.length, Connection: 'close' }
  const { bytes: reply } = await hear(registry, Buffer.concat([Buffer.from(head('POST', path, headers)), bytes]))
  if (parseReply(reply, 'POST').status !== 201) throw new Error(reply.toString())
}
