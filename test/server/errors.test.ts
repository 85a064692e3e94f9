import t from 'tap'
import { RegistryError } from '../../src/protocol/errors.js'
import { errorOf } from '../support/content.js'
import { registryFor } from '../support/registries.js'

void t.test('every refusal is a JSON error of at most 1 KiB', async (t) => {
  const { wire } = await registryFor(t)
  const long = 'x'.repeat(7000)
  const digest = `sha256:${'0'.repeat(64)}`
  for (const [method, target, status, code] of [
    ['GET', '/v1/search', 404, 'NOT_FOUND'],
    ['GET', `/${long}`, 404, 'NOT_FOUND'],
    ['GET', `/v2/${long}/tags/list`, 400, 'NAME_INVALID'],
    ['GET', `/v2/app/tags/list?n=${long}`, 400, 'PAGINATION_NUMBER_INVALID'],
    ['PUT', `/v2/app/manifests/${long}`, 400, 'TAG_INVALID'],
    ['GET', `/v2/app/manifests/${long}`, 404, 'MANIFEST_UNKNOWN'],
    ['GET', `/v2/app/blobs/${long}`, 400, 'DIGEST_INVALID'],
    ['GET', `/v2/app/blobs/sha256:${long}`, 400, 'DIGEST_INVALID'],
    ['GET', `/v2/app/blobs/uploads/${long}`, 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['GET', `/v2/app/blobs/${digest}`, 404, 'BLOB_UNKNOWN'],
    ['DELETE', `/v2/app/blobs/${digest}`, 404, 'BLOB_UNKNOWN'],
    ['PUT', `/v2/app/manifests/${digest}?tag=${long}`, 400, 'TAG_INVALID'],
    ['POST', '/v2/', 405, 'UNSUPPORTED'],
    ['PATCH', '/v2/app/tags/list', 405, 'UNSUPPORTED'],
    ['GET', '/v2/app/blobs/uploads/', 405, 'UNSUPPORTED'],
  ] as const) {
    const reply = await wire.send(method, target)
    t.equal(reply.status, status, `${method} ${target.slice(0, 60)}`)
    t.equal(reply.headers['content-type'], 'application/json')
    t.ok(reply.body.length <= 1024, `${reply.body.length} bytes`)
    const { code: given, message } = errorOf(reply)
    t.equal(given, code)
    t.ok(message.length > 10, message)
  }
})

void t.test('a wrong method is told the right ones', async (t) => {
  const { wire } = await registryFor(t)
  t.equal((await wire.send('PUT', '/v2/app/tags/list')).headers['allow'], 'GET, HEAD')
  t.equal((await wire.send('OPTIONS', '/v2/app/manifests/1')).headers['allow'], 'GET, HEAD, PUT, DELETE')
  t.equal((await wire.send('GET', '/v2/app/blobs/uploads/')).headers['allow'], 'POST')
})

void t.test('a failure inside is a 500 that tells the client nothing, and the log everything', async (t) => {
  const failure = new Error('the secret path /srv/registry is broken')
  const { memoryStore } = await import('../../src/store/memory/store.js')
  const errors: unknown[] = []
  const { registry, wire } = await registryFor(t, {
    storage: {
      ...memoryStore(),
      tags() {
        throw failure
      },
    },
  })
  const told = new Promise<void>((resolve) => {
    registry.onRequest(({ error }) => {
      errors.push(error)
      resolve()
    })
  })
  const reply = await wire.get('/v2/app/tags/list')
  await told
  t.equal(reply.status, 500)
  t.same(errorOf(reply), { code: 'UNKNOWN', message: 'the registry failed; its log says why' })
  t.same(errors, [failure])
})

void t.test('an error has the status of its code unless it says otherwise', async (t) => {
  t.equal(new RegistryError('BLOB_UNKNOWN').status, 404)
  t.equal(new RegistryError('SIZE_INVALID', 'too large', { status: 413 }).status, 413)
  t.equal(new RegistryError('DENIED').message, 'requested access to the resource is denied')
})
