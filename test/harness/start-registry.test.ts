import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startRegistry, type StartOptions } from 'start-registry'
import { memoryStore } from '../../src/store/memory/store.js'
import { makeCertificates } from '../../src/server/certificates.js'
import { folderFor, registryFor } from '../support/registries.js'

const root = new URL('../../../', import.meta.url)

// Runs a module in a process of its own and answers what it wrote.
async function run(
  code: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ status: number | null; out: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const out = Buffer.concat(await child.stdout.toArray()).toString()
  const status = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('exit', resolve)))
  return { status, out }
}

void t.test('options that are none are named, with what they may be', async (t) => {
  const rows: readonly (readonly [options: object, message: string])[] = [
    [{ prot: 0 }, 'start-registry: unknown option prot (did you mean port?)'],
    [{ acounts: [] }, 'start-registry: unknown option acounts (did you mean accounts?)'],
    [{ quota: 1 }, 'start-registry: unknown option quota'],
    [{ port: 70_000 }, 'start-registry: port must be a whole number from 0 to 65535'],
    [{ storage: 'tape' }, "start-registry: storage must be 'memory', { disk: folder }, { base: layout } or a Store"],
    [{ tls: {} }, 'start-registry: tls must be true, { cert, key, ca? } or { names }'],
    [{ tls: { names: 'abc' } }, 'start-registry: tls must be true, { cert, key, ca? } or { names }'],
    [{ anonymous: 'all' }, "start-registry: anonymous must be 'none', 'pull' or 'push'"],
    [
      { accounts: [{ username: 'a:b', password: '' }] },
      'start-registry: accounts must be an array of { username, password, permissions? }; a username has no colon',
    ],
    [{ profile: 'quay' }, "start-registry: profile must be 'oci'"],
    [{ http: true }, 'start-registry: http goes with tls; without tls the registry speaks plain http anyway'],
    [{ tls: { names: ['foo bar'] } }, 'start-registry: tls.names: "foo bar" is neither a host name nor an IP address'],
  ]
  for (const [options, message] of rows)
    await t.rejects(startRegistry(options as StartOptions), { name: 'TypeError', message })
})

void t.test('a failing start leaves no file, no lock and no port', async (t) => {
  const temp = folderFor(t)
  const disk = join(folderFor(t), 'storage')
  const code = `
    import { startRegistry } from 'start-registry'
    const first = await startRegistry({ host: '127.0.0.1' })
    await startRegistry({ port: first.port, tls: true, storage: { disk: process.env.DISK } }).catch((error) => console.log(error.message))
    await first.close()`
  const { status, out } = await run(code, { TMPDIR: temp, DISK: disk })
  t.equal(status, 0)
  t.match(out, /^cannot listen on 127\.0\.0\.1:\d+: something else listens there/)
  t.same(readdirSync(temp), [])
  t.notOk(existsSync(join(disk, 'lock')))
})

void t.test('close removes what was made; await using closes', async (t) => {
  let files: string[] = []
  {
    await using registry = await startRegistry({ tls: true, accounts: [{ username: 'alice', password: 'secret' }] })
    const env = registry.env({ as: 'alice' })
    files = [registry.caFile as string, env['HOME'] as string]
    for (const file of files) t.ok(existsSync(file))
  }
  for (const file of files) t.notOk(existsSync(file))
})

void t.test('a home knows the registry by its three names', async (t) => {
  const { registry } = await registryFor(t, { tls: true, accounts: [{ username: 'alice', password: 'secret' }] })
  const env = registry.env({ as: 'alice' })
  const { auths } = JSON.parse(readFileSync(join(env['DOCKER_CONFIG'] as string, 'config.json'), 'utf8')) as {
    auths: object
  }
  const auth = Buffer.from('alice:secret').toString('base64')
  t.same(
    auths,
    Object.fromEntries(['127.0.0.1', 'localhost', '[::1]'].map((host) => [`${host}:${registry.port}`, { auth }])),
  )
  t.equal(env['REGISTRY'], registry.host)
  t.equal(env['SSL_CERT_FILE'], registry.caFile)
  t.match(registry.env(), { HOME: /home-/ })
  t.not(registry.env()['HOME'], env['HOME'])
  t.throws(() => registry.env({ as: 'bob' }), {
    message: 'start-registry: there is no account bob whose password is known here',
  })
})

void t.test('a forgotten close does not hold the process, unref: false does until then', async (t) => {
  const code = (options: string): string => `
    import { startRegistry } from 'start-registry'
    const registry = await startRegistry(${options})
    const response = await fetch(registry.url + '/v2/')
    console.log(response.status)
    if (!${options}.tls) setImmediate(() => console.log('turn'))`
  t.same(await run(code('{}')), { status: 0, out: '200\nturn\n' })
  const held = `
    import { startRegistry } from 'start-registry'
    const registry = await startRegistry({ unref: false })
    process.on('exit', () => console.log('exit'))
    setTimeout(() => { console.log('still here'); registry.close() }, 1).unref()`
  t.same(await run(held), { status: 0, out: 'still here\nexit\n' })
})

void t.test('an abort signal closes, and one that was aborted starts nothing', async (t) => {
  const controller = new AbortController()
  const registry = await startRegistry({ signal: controller.signal })
  controller.abort()
  await registry.close()
  await t.rejects(fetch(`${registry.url}/v2/`))
  await t.rejects(startRegistry({ signal: controller.signal }), { name: 'AbortError' })
})

void t.test('several registries in one process do not see each other', async (t) => {
  const [one, two] = [await registryFor(t), await registryFor(t)]
  await one.wire.image('app', '1')
  t.equal((await two.wire.get('/v2/app/tags/list')).status, 404)
  t.equal((await one.wire.get('/v2/app/tags/list')).text, '{"name":"app","tags":["1"]}')
})

void t.test('a store of your own, a clock of your own', async (t) => {
  const store = memoryStore()
  const { registry, wire } = await registryFor(t, { storage: store, clock: () => 1_000_000 })
  const digest = await wire.image('app', '1')
  t.equal((await store.manifest('app', digest as `sha256:${string}`))?.at, 1_000_000)
  t.equal(registry.store, store)
})

void t.test('certificates of your own, as text or files', async (t) => {
  const folder = folderFor(t)
  const { ca, certificate, key } = makeCertificates({ names: [], now: Date.now() })
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), ca: join(folder, 'ca.pem') }
  writeFileSync(files.cert, certificate)
  writeFileSync(files.key, key)
  writeFileSync(files.ca, ca.certificate)
  for (const tls of [files, { cert: certificate, key, ca: ca.certificate }]) {
    const { registry } = await registryFor(t, { tls })
    t.equal(readFileSync(registry.caFile as string, 'utf8'), ca.certificate)
  }
  await t.rejects(startRegistry({ tls: { cert: files.cert, key: join(folder, 'none.pem') } }), {
    message: /^cannot read the certificate file: ENOENT: no such file or directory, open '.*none.pem'$/,
  })
  await t.rejects(startRegistry({ tls: { cert: certificate, key: '-----BEGIN nothing' } }), Error)
})

void t.test('requests are told when they end, and log writes them', async (t) => {
  const events: string[] = []
  const { registry, wire } = await registryFor(t, {
    log: ({ method, target, status, scheme, bytes, aborted }) =>
      events.push([method, target, status, scheme, bytes, aborted].join(' ')),
  })
  const told = new Promise<void>((resolve) => void registry.onRequest(() => events.length === 2 && resolve()))
  await wire.get('/v2/?a=1')
  await wire.send('HEAD', '/v2/none/manifests/1')
  await told
  t.same(events, ['GET /v2/?a=1 200 http 2 false', 'HEAD /v2/none/manifests/1 404 http 0 false'])
})

void t.test('a folder that cannot be written rejects', async (t) => {
  const folder = folderFor(t)
  writeFileSync(join(folder, 'file'), '')
  await t.rejects(startRegistry({ storage: { disk: join(folder, 'file') } }), { code: 'EEXIST' })
  mkdirSync(join(folder, 'full'))
  writeFileSync(join(folder, 'full/photo.jpg'), '')
  await t.rejects(startRegistry({ storage: { disk: join(folder, 'full') } }), {
    message: `storage folder ${join(folder, 'full')} is not empty and was not made by start-registry: choose another folder`,
  })
})
