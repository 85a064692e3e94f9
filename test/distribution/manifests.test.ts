import t from 'tap'
import { descriptor, errorOf, imageManifest, sha256, types, type Wire } from '../support/content.js'
import { registryFor, storages } from '../support/registries.js'

const absent = `sha256:${'a'.repeat(64)}`

// An image whose blobs are there, different for each text.
async function image(wire: Wire, text: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  await wire.blob('app', text)
  return imageManifest(descriptor(types.config, text), [descriptor(types.layer, text)], more)
}

for (const where of ['memory', 'disk'] as const) {
  void t.test(where, async (t) => {
    const { registry, wire } = await registryFor(t, { storage: storages(t).find(([name]) => name === where)?.[1] })

    await t.test('HEAD has the headers of GET and no body', async (t) => {
      const digest = await wire.image('app', 'head')
      for (const reference of ['head', digest]) {
        const [get, head] = [
          await wire.get(`/v2/app/manifests/${reference}`),
          await wire.send('HEAD', `/v2/app/manifests/${reference}`),
        ]
        for (const name of ['content-type', 'content-length', 'docker-content-digest', 'etag']) {
          t.ok(head.headers[name], name)
          t.equal(head.headers[name], get.headers[name], name)
        }
        t.equal(head.body.length, 0)
        t.equal(get.headers['docker-content-digest'], digest)
        t.equal(get.headers['docker-distribution-api-version'], 'registry/2.0')
      }
      const missing = await wire.send('HEAD', '/v2/app/manifests/none')
      t.equal(missing.status, 404)
      t.equal(missing.body.length, 0)
    })

    await t.test('bytes are served as they came: order, spaces, duplicate keys, large numbers', async (t) => {
      const text = (await image(wire, 'odd')).replace(
        '{',
        '{ "z" : 1e400, "z":12345678901234567890123,\n\t"schemaVersion": 1, ',
      )
      t.equal((await wire.manifest('app', 'odd', text)).status, 201)
      const reply = await wire.get('/v2/app/manifests/odd')
      t.equal(reply.text, text)
      t.equal(reply.headers['docker-content-digest'], sha256(text))
    })

    await t.test('If-None-Match answers 304 for the same content alone', async (t) => {
      const digest = await wire.image('app', 'cached')
      for (const tag of [`"${digest}"`, `W/"${digest}"`, `"other", "${digest}"`, '*']) {
        const reply = await wire.get('/v2/app/manifests/cached', { 'If-None-Match': tag })
        t.equal(reply.status, 304, tag)
        t.equal(reply.body.length, 0)
        t.equal(reply.headers['etag'], `"${digest}"`)
      }
      t.equal((await wire.get('/v2/app/manifests/cached', { 'If-None-Match': `"${absent}"` })).status, 200)
    })

    await t.test('If-Match and If-None-Match guard a tag', async (t) => {
      const [one, two] = [await image(wire, 'guard 1'), await image(wire, 'guard 2')]
      const put = (text: string, headers: Record<string, string>): ReturnType<Wire['manifest']> =>
        wire.manifest('app', 'guarded', text, headers)
      t.equal((await put(one, { 'If-Match': `"${absent}"` })).status, 412)
      t.equal((await put(one, { 'If-None-Match': '*' })).status, 201)
      const again = await put(two, { 'If-None-Match': '*' })
      t.equal(again.status, 412)
      t.equal(errorOf(again).code, 'PRECONDITION_FAILED')
      t.equal(again.headers['etag'], `"${sha256(one)}"`)
      t.equal((await put(two, { 'If-Match': `"${sha256(one)}"` })).status, 201)
      t.equal((await put(one, { 'If-Match': `"${sha256(one)}"` })).status, 412)
      t.equal((await wire.get('/v2/app/manifests/guarded')).text, two)
      const kept = await wire.send('DELETE', '/v2/app/manifests/guarded', {
        headers: { 'If-Match': `"${sha256(one)}"` },
      })
      t.equal(kept.status, 412)
      const deleted = await wire.send('DELETE', '/v2/app/manifests/guarded', {
        headers: { 'If-Match': `"${sha256(two)}"` },
      })
      t.equal(deleted.status, 202)
    })

    await t.test('of writers that read the same tag, one wins and the others know', async (t) => {
      const texts = await Promise.all(Array.from({ length: 12 }, (_, n) => image(wire, `race ${n}`)))
      const replies = await Promise.all(
        texts.map((text) => wire.manifest('app', 'race', text, { 'If-None-Match': '*' })),
      )
      const statuses = replies.map(({ status }) => status).toSorted((a, b) => a - b)
      t.same(statuses, [201, ...Array.from({ length: 11 }, () => 412)])
    })

    await t.test('one PUT by digest sets several tags', async (t) => {
      const text = await image(wire, 'tags')
      const reply = await wire.manifest('app', `${sha256(text)}?tag=one&tag=two&tag=one`, text)
      t.equal(reply.status, 201)
      t.equal(reply.headers['oci-tag'], 'one\ntwo')
      for (const tag of ['one', 'two']) t.equal((await wire.get(`/v2/app/manifests/${tag}`)).text, text)
      const wrong = await wire.manifest('app', `${sha256(text)}?tag=ok&tag=-no`, text)
      t.equal(wrong.status, 400)
      t.equal(errorOf(wrong).code, 'TAG_INVALID')
      t.equal((await wire.get('/v2/app/manifests/ok')).status, 404)
    })

    await t.test('deleting a tag, a manifest, and what is not there', async (t) => {
      const digest = await wire.image('gone', 'a')
      await wire.manifest('gone', 'b', (await wire.get('/v2/gone/manifests/a')).text)
      t.equal((await wire.send('DELETE', '/v2/gone/manifests/a')).status, 202)
      t.equal((await wire.send('DELETE', '/v2/gone/manifests/a')).status, 404)
      t.equal((await wire.get('/v2/gone/manifests/b')).status, 200)
      t.equal((await wire.send('DELETE', `/v2/gone/manifests/${digest}`)).status, 202)
      t.equal((await wire.get('/v2/gone/manifests/b')).status, 404)
      t.equal((await wire.get('/v2/gone/tags/list')).text, '{"name":"gone","tags":[]}')
      t.equal((await wire.send('DELETE', `/v2/gone/manifests/${digest}`)).status, 404)
    })

    await t.test('what is no manifest', async (t) => {
      const config = descriptor(types.config, 'x')
      const rows: readonly (readonly [text: string | Buffer, message: RegExp])[] = [
        ['', /not JSON/],
        ['not json', /not JSON/],
        [Buffer.from([0xff, 0xfe, 0x7b]), /not JSON in UTF-8/],
        ['\uFEFF{}', /not JSON/],
        ['[]', /not a JSON object/],
        ['null', /not a JSON object/],
        ['{}', /schemaVersion must be 2/],
        ['{"schemaVersion":2}', /config must be a descriptor/],
        [JSON.stringify({ schemaVersion: 2, config, layers: {} }), /layers must be an array/],
        [
          JSON.stringify({ schemaVersion: 2, config: { ...config, digest: 'sha256:../../x' }, layers: [] }),
          /config\.digest/,
        ],
        [
          JSON.stringify({ schemaVersion: 2, config: { ...config, digest: 'sha256:ABC' }, layers: [] }),
          /config\.digest/,
        ],
        [JSON.stringify({ schemaVersion: 2, config: { ...config, size: -1 }, layers: [] }), /config\.size/],
        [JSON.stringify({ schemaVersion: 2, config, layers: [], subject: {} }), /subject\.mediaType/],
        [JSON.stringify({ schemaVersion: 2, config, layers: [], annotations: { a: 1 } }), /annotations/],
        [JSON.stringify({ schemaVersion: 2, config, layers: [], mediaType: types.index }), /mediaType/],
        [JSON.stringify({ schemaVersion: 2, config, layers: [], mediaType: 7 }), /mediaType must be a string/],
      ]
      for (const [text, message] of rows) {
        const reply = await wire.send('PUT', '/v2/bad/manifests/1', {
          body: text,
          headers: { 'Content-Type': types.image },
        })
        t.equal(reply.status, 400, String(text))
        t.equal(errorOf(reply).code, 'MANIFEST_INVALID')
        t.match(errorOf(reply).message, message)
      }
      t.equal((await wire.get('/v2/bad/tags/list')).status, 404)
    })

    await t.test('what is missing is named, and nothing is kept', async (t) => {
      const text = imageManifest(descriptor(types.config, 'nowhere'), [descriptor(types.layer, 'neither')])
      const reply = await wire.manifest('strict', '1', text)
      t.equal(reply.status, 400)
      t.match(JSON.parse(reply.text), {
        errors: [{ code: 'MANIFEST_BLOB_UNKNOWN', detail: { missing: [sha256('nowhere'), sha256('neither')] } }],
      })
      const index = JSON.stringify({
        schemaVersion: 2,
        mediaType: types.index,
        manifests: [descriptor(types.image, text)],
      })
      const child = await wire.manifest('strict', '1', index, { 'Content-Type': types.index })
      t.equal(errorOf(child).code, 'MANIFEST_BLOB_UNKNOWN')
      t.equal((await wire.get('/v2/strict/tags/list')).status, 404)
      t.equal((await wire.get(`/v2/strict/manifests/${sha256(text)}`)).status, 404)
    })

    await t.test('absent subjects and layers from elsewhere are fine', async (t) => {
      await wire.blob('foreign', '{}')
      const layers = [
        'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
        'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      ].map((type) => descriptor(type, type))
      const subject = { mediaType: types.image, digest: absent, size: 3 }
      const text = imageManifest(descriptor(types.config, '{}'), layers, { subject })
      const reply = await wire.manifest('foreign', '1', text)
      t.equal(reply.status, 201)
      t.equal(reply.headers['oci-subject'], absent)
    })

    await t.test('an index, a nested index, and Docker schema 2', async (t) => {
      const digest = await wire.image('nested', 'child')
      const child = (await wire.get('/v2/nested/manifests/child')).text
      const index = JSON.stringify({
        schemaVersion: 2,
        mediaType: types.index,
        manifests: [descriptor(types.image, child)],
      })
      t.equal((await wire.manifest('nested', 'index', index, { 'Content-Type': types.index })).status, 201)
      const outer = JSON.stringify({
        schemaVersion: 2,
        mediaType: types.index,
        manifests: [descriptor(types.index, index)],
      })
      t.equal((await wire.manifest('nested', 'outer', outer, { 'Content-Type': types.index })).status, 201)
      const docker = child.replace(types.image, types.docker)
      t.equal((await wire.manifest('nested', 'docker', docker, { 'Content-Type': types.docker })).status, 201)
      t.equal((await wire.get('/v2/nested/manifests/docker')).headers['content-type'], types.docker)
      t.equal((await wire.get(`/v2/nested/manifests/${digest}`)).text, child)
    })

    await t.test('null is what was not given', async (t) => {
      await wire.blob('nulls', '{}')
      const config = descriptor(types.config, '{}')
      const text = JSON.stringify({
        schemaVersion: 2,
        mediaType: null,
        artifactType: null,
        config,
        layers: null,
        subject: null,
        annotations: null,
      })
      t.equal((await wire.manifest('nulls', 'image', text)).status, 201)
      const index = '{"schemaVersion":2,"manifests":null}'
      t.equal((await wire.manifest('nulls', 'index', index, { 'Content-Type': types.index })).status, 201)
    })

    await t.test("an index of layers, as BuildKit's cache is", async (t) => {
      await wire.blob('cache', 'layer')
      const index = JSON.stringify({ schemaVersion: 2, manifests: [descriptor(types.layer, 'layer')] })
      t.equal((await wire.manifest('cache', 'latest', index, { 'Content-Type': types.index })).status, 201)
    })

    await t.test('a media type that no header can carry is refused', async (t) => {
      for (const type of ['日本/x', 'a/b\r\nX: 1', 'no slash', 'a/b c']) {
        const reply = await wire.send('PUT', '/v2/bad/manifests/1', { body: JSON.stringify({ mediaType: type }) })
        t.equal(reply.status, 400, type)
        t.equal(errorOf(reply).code, 'MANIFEST_INVALID')
      }
    })

    await t.test('what any manifest names is kept from collection', async (t) => {
      const blob = await wire.blob('oras', 'artifact')
      const type = 'application/vnd.oci.artifact.manifest.v1+json'
      const text = JSON.stringify({ mediaType: type, blobs: [descriptor('a/b', 'artifact')] })
      t.equal((await wire.manifest('oras', '1', text, { 'Content-Type': type })).status, 201)
      await registry.store.collect({ at: Date.now() + 1000, grace: 0 })
      t.equal((await wire.get(`/v2/oras/blobs/${blob}`)).text, 'artifact')
    })

    await t.test('any other media type is any JSON object', async (t) => {
      const type = 'application/vnd.example.thing.v7+json'
      const reply = await wire.manifest('any', '1', '{"layers":"not descriptors"}', {
        'Content-Type': `${type}; charset=utf-8`,
      })
      t.equal(reply.status, 201)
      t.equal((await wire.get('/v2/any/manifests/1')).headers['content-type'], type)
    })
  })
}

void t.test('a sparse registry takes what a strict one refuses', async (t) => {
  const { wire } = await registryFor(t, { sparse: true })
  const text = imageManifest(descriptor(types.config, 'nowhere'), [descriptor(types.layer, 'neither')])
  t.equal((await wire.manifest('sparse', '1', text)).status, 201)
  t.equal((await wire.get('/v2/sparse/manifests/1')).text, text)
})
