import t from 'tap'
import type { AdmissionRule, StartOptions } from 'start-registry'
import { descriptor, errorOf, imageManifest, sha256, types, type Wire } from '../support/content.js'
import { basic } from '../support/login.js'
import { folderFor, registryFor, type Teardown } from '../support/registries.js'
import { attestTo, makeKeys, sign } from '../support/signing.js'

const { own, stranger } = makeKeys()
const rule: AdmissionRule = { repositories: 'team/*', keys: [own.publicPem] }

const guarded = (t: Teardown, more: Partial<AdmissionRule> = {}, options: StartOptions = {}) =>
  registryFor(t, { ...options, admission: [{ ...rule, ...more }] })

const status = async (wire: Wire, repository: string, reference: string, method = 'GET'): Promise<number> =>
  (await wire.send(method, `/v2/${repository}/manifests/${reference}`)).status

// An index of one image, pushed with the image.
async function pushIndex(wire: Wire, repository: string, tag: string): Promise<{ index: string; child: string }> {
  const child = await wire.image(repository, `${tag}-child`)
  const { body } = await wire.get(`/v2/${repository}/manifests/${child}`)
  const entry = { mediaType: types.image, digest: child, size: body.length || 1 }
  const text = JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [entry] })
  const reply = await wire.manifest(repository, tag, text, { 'Content-Type': types.index })
  t.equal(reply.status, 201)
  return { index: sha256(text), child }
}

void t.test('what is not signed cannot be pulled, and the refusal says why', async (t) => {
  const { wire } = await guarded(t)
  const digest = await wire.image('team/app', '1')
  const denied = await wire.get('/v2/team/app/manifests/1')
  t.equal(denied.status, 403)
  t.same(errorOf(denied), {
    code: 'DENIED',
    message: `${digest} of team/app may not be pulled: the admission rule for team/* asks for a signature by the rule's key, and there is none (NO_SIGNATURES)`,
  })
  t.same([await status(wire, 'team/app', digest), await status(wire, 'team/app', '1', 'HEAD')], [403, 403])
  const conditional = await wire.get('/v2/team/app/manifests/1', { 'If-None-Match': `"${digest}"` })
  t.equal(conditional.status, 403, 'nor is it said to be unchanged')
  t.equal(await status(wire, 'team/app', '2'), 404, 'what is not there is not there')
  t.equal((await wire.get(`/v2/team/app/blobs/${sha256('1')}`)).status, 200, 'blobs are let be')
  await wire.image('other/app', '1')
  t.equal(await status(wire, 'other/app', '1'), 200, 'other repositories are let be')
})

void t.test('what is signed can be pulled, until it is signed no more', async (t) => {
  for (const form of ['sig-tag', 'bundle'] as const) {
    const { wire } = await guarded(t)
    const digest = await wire.image('team/app', '1')
    t.equal(await status(wire, 'team/app', '1'), 403)
    await sign(wire, 'team/app', digest, { key: stranger, form })
    const denied = errorOf(await wire.get('/v2/team/app/manifests/1'))
    t.match(denied.message, /and the one there is is not valid: .* \(SIG_INVALID\)$/)
    await wire.send('DELETE', `/v2/team/app/manifests/${digest.replace(':', '-')}.sig`)
    await sign(wire, 'team/app', digest, { key: own, form })
    for (const reference of ['1', digest])
      for (const method of ['GET', 'HEAD']) t.equal(await status(wire, 'team/app', reference, method), 200, form)
    if (form === 'bundle') continue
    await wire.send('DELETE', `/v2/team/app/manifests/${digest.replace(':', '-')}.sig`)
    t.equal(await status(wire, 'team/app', '1'), 403)
  }
})

void t.test('signatures can be pushed and pulled in every form, attestations and lists of referrers too', async (t) => {
  const { wire } = await guarded(t, { actions: ['pull', 'tag'] }, { referrers: false })
  const config = '{"content":"x"}'
  await wire.blob('team/app', config)
  await wire.blob('team/app', 'x')
  const text = imageManifest(descriptor(types.config, config), [descriptor(types.layer, 'x')])
  const digest = sha256(text)
  t.equal((await wire.manifest('team/app', digest, text)).status, 201, 'by digest it can be pushed, so as to be signed')
  await sign(wire, 'team/app', digest, { key: own })
  await sign(wire, 'team/app', digest, { key: own, form: 'fallback' })
  await attestTo(wire, 'team/app', digest, own)
  const tag = digest.replace(':', '-')
  for (const reference of [`${tag}.sig`, `${tag}.att`, tag]) t.equal(await status(wire, 'team/app', reference), 200)
  const { manifests } = JSON.parse((await wire.get(`/v2/team/app/manifests/${tag}`)).text) as {
    manifests: { digest: string }[]
  }
  t.equal(await status(wire, 'team/app', manifests[0]?.digest ?? ''), 200, 'a bundle by digest')
  t.equal((await wire.manifest('team/app', '1', text)).status, 201)
  t.equal(await status(wire, 'team/app', '1'), 200)
})

void t.test('an image that is tagged like a signature is an image', async (t) => {
  const { wire } = await guarded(t, { actions: ['pull'] })
  const tag = `sha256-${'a'.repeat(64)}`
  for (const name of [`${tag}.sig`, `${tag}.att`, tag]) {
    await wire.image('team/app', name)
    t.equal(await status(wire, 'team/app', name), 403, name)
  }
  const { child } = await pushIndex(wire, 'team/app', tag)
  t.equal(await status(wire, 'team/app', tag), 200, 'a list of referrers, as far as can be told')
  t.equal(await status(wire, 'team/app', child), 403, 'of which nothing comes that is not signed')
  const empty = imageManifest(descriptor(types.config, `{"content":"${tag}"}`), [])
  await wire.manifest('team/app', `${tag}.sig`, empty)
  t.equal(await status(wire, 'team/app', `${tag}.sig`), 403, 'nor is what has no layer at all a signature')
})

void t.test('tagging: only what is signed gets a tag', async (t) => {
  const { wire } = await guarded(t, { actions: 'tag' })
  const config = '{"content":"x"}'
  await wire.blob('team/app', config)
  await wire.blob('team/app', 'x')
  const text = imageManifest(descriptor(types.config, config), [descriptor(types.layer, 'x')])
  const denied = await wire.manifest('team/app', '1', text)
  t.equal(denied.status, 403)
  t.match(errorOf(denied), {
    code: 'DENIED',
    message: /^sha256:\S+ of team\/app may not be tagged: .*\(NO_SIGNATURES\)$/,
  })
  t.equal(await status(wire, 'team/app', '1'), 404)
  const byQuery = await wire.send('PUT', `/v2/team/app/manifests/${sha256(text)}?tag=1&tag=2`, {
    body: text,
    headers: { 'Content-Type': types.image },
  })
  t.equal(byQuery.status, 403, 'nor by the query')
  t.equal((await wire.manifest('team/app', sha256(text), text)).status, 201)
  t.equal(await status(wire, 'team/app', sha256(text)), 200, 'pulling is let be')
  await sign(wire, 'team/app', sha256(text), { key: own })
  t.equal((await wire.manifest('team/app', '1', text)).status, 201)
  const large = await wire.manifest('team/app', '3', ' '.repeat((8 << 20) + 1))
  t.equal(large.status, 413, 'the handler refuses what is its to refuse')
  t.equal((await wire.manifest('team/app', '3', 'no')).status, 403)
})

void t.test('the children of a signed index can be pulled, alone too', async (t) => {
  const { registry, wire } = await guarded(t)
  const { index, child } = await pushIndex(wire, 'team/app', '1')
  t.equal(await status(wire, 'team/app', child), 403)
  await sign(wire, 'team/app', index, { key: own })
  t.equal(await status(wire, 'team/app', child), 200)
  const outer = JSON.stringify({
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [{ mediaType: types.index, digest: index, size: 1 }],
  })
  await wire.manifest('team/app', 'outer', outer, { 'Content-Type': types.index })
  await wire.send('DELETE', `/v2/team/app/manifests/${index.replace(':', '-')}.sig`)
  t.equal(await status(wire, 'team/app', child), 403)
  await sign(wire, 'team/app', sha256(outer), { key: own })
  t.equal(await status(wire, 'team/app', child), 200, 'of an index in an index')
  await registry.store.deleteManifest('team/app', sha256(outer) as `sha256:${string}`, 0)
  t.equal(await status(wire, 'team/app', child), 403, 'of an index that is gone no more')
  const other = await guarded(t)
  await other.wire.image('team/app', '1-child')
  t.equal(await status(other.wire, 'team/app', child), 403)
})

void t.test('an index that was there before is known', async (t) => {
  const disk = folderFor(t)
  const before = await registryFor(t, { storage: { disk } })
  const { index, child } = await pushIndex(before.wire, 'team/app', '1')
  await sign(before.wire, 'team/app', index, { key: own })
  // Neither a tag nor the tag of a signature leads to this one.
  const untagged = await pushIndex(before.wire, 'team/untagged', '1')
  await sign(before.wire, 'team/untagged', untagged.index, { key: own, form: 'bundle' })
  for (const tag of ['1', '1-child']) await before.wire.send('DELETE', `/v2/team/untagged/manifests/${tag}`)
  await before.registry.close()
  const { wire } = await guarded(t, {}, { storage: { disk } })
  t.equal(await status(wire, 'team/app', child), 200)
  t.equal(await status(wire, 'team/untagged', untagged.child), 200)
})

void t.test('verdicts are kept until the repository changes', async (t) => {
  const { registry, wire } = await guarded(t)
  const digest = await wire.image('team/app', '1')
  await sign(wire, 'team/app', digest, { key: own })
  const read: string[] = []
  const lookUp = registry.store.tag.bind(registry.store)
  registry.store.tag = (repository, name) => {
    if (name.endsWith('.sig')) read.push(repository)
    return lookUp(repository, name)
  }
  for (let n = 0; n < 3; n++) t.equal(await status(wire, 'team/app', '1'), 200)
  t.same(read, ['team/app'])
  await wire.image('team/other', '1')
  await status(wire, 'team/app', '1')
  t.same(read, ['team/app'], 'another one may change')
  await wire.image('team/app', '2')
  await status(wire, 'team/app', '1')
  t.same(read, ['team/app', 'team/app'])
})

void t.test('a verification that could not be made is made again', async (t) => {
  const { registry, wire } = await guarded(t)
  await sign(wire, 'team/app', await wire.image('team/app', '1'), { key: own })
  const lookUp = registry.store.tag.bind(registry.store)
  registry.store.tag = (repository, name) => {
    if (name.endsWith('.sig')) throw new Error('the disk is gone')
    return lookUp(repository, name)
  }
  t.equal(await status(wire, 'team/app', '1'), 500)
  registry.store.tag = lookUp
  t.equal(await status(wire, 'team/app', '1'), 200)
})

void t.test('lets go of a store that lives on', async (t) => {
  const { registry, wire } = await registryFor(t)
  const listeners = new Set<unknown>()
  const listen = registry.store.onChange.bind(registry.store)
  registry.store.onChange = (listener) => {
    listeners.add(listener)
    const stop = listen(listener)
    return () => {
      listeners.delete(listener)
      stop()
    }
  }
  const other = await guarded(t, {}, { storage: { ...registry.store, close: () => Promise.resolve() } })
  await wire.image('team/app', '1')
  t.equal(await status(other.wire, 'team/app', '1'), 403)
  t.equal(listeners.size, 1)
  await other.registry.close()
  t.equal(listeners.size, 0)
})

void t.test('all rules of a repository count, and signers are let be', async (t) => {
  const { wire } = await registryFor(t, {
    accounts: ['alice', 'ci'].map((username) => ({ username, password: 'x' })),
    auth: 'basic',
    admission: [
      { ...rule, signers: ['ci'] },
      { repositories: '*/app', keys: [stranger.publicPem], signers: ['ci'] },
    ],
  })
  const as = (username: string) => ({ headers: basic(username, 'x') })
  const send = (method: string, target: string, body: string | Buffer, headers = {}) =>
    wire.send(method, target, { body, headers: { ...basic('ci', 'x'), ...headers } })
  const config = '{}'
  for (const blob of [config, 'x']) await send('POST', `/v2/team/app/blobs/uploads/?digest=${sha256(blob)}`, blob)
  const text = imageManifest(descriptor(types.config, config), [descriptor(types.layer, 'x')])
  t.equal((await send('PUT', '/v2/team/app/manifests/1', text, { 'Content-Type': types.image })).status, 201)
  const pull = async (username: string): Promise<number> =>
    (await wire.send('GET', '/v2/team/app/manifests/1', as(username))).status
  t.same([await pull('alice'), await pull('ci')], [403, 200])
  t.equal((await wire.get('/v2/team/app/manifests/1')).status, 401, 'who is asking comes first')
})

void t.test('in a Quay as well', async (t) => {
  const { registry, wire } = await registryFor(t, {
    profile: 'quay-3.12',
    quay: { users: { team: { password: 'password', repositories: { app: {} } } } },
    admission: [rule],
  })
  const plain = await registryFor(t, { storage: registry.store })
  const digest = await plain.wire.image('team/app', '1')
  const token = JSON.parse(
    (
      await wire.get(
        `/v2/auth?service=${encodeURIComponent(registry.host)}&scope=repository:team/app:pull`,
        basic('team', 'password'),
      )
    ).text,
  ) as { token: string }
  const pull = () =>
    wire.get(`/v2/team/app/manifests/${digest}`, { Authorization: `Bearer ${token.token}`, Accept: types.image })
  const denied = await pull()
  t.equal(denied.status, 403)
  t.match(errorOf(denied), { code: 'DENIED', message: /may not be pulled/ })
  await sign(plain.wire, 'team/app', digest, { key: own })
  t.equal((await pull()).status, 200)
})

void t.test('in a Quay, tags are set by its management API as well', async (t) => {
  const { registry, wire } = await registryFor(t, {
    profile: 'quay-3.12',
    quay: {
      users: { mary: { password: 'password' } },
      organizations: {
        team: {
          owners: ['mary'],
          repositories: { app: {} },
          applications: { tagger: { tokens: [{ user: 'mary', scopes: 'repo:write' }] } },
        },
      },
    },
    admission: [{ ...rule, actions: 'tag' }],
  })
  const plain = await registryFor(t, { storage: registry.store })
  const digest = await plain.wire.image('team/app', '1')
  const [token = ''] = registry.secrets?.oauthTokens['team/tagger'] ?? []
  const api = async (method: string, page: string, manifest: string = digest) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const body = JSON.stringify({ manifest_digest: manifest })
    const reply = await wire.send(method, `/api/v1/repository/team/app/tag/${page}`, { headers, body })
    return { status: reply.status, message: (JSON.parse(reply.text) as { message?: string }).message }
  }
  const refused = {
    status: 403,
    message: `${digest} of team/app may not be tagged: the admission rule for team/* asks for a signature by the rule's key, and there is none (NO_SIGNATURES)`,
  }
  t.match(await api('PUT', '2'), refused)
  t.match(await api('POST', '1/restore'), refused)
  t.equal(await registry.store.tag('team/app', '2'), undefined)
  await sign(plain.wire, 'team/app', digest, { key: own })
  t.equal((await api('PUT', '2')).status, 201)
  t.equal((await api('POST', '1/restore')).status, 200)
  t.equal(await registry.store.tag('team/app', '2'), digest)
  const signature = await registry.store.tag('team/app', `${digest.replace(':', '-')}.sig`)
  await plain.wire.send('DELETE', `/v2/team/app/manifests/${digest.replace(':', '-')}.sig`)
  t.equal((await api('PUT', '3')).status, 403, 'signed no more')
  t.equal((await api('PUT', 'kept.sig', signature)).status, 201, 'what is attached always passes')
})

void t.test('rules that are none', async (t) => {
  for (const wrong of [
    {},
    { repositories: 'team/*' },
    { repositories: 'Team', keys: ['x'] },
    { ...rule, keys: [] },
    { ...rule, keys: [''] },
    { ...rule, actions: 'push' },
    { ...rule, actions: [] },
    { ...rule, strict: 'yes' },
    { ...rule, signers: [1] },
    { ...rule, key: 'x' },
  ]) {
    await t.rejects(registryFor(t, { admission: [wrong as AdmissionRule] }), {
      name: 'TypeError',
      message: 'start-registry: admission must be an array of { repositories, keys, actions?, strict?, signers? }',
    })
  }
  await t.rejects(guarded(t, { keys: ['/nowhere/cosign.pub'] }), { message: /^cannot read the key file: ENOENT/ })
  await t.rejects(guarded(t, { keys: ['-----BEGIN X-----\n-----END X-----\n'] }), { name: 'CosignError' })
})
