import t from 'tap'
import { descriptor, imageManifest, sha256, types } from '../support/content.js'
import { envelope, headersOf, quayFor, unauthorized, versions } from '../support/quay-wire.js'
import { storages } from '../support/registries.js'

// quay.md §1.5, §2, §7.7 to §7.14 and the manifest samples of §7b.

const html = (text: string): boolean => /<title>404 Not Found<\/title>/.test(text)

for (const version of versions) {
  for (const [name, storage] of storages(t)) {
    void t.test(`a manifest goes and comes as it is, ${version}, ${name}`, async (t) => {
      const config = { SERVER_HOSTNAME: 'quay.localdomain', PREFERRED_URL_SCHEME: 'https' }
      const { wire } = await quayFor(t, { version, storage, config })
      const alice = await wire.pushing()
      // White space and the order of members are the client's.
      const text = (await alice.imageText('ns/repo', 'layer')).replace('{', '{ ')
      const digest = sha256(text)
      const put = await alice.manifest('ns/repo', '0.0.4', text)
      t.equal(put.status, 201)
      t.same(headersOf(put), {
        'content-type': 'text/html; charset=utf-8',
        'content-length': '2',
        'docker-content-digest': digest,
        location: `/v2/ns/repo/manifests/${digest}`,
      })
      t.equal(put.text, 'OK')
      for (const reference of ['0.0.4', digest]) {
        for (const method of ['GET', 'HEAD']) {
          const target = `/v2/ns/repo/manifests/${reference}`
          const reply = await alice.send(method, target, { headers: { Accept: types.image } })
          t.equal(reply.status, 200, `${method} ${reference}`)
          t.same(headersOf(reply), {
            'content-type': types.image,
            'content-length': String(text.length),
            'docker-content-digest': digest,
          })
          t.equal(reply.text, method === 'GET' ? text : '')
        }
      }
      const nope = await alice.get('/v2/ns/repo/manifests/nope', { Accept: types.image })
      t.equal(nope.status, 404)
      t.equal(nope.text, '{"errors":[{"code":"MANIFEST_UNKNOWN","detail":{},"message":"manifest unknown"}]}\n')
      await alice.image('ns/repo', 'deleted')
      const gone = await alice.image('ns/repo', 'deleted', 'other')
      t.equal((await alice.send('DELETE', `/v2/ns/repo/manifests/${gone}`)).status, 202)
      const deleted = await alice.get('/v2/ns/repo/manifests/deleted', { Accept: types.image })
      t.equal(deleted.status, 404)
      t.equal(
        deleted.text,
        '{"errors":[{"code":"TAG_EXPIRED","detail":{},"message":"Tag deleted was deleted or has expired. To pull, revive via time machine"}]}\n',
      )
      t.equal((await alice.send('HEAD', '/v2/ns/repo/manifests/deleted')).status, 404)
    })
  }
}

void t.test('what no route takes is HTML, whoever asks', async (t) => {
  for (const version of versions) {
    const { wire } = await quayFor(t, { version })
    const bad = ['-bad', '.bad', 'x'.repeat(129), 'sha256:abc', `md5:${'0'.repeat(32)}`]
    for (const reference of bad) {
      const reply = await wire.get(`/v2/ns/repo/manifests/${reference}`)
      t.equal(reply.status, 404, reference)
      t.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
      t.ok(html(reply.text))
      t.equal((await wire.manifest('ns/repo', reference, '{}')).status, 404)
    }
    t.ok(html((await wire.get('/v2/nothing')).text))
    const deleted = await wire.send('DELETE', '/v2/ns/repo/manifests/latest')
    t.equal(deleted.status, 405, `${version}: no tag is deleted here`)
    t.match(deleted.text, /<title>405 Method Not Allowed<\/title>/)
  }
})

void t.test('by tag, a manifest is served in the types that Accept names, and in no other', async (t) => {
  const { wire } = await quayFor(t)
  const alice = await wire.pushing()
  const digest = await alice.image('ns/repo', '1')
  const status = async (Accept: string | undefined, reference: string): Promise<number> =>
    (await alice.get(`/v2/ns/repo/manifests/${reference}`, Accept === undefined ? {} : { Accept })).status
  for (const [accept, byTag] of [
    [types.image, 200],
    [`${types.docker}, ${types.image}`, 200],
    [`${types.image};q=0.5`, 200],
    [undefined, 404],
    ['*/*', 404],
    ['application/json', 404],
    [types.docker, 404],
    ['application/vnd.docker.distribution.manifest.v1+json', 404],
  ] as const) {
    t.equal(await status(accept, '1'), byTag, `${accept}`)
    t.equal(await status(accept, digest), 200, `${accept} by digest`)
  }
  const refused = await alice.get('/v2/ns/repo/manifests/1')
  t.equal(refused.text, envelope('MANIFEST_UNKNOWN', 'manifest unknown'))
})

void t.test('an index becomes its linux/amd64 child for those who do not know indexes', async (t) => {
  const { wire } = await quayFor(t)
  const alice = await wire.pushing()
  const texts = [await alice.imageText('ns/repo', 'arm'), await alice.imageText('ns/repo', 'amd')]
  for (const text of texts) await alice.manifest('ns/repo', sha256(text), text)
  const [arm, amd] = texts.map((text) => ({ digest: sha256(text), size: text.length }))
  if (!arm || !amd) throw new Error('two images')
  const children = [
    { ...arm, platform: { os: 'linux', architecture: 'arm64' } },
    { ...amd, platform: { os: 'linux', architecture: 'amd64' } },
  ]
  const index = await alice.index('ns/repo', 'many', children)
  await alice.index('ns/repo', 'arm', children.slice(0, 1))
  const get = async (tag: string, Accept: string): Promise<string | undefined> => {
    const reply = await alice.get(`/v2/ns/repo/manifests/${tag}`, { Accept })
    return reply.status === 200 ? reply.headers['docker-content-digest'] : String(reply.status)
  }
  t.equal(await get('many', `${types.image}, ${types.index}`), index)
  t.equal(await get('many', types.image), amd.digest)
  t.equal(await get('many', types.docker), '404')
  t.equal(await get('arm', types.image), '404')
})

void t.test('what is pushed by digest can be pulled by digest from 3.9 on, for an hour', async (t) => {
  for (const version of versions) {
    let at = Date.UTC(2025, 7, 21)
    const { wire } = await quayFor(t, { version, clock: () => at })
    const served = version === '3.11' || version === '3.12'
    const pusher = await wire.pushing()
    const digest = await pusher.image('ns/repo', undefined, 'layer')
    const get = async (one: string): Promise<number> =>
      (await (await wire.as('repository:ns/repo:pull')).get(`/v2/ns/repo/manifests/${one}`)).status
    t.equal(await get(digest), served ? 200 : 404, version)
    t.equal((await pusher.send('DELETE', `/v2/ns/repo/manifests/${digest}`)).status, 404, 'no tag, no deletion')
    at += 3600_000
    t.equal(await get(digest), 404, `${version}, an hour later`)
    const alice = await wire.pushing()
    await alice.image('ns/repo', 'layer')
    t.equal(await get(digest), 200, 'a tag leads to it')
    const other = await alice.image('ns/repo', 'layer', 'other')
    t.equal(await get(digest), 404, 'and now to another one')
    t.equal(await get(other), 200)
    const size = (await alice.imageText('ns/repo', 'other')).length
    await alice.index('ns/repo', 'index', [{ digest: other, size, platform: { os: 'linux', architecture: 'amd64' } }])
    await alice.image('ns/repo', 'layer')
    t.equal(await get(other), 200, 'an index names it to which a tag leads')
  }
})

void t.test('to delete a manifest is to delete its tags', async (t) => {
  for (const version of versions) {
    const { wire } = await quayFor(t, { version })
    const alice = await wire.pushing()
    const digest = await alice.image('ns/repo', 'one', 'same')
    await alice.image('ns/repo', 'two', 'same')
    await alice.image('ns/repo', 'three', 'other')
    const reply = await alice.send('DELETE', `/v2/ns/repo/manifests/${digest}`)
    t.equal(reply.status, 202, version)
    t.equal(reply.text, '')
    t.equal((await alice.get('/v2/ns/repo/tags/list')).text, '{"name":"ns/repo","tags":["three"]}\n')
    t.equal((await alice.get(`/v2/ns/repo/manifests/${digest}`)).status, 404)
    const again = await alice.send('DELETE', `/v2/ns/repo/manifests/${digest}`)
    t.equal(again.status, 404)
    t.equal(again.text, envelope('MANIFEST_UNKNOWN', 'manifest unknown'))
    t.equal(
      (await (await wire.as('repository:ns/repo:pull')).send('DELETE', `/v2/ns/repo/manifests/${digest}`)).status,
      401,
    )
  }
})

void t.test('a manifest that is not what its URL says, or names what is not there', async (t) => {
  for (const version of versions) {
    const { wire } = await quayFor(t, { version })
    const alice = await wire.pushing()
    const text = await alice.imageText('ns/repo', 'layer')
    for (const wrong of [sha256('other'), `sha512:${'0'.repeat(128)}`]) {
      const mismatch = await alice.manifest('ns/repo', wrong, text)
      t.equal(mismatch.status, 400)
      t.equal(mismatch.text, envelope('MANIFEST_INVALID', 'manifest invalid', { message: 'manifest digest mismatch' }))
    }
    const lacking = imageManifest(descriptor(types.config, '{}'), [descriptor(types.layer, 'nothing')])
    const byTag = await alice.manifest('ns/repo', '1', lacking)
    t.equal(byTag.status, 400)
    t.match(
      byTag.text,
      envelope('MANIFEST_INVALID', 'manifest invalid', { message: `Unknown blob \`${sha256('{}')}\`` }),
    )
    const byDigest = await alice.manifest('ns/repo', sha256(lacking), lacking)
    t.equal(byDigest.status, 400)
    t.equal(byDigest.text, envelope('MANIFEST_INVALID', 'manifest invalid'))
    const platform = { os: 'linux', architecture: 'amd64' }
    const manifests = (one: object): string =>
      JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: types.image, platform, ...one }] })
    const digest = await alice.image('ns/repo', 'layer')
    for (const [one, message] of [
      [{ digest: sha256('x'), size: 1 }, `Could not find child manifest with digest \`${sha256('x')}\``],
      [{ digest, size: 1 }, `Size of manifest does not match that retrieved: ${text.length} vs 1`],
    ] as const) {
      const reply = await alice.manifest('ns/repo', 'index', manifests(one), { 'Content-Type': types.index })
      t.equal(reply.status, 400, version)
      t.equal(reply.text, envelope('MANIFEST_INVALID', 'manifest invalid', { message }))
    }
    const malformed = await alice.manifest('ns/repo', '1', '{')
    t.equal(malformed.status, 400)
    t.match(malformed.text, /"message":"failed to parse manifest: malformed manifest data: /)
    t.equal((await alice.get('/v2/ns/repo/tags/list')).text, '{"name":"ns/repo","tags":["layer"]}\n')
  }
})

void t.test(
  'the type of a manifest is what Content-Type says, letter by letter, before anybody asks who calls',
  async (t) => {
    const { wire } = await quayFor(t)
    const alice = await wire.pushing()
    const text = await alice.imageText('ns/repo', 'layer')
    const refusal = envelope('MANIFEST_INVALID', 'manifest invalid', {
      message: 'manifest schema version not supported',
    })
    for (const type of [
      'application/vnd.oci.artifact.manifest.v1+json',
      `${types.image}; charset=utf-8`,
      'text/plain',
    ]) {
      for (const who of [alice, wire]) {
        const reply = await who.manifest('ns/repo', '1', text, { 'Content-Type': type })
        t.equal(reply.status, 415, type)
        t.equal(reply.text, refusal)
      }
    }
    for (const type of ['', 'application/json', 'application/vnd.docker.distribution.manifest.v1+prettyjws']) {
      const reply = await alice.manifest('ns/repo', '1', text, { 'Content-Type': type })
      t.equal(reply.status, 400, type)
      t.match(reply.text, /"message":"failed to parse manifest: .*schema 1/)
      t.equal((await wire.manifest('ns/repo', '1', text, { 'Content-Type': type })).text, unauthorized)
    }
  },
)

void t.test('without OCI support an OCI manifest is not taken, and what is there still pulls', async (t) => {
  const { wire, registry } = await quayFor(t, { config: { FEATURE_GENERAL_OCI_SUPPORT: false } })
  const before = (await quayFor(t, { storage: registry.store })).wire
  await (await before.pushing()).image('ns/repo', 'before')
  const refusal =
    '{"errors":[{"code":"MANIFEST_INVALID","detail":{"message":"manifest schema version not supported"},"message":"manifest invalid"}]}\n'
  const alice = await wire.pushing()
  const text = await alice.imageText('ns/repo', 'layer')
  for (const [type, reference] of [
    [types.image, '1'],
    [types.index, '1'],
    [types.image, sha256(text)],
  ] as const) {
    for (const who of [alice, wire]) {
      const reply = await who.manifest('ns/repo', reference, text, { 'Content-Type': type })
      t.equal(reply.status, 415, type)
      t.equal(reply.text, refusal)
    }
  }
  t.equal((await alice.get('/v2/ns/repo/manifests/before', { Accept: types.image })).status, 200)
  // What podman falls back to.
  const docker = text
    .replace(types.image, types.docker)
    .replace(types.config, 'application/vnd.docker.container.image.v1+json')
    .replace(types.layer, 'application/vnd.docker.image.rootfs.diff.tar.gzip')
  t.equal((await alice.manifest('ns/repo', '2', docker, { 'Content-Type': types.docker })).status, 201)
  t.equal((await alice.get('/v2/ns/repo/manifests/2', { Accept: types.docker })).text, docker)
  const listed = { FEATURE_GENERAL_OCI_SUPPORT: false, OCI_NAMESPACE_WHITELIST: ['ns'] }
  const exempt = await (await quayFor(t, { config: listed })).wire.pushing()
  t.match(await exempt.image('ns/repo', '1'), /^sha256:/)
})

void t.test('a type that is not on the list is refused with all that jsonschema says', async (t) => {
  const { wire } = await quayFor(t)
  const alice = await wire.pushing()
  await alice.blob('ns/repo', '{}')
  const sif = imageManifest(descriptor('application/vnd.sylabs.sif.config.v1+json', '{}'), [])
  const reply = await alice.manifest('ns/repo', 'latest', sif)
  t.equal(reply.status, 400)
  t.equal(reply.headers['content-type'], 'application/json')
  t.equal(
    reply.text,
    String.raw`{"errors":[{"code":"MANIFEST_INVALID","detail":{"message":"failed to parse manifest: manifest data does not match schema: 'application/vnd.sylabs.sif.config.v1+json' is not one of ['application/vnd.oci.image.config.v1+json', 'application/vnd.cncf.helm.config.v1+json', 'application/vnd.oci.source.image.config.v1+json']\n\nFailed validating 'enum' in schema['properties']['config']['properties']['mediaType']:\n    {'description': 'The MIME type of the referenced manifest',\n     'enum': ['application/vnd.oci.image.config.v1+json',\n              'application/vnd.cncf.helm.config.v1+json',\n              'application/vnd.oci.source.image.config.v1+json'],\n     'type': 'string'}\n\nOn instance['config']['mediaType']:\n    'application/vnd.sylabs.sif.config.v1+json'"},"message":"manifest invalid"}]}` +
      '\n',
  )
  t.equal((await wire.manifest('ns/repo', 'latest', sif)).text, unauthorized, 'nobody is told')
  t.equal((await alice.get('/v2/ns/repo/tags/list')).text, '{"name":"ns/repo","tags":[]}\n', 'nothing is stored')
  for (const version of versions) {
    const open = await (await quayFor(t, { version })).wire.pushing()
    await open.blob('ns/repo', '{}')
    t.equal((await open.manifest('ns/repo', 'latest', sif)).status, version === '3.12' ? 201 : 400, version)
  }
})

void t.test('the config of an image is read when all is done, and a fault in it is a failure, once', async (t) => {
  const faults: Readonly<Record<string, string>> = {
    'no JSON': 'no JSON',
    'no rootfs': '{"architecture":"amd64","os":"linux"}',
    'no os': '{"architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}',
  }
  const good = '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}'
  for (const version of versions) {
    const { wire } = await quayFor(t, { version })
    const alice = await wire.pushing()
    const push = async (config: string, type: string = types.config): Promise<number> => {
      await alice.blob('ns/repo', config)
      return (await alice.manifest('ns/repo', '1', imageManifest(descriptor(type, config), []))).status
    }
    for (const [name, config] of Object.entries(faults)) {
      t.equal(await push(config), 500, `${version}: ${name}`)
      t.equal(await push(config), 201, `${version}: ${name}, again`)
    }
    const loose = version === '3.11' || version === '3.12'
    t.equal(await push('{}'), loose ? 201 : 500, version)
    t.equal(await push(good.replace('{', '{"created":null,')), loose ? 201 : 500, version)
    t.equal(await push(good), 201, version)
    t.equal(await push('{"a":1}', 'application/vnd.cncf.helm.config.v1+json'), 201, `${version}: of a chart`)
  }
})

void t.test('nginx takes a MiB of manifest', async (t) => {
  const { wire } = await quayFor(t)
  const alice = await wire.pushing()
  const reply = await alice.manifest('ns/repo', '1', ' '.repeat((1 << 20) + 1))
  t.equal(reply.status, 413)
  t.equal(reply.headers['content-type'], 'text/html')
  t.match(reply.text, /<h1>413 Request Entity Too Large<\/h1>/)
})

void t.test('an index names OCI images, up to 3.10 with their platforms, and no index', async (t) => {
  for (const version of versions) {
    const { wire } = await quayFor(t, { version })
    const alice = await wire.pushing()
    const text = await alice.imageText('ns/repo', 'layer')
    await alice.manifest('ns/repo', 'layer', text)
    const child = { mediaType: types.image, digest: sha256(text), size: text.length }
    const platform = { os: 'linux', architecture: 'amd64' }
    const push = (one: object) => {
      const index = JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [one] })
      return alice.manifest('ns/repo', 'index', index, { 'Content-Type': types.index })
    }
    const bare = await push(child)
    const isFree = version === '3.11' || version === '3.12'
    t.equal(bare.status, isFree ? 201 : 400, version)
    if (!isFree) t.match(bare.text, "manifest data does not match schema: 'platform' is a required property")
    const whole = await push({ ...child, platform })
    t.equal(whole.status, 201, version)
    const digest = String(whole.headers['docker-content-digest'])
    const size = Number((await alice.get(`/v2/ns/repo/manifests/${digest}`)).headers['content-length'])
    const nested = await push({ mediaType: types.index, digest, size, platform })
    t.equal(nested.status, 400, `${version}: nested`)
    t.equal(
      nested.text,
      envelope('MANIFEST_INVALID', 'manifest invalid', { message: 'Unable to retrieve manifest labels' }),
    )
    const docker = text
      .replace(types.image, types.docker)
      .replace(types.config, 'application/vnd.docker.container.image.v1+json')
    await alice.manifest('ns/repo', 'docker', docker, { 'Content-Type': types.docker })
    const mixed = await push({ mediaType: types.docker, digest: sha256(docker), size: docker.length, platform })
    t.equal(mixed.status, 400, `${version}: of Docker`)
    const listed = version === '3.6' || version === '3.7'
    t.match(mixed.text, listed ? 'manifest data does not match schema' : 'Unknown or unsupported manifest media type')
  }
})
