import { connect, type Socket } from 'node:net'
import t from 'tap'
import { errorOf, sha256 } from '../support/content.js'
import { parseReply } from '../support/raw.js'
import { registryFor, storages } from '../support/registries.js'

const digest = sha256('0123456789')

for (const where of ['memory', 'disk'] as const) {
  void t.test(where, async (t) => {
    const { wire } = await registryFor(t, { storage: storages(t).find(([name]) => name === where)?.[1] })

    await t.test('POST then PUT with the whole blob', async (t) => {
      const path = await wire.session('app')
      t.match(path, /^\/v2\/app\/blobs\/uploads\/[0-9a-f]{32}$/)
      const reply = await wire.send('PUT', `${path}?digest=${digest}`, { body: '0123456789' })
      t.equal(reply.status, 201)
      t.equal(reply.headers['location'], `/v2/app/blobs/${digest}`)
      t.equal(reply.headers['docker-content-digest'], digest)
      t.equal((await wire.get(`/v2/app/blobs/${digest}`)).text, '0123456789')
    })

    await t.test('chunks in order, the last with the PUT', async (t) => {
      const path = await wire.session('app')
      const chunk = (from: number, text: string, method = 'PATCH', query = ''): ReturnType<typeof wire.send> =>
        wire.send(method, path + query, {
          body: text,
          headers: { 'Content-Range': `${from}-${from + text.length - 1}` },
        })
      t.equal((await chunk(0, 'abc')).headers['range'], '0-2')
      t.equal((await chunk(3, 'def')).headers['range'], '0-5')
      const early = await chunk(9, 'jkl', 'PUT', `?digest=${sha256('abcdefghi')}`)
      t.equal(early.status, 416)
      t.equal(early.headers['range'], '0-5')
      t.equal(early.headers['location'], path)
      const status = await wire.get(path)
      t.equal(status.status, 204)
      t.equal(status.headers['range'], '0-5')
      t.equal(status.headers['docker-upload-uuid'], path.split('/').at(-1))
      t.equal((await chunk(6, 'ghi', 'PUT', `?digest=${sha256('abcdefghi')}`)).status, 201)
      t.equal((await wire.get(`/v2/app/blobs/${sha256('abcdefghi')}`)).text, 'abcdefghi')
      t.equal((await wire.get(path)).status, 404)
    })

    await t.test('a stream of chunked transfer encoding', async (t) => {
      const path = await wire.session('app')
      const headers = { 'Transfer-Encoding': 'chunked' }
      t.equal(
        (await wire.send('PATCH', path, { headers, body: '3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n' })).headers['range'],
        '0-6',
      )
      t.equal((await wire.send('PUT', `${path}?digest=${sha256('abcdefg')}`)).status, 201)
    })

    await t.test('a wrong digest ends the session and leaves nothing', async (t) => {
      const path = await wire.session('app')
      const wrong = sha256('never pushed')
      const reply = await wire.send('PUT', `${path}?digest=${wrong}`, { body: 'bytes' })
      t.equal(reply.status, 400)
      t.match(JSON.parse(reply.text), {
        errors: [{ code: 'DIGEST_INVALID', detail: { digest: wrong, actual: sha256('bytes') } }],
      })
      t.equal((await wire.get(`/v2/app/blobs/${wrong}`)).status, 404)
      t.equal((await wire.get(path)).status, 404)
    })

    await t.test(
      'a PUT without a digest, or with none that can be checked, leaves the session as it was',
      async (t) => {
        const path = await wire.session('app')
        await wire.send('PATCH', path, { body: '0123456789' })
        for (const query of [
          '',
          '?digest=',
          '?digest=sha256:abc',
          `?digest=md5:${'0'.repeat(32)}`,
          '?digest=SHA256:0',
        ]) {
          const reply = await wire.send('PUT', path + query, { body: 'more' })
          t.equal(reply.status, 400, query)
          t.equal(errorOf(reply).code, 'DIGEST_INVALID')
        }
        t.equal((await wire.send('PUT', `${path}?digest=${digest}`)).status, 201)
      },
    )

    await t.test('a session of another repository is unknown there', async (t) => {
      const path = await wire.session('one')
      const elsewhere = path.replace('/one/', '/two/')
      for (const [method, query] of [
        ['GET', ''],
        ['PATCH', ''],
        ['PUT', `?digest=${digest}`],
        ['DELETE', ''],
      ] as const) {
        const reply = await wire.send(method, elsewhere + query, method === 'GET' ? {} : { body: '0123456789' })
        t.equal(reply.status, 404, method)
        t.equal(errorOf(reply).code, 'BLOB_UPLOAD_UNKNOWN')
      }
      t.equal((await wire.get(path)).headers['range'], '0-0')
    })

    await t.test('a Content-Range that is none, or does not fit the body', async (t) => {
      const path = await wire.session('app')
      const patch = (range: string): ReturnType<typeof wire.send> =>
        wire.send('PATCH', path, { body: 'abc', headers: { 'Content-Range': range } })
      for (const range of ['bytes 0-2', '0-', '-2', '2-0', 'x', '0-2/3']) {
        const reply = await patch(range)
        t.equal(reply.status, 400, range)
        t.equal(errorOf(reply).code, 'BLOB_UPLOAD_INVALID')
      }
      const sized = await patch('0-5')
      t.equal(sized.status, 400)
      t.equal(errorOf(sized).code, 'SIZE_INVALID')
      t.equal((await patch('0-2')).status, 202)
    })

    await t.test('cancelled, a session is gone', async (t) => {
      const path = await wire.session('app')
      const reply = await wire.send('DELETE', path)
      t.equal(reply.status, 204)
      t.equal(reply.headers['content-length'], undefined)
      t.equal((await wire.send('DELETE', path)).status, 404)
      t.equal((await wire.send('PATCH', path, { body: 'x' })).status, 404)
    })

    await t.test('a truncated upload keeps what came, and goes on from there', async (t) => {
      const path = await wire.session('app')
      const socket = connect({ port: wire.port, host: '127.0.0.1' })
      socket.write(`PATCH ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234`)
      await untilBusy(path)
      socket.destroy()
      await untilIdle(path)
      t.equal((await wire.get(path)).headers['range'], '0-4')
      const resumed = await wire.send('PATCH', path, { body: '56789', headers: { 'Content-Range': '5-9' } })
      t.equal(resumed.headers['range'], '0-9')
      t.equal((await wire.send('PUT', `${path}?digest=${digest}`)).status, 201)
      t.equal((await wire.get(`/v2/app/blobs/${digest}`)).text, '0123456789')
    })

    await t.test('a second writer of a session is told to wait', async (t) => {
      const path = await wire.session('app')
      const socket = connect({ port: wire.port, host: '127.0.0.1' })
      t.teardown(() => socket.destroy())
      socket.write(`PATCH ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234`)
      await untilBusy(path)
      const reply = await wire.send('PATCH', path, { body: 'x' })
      t.equal(reply.status, 409)
      t.equal(errorOf(reply).code, 'BLOB_UPLOAD_INVALID')
      socket.write('56789')
      t.equal((await readReply(socket)).headers['range'], '0-9')
      t.equal((await wire.send('PUT', `${path}?digest=${digest}`)).status, 201)
    })

    await t.test('mounting: a wrong digest is refused, a wrong from is a session', async (t) => {
      const wrong = await wire.send('POST', '/v2/app/blobs/uploads/?mount=sha256:abc&from=app')
      t.equal(wrong.status, 400)
      t.equal(errorOf(wrong).code, 'DIGEST_INVALID')
      const from = await wire.send('POST', `/v2/new/blobs/uploads/?mount=${digest}&from=A/../B`)
      t.equal(from.status, 202)
      t.equal((await wire.send('POST', `/v2/app/blobs/uploads/?mount=${digest}&from=app`)).status, 201)
    })

    await t.test('digest-algorithm is taken at its word or refused', async (t) => {
      t.equal((await wire.send('POST', '/v2/app/blobs/uploads/?digest-algorithm=sha512')).status, 202)
      const reply = await wire.send('POST', '/v2/app/blobs/uploads/?digest-algorithm=md5')
      t.equal(reply.status, 400)
      t.equal(errorOf(reply).code, 'DIGEST_INVALID')
    })

    // A chunk for nowhere is refused in another way while somebody writes: that tells when a request has arrived.
    async function untilBusy(path: string): Promise<void> {
      while ((await wire.send('PATCH', path, { headers: { 'Content-Range': '900-900' }, body: 'x' })).status !== 409) {
        await new Promise(setImmediate)
      }
    }

    async function untilIdle(path: string): Promise<void> {
      while ((await wire.send('PATCH', path, { headers: { 'Content-Range': '900-900' }, body: 'x' })).status !== 416) {
        await new Promise(setImmediate)
      }
    }
  })
}

async function readReply(socket: Socket): Promise<ReturnType<typeof parseReply>> {
  const chunks: Buffer[] = []
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    if (chunk.includes('\r\n\r\n')) break
  }
  return parseReply(Buffer.concat(chunks), 'PATCH')
}
