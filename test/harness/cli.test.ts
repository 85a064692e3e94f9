import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { ended, lines, next, run, start } from '../support/cli.js'
import { Wire } from '../support/content.js'
import { folderFor } from '../support/registries.js'

void t.test('serves, says so first, logs for people, and ends on SIGINT and SIGTERM with 0', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const child = start(t)
    const [out, err] = [lines(child.stdout), lines(child.stderr)]
    const ready = await next(out)
    t.match(ready, /^start-registry: listening on http:\/\/127\.0\.0\.1:\d+$/)
    const wire = new Wire(Number(ready.split(':').at(-1)))
    t.equal((await wire.get('/v2/no/such/tags/list')).status, 404)
    t.match(
      await next(err),
      /^\d\d:\d\d:\d\d\.\d{3} {2}404 {3}GET {5}\/v2\/no\/such\/tags\/list {2}\d+ B {2}\d+\.\d ms$/,
    )
    child.kill(signal)
    t.equal(await ended(child), 0)
    t.same((await out.next()).done, true, 'nothing else on stdout')
  }
})

void t.test('--quiet says the ready line alone', async (t) => {
  const child = start(t, '--quiet')
  const ready = await next(lines(child.stdout))
  await new Wire(Number(ready.split(':').at(-1))).get('/v2/')
  child.kill('SIGTERM')
  t.equal(Buffer.concat(await child.stderr.toArray()).toString(), '')
  t.equal(await ended(child), 0)
})

void t.test('--admin lets it be steered, and has it keep its requests', async (t) => {
  for (const [flags, status] of [
    [['--quiet'], 404],
    [['--quiet', '--admin'], 200],
  ] as const) {
    const child = start(t, ...flags)
    const wire = new Wire(Number((await next(lines(child.stdout))).split(':').at(-1)))
    await wire.get('/v2/')
    const reply = await wire.get('/_start-registry/requests')
    t.equal(reply.status, status)
    if (status === 200) t.match(JSON.parse(reply.text), { requests: [{ id: 1, target: '/v2/' }], forgotten: 0 })
    child.kill('SIGTERM')
    t.equal(await ended(child), 0)
  }
})

void t.test('there is a page to look at, unless --no-inspector', async (t) => {
  for (const [flags, status] of [
    [[], 200],
    [['--no-inspector'], 404],
  ] as const) {
    const child = start(t, '--quiet', ...flags)
    const ready = await next(lines(child.stdout))
    t.equal((await new Wire(Number(ready.split(':').at(-1))).get('/')).status, status)
    child.kill('SIGTERM')
    t.equal(await ended(child), 0)
  }
})

void t.test('--json has one object a line', async (t) => {
  const child = start(t, '--json', '--tls', '--user', 'alice:secret')
  const out = lines(child.stdout)
  const listening = JSON.parse(await next(out)) as { url: string; host: string; caFile: string; profile: string }
  t.match(listening, { event: 'listening', url: `https://${listening.host}`, profile: 'oci' })
  t.match(readFileSync(listening.caFile, 'utf8'), /^-----BEGIN CERTIFICATE-----/)
  await new Wire(Number(listening.host.split(':').at(-1))).get('/v2/')
  const { time, ms, ...request } = JSON.parse(await next(out)) as Record<string, unknown>
  t.match(time, /^\d{4}-\d\d-\d\dT.*Z$/)
  t.type(ms, 'number')
  t.match(request, { event: 'request', method: 'GET', path: '/v2/', status: 400 })
  child.kill('SIGTERM')
  t.same(JSON.parse(await next(out)), { event: 'closed' })
  t.equal(await ended(child), 0)
  t.notOk(existsSync(listening.caFile))
})

void t.test('goes on when nobody reads what it says', async (t) => {
  for (const flags of [[], ['--json']]) {
    const child = start(t, ...flags)
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(await next(lines(child.stdout)))?.[1])
    child.stdout.destroy()
    child.stderr.destroy()
    const wire = new Wire(port)
    for (let n = 0; n < 5; n++) t.equal((await wire.get('/v2/')).status, 200)
    child.kill('SIGTERM')
    t.equal(await ended(child), 0)
  }
})

void t.test('--ready-file is written once it listens, and removed', async (t) => {
  const file = join(folderFor(t), 'ready')
  const child = start(t, '--quiet', '--ready-file', file)
  const ready = await next(lines(child.stdout))
  const host = ready.split('//')[1] as string
  t.equal(readFileSync(file, 'utf8'), `${host}\n`)
  child.kill('SIGINT')
  t.equal(await ended(child), 0)
  t.notOk(existsSync(file))
})

void t.test('--ca-out, --storage disk, --tls-name and --sparse reach the registry', async (t) => {
  const folder = folderFor(t)
  const child = start(
    t,
    '--tls-name',
    'registry.test',
    '--http',
    '--ca-out',
    join(folder, 'ca.pem'),
    '--storage',
    `disk:${folder}/store`,
    '--sparse',
  )
  const ready = await next(lines(child.stdout))
  t.match(ready, /listening on https:/)
  t.match(readFileSync(join(folder, 'ca.pem'), 'utf8'), /^-----BEGIN CERTIFICATE-----/)
  const wire = new Wire(Number(ready.split(':').at(-1)))
  t.equal(
    (
      await wire.manifest(
        'app',
        '1',
        '{"schemaVersion":2,"manifests":[{"mediaType":"a/b","digest":"sha256:'.concat('a'.repeat(64), '","size":1}]}'),
        { 'Content-Type': 'application/vnd.oci.image.index.v1+json' },
      )
    ).status,
    201,
  )
  child.kill('SIGTERM')
  await ended(child)
  t.ok(existsSync(join(folder, 'store/repositories/app/_changes')))
})

void t.test('a config.yaml makes it a Quay, and what is wrong with it is said with its line', async (t) => {
  const folder = folderFor(t)
  const config = join(folder, 'config.yaml')
  writeFileSync(config, '...\nFEATURE_GENERAL_OCI_SUPPORT = False\n...\n')
  const child = start(t, '--config', config, '--user', 'user1:password', '--quiet')
  const [out, err] = [lines(child.stdout), lines(child.stderr)]
  const wire = new Wire(Number((await next(out)).split(':').at(-1)))
  t.equal(
    await next(err),
    'start-registry: line 2: "FEATURE_GENERAL_OCI_SUPPORT = False" is no YAML, and Quay does not start with it: write FEATURE_GENERAL_OCI_SUPPORT: False',
  )
  const pushed = await wire.manifest('user1/app', '1', '{}')
  t.equal(pushed.status, 415)
  t.equal(
    pushed.text,
    '{"errors":[{"code":"MANIFEST_INVALID","detail":{"message":"manifest schema version not supported"},"message":"manifest invalid"}]}\n',
  )
  const json = start(t, '--profile', 'quay-3.12', '--config', config, '--json')
  const events = lines(json.stdout)
  t.match(await next(events), /^\{"event":"listening",.*"profile":"quay-3\.12"\}$/)
  t.match(await next(events), /^\{"event":"warning","message":"line 2: /)
  t.equal(
    await next(events),
    '{"event":"warning","message":"nobody can log in: add accounts (--user NAME:PASSWORD), or POST /api/v1/user/"}',
  )

  writeFileSync(config, 'SUPER_USERS: 7\n')
  const wrong = await run(t, '--config', config)
  t.equal(wrong.code, 1)
  t.match(wrong.err, /^start-registry: .*config\.yaml: line 1, column 14: SUPER_USERS must be /)
  const none = await run(t, '--config', join(folder, 'none.yaml'))
  t.equal(none.code, 1)
  t.match(none.err, /^start-registry: cannot read the config file: ENOENT: /)
})

void t.test('help and version', async (t) => {
  const help = await run(t, '--help')
  t.equal(help.code, 0)
  t.match(help.out, /^start-registry: a real OCI registry/)
  for (const line of help.out.split('\n')) t.ok(line.length <= 80, line)
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  t.same(await run(t, '--version'), { code: 0, out: `${version}\n`, err: '' })
})

void t.test('wrong use is 2, with a message that helps', async (t) => {
  const hint = 'start-registry --help lists commands and flags\n'
  const rows: readonly (readonly [args: string[], message: string])[] = [
    [['--prot', '1'], 'unknown flag --prot (did you mean --port?)'],
    [['--no-refferers'], 'unknown flag --no-refferers (did you mean --no-referrers?)'],
    [['-x'], 'unknown flag -x'],
    [['serv'], 'unknown command serv (did you mean serve?)'],
    [['--reffile', 'x'], 'unknown flag --reffile'],
    [['serve', 'more'], 'unexpected argument more'],
    [['--port'], '--port needs a value'],
    [['--port', 'x'], '--port must be a whole number from 0 to 65535, not x'],
    [['--port', '99999'], '--port must be a whole number from 0 to 65535, not 99999'],
    [['--tls=yes'], '--tls is true or false, and not yes'],
    [['--storage', 'tape'], '--storage must be memory, disk:DIR or layout:PATH, not tape'],
    [['--user', 'secret'], '--user must be NAME:PASSWORD'],
    [['--anonymous', 'all'], '--anonymous must be none, pull, push, not all'],
    [['--tls-cert', 'x'], '--tls-cert and --tls-key go together'],
    [['--http'], '--http goes with --tls'],
    [['--profile', 'quay'], '--profile must be oci, quay-3.6, quay-3.7, quay-3.8, quay-3.11, quay-3.12, not quay'],
    [
      ['--profile', 'quay-3.12', '--anonymous', 'pull'],
      'anonymous does not go with profile quay-3.12: Quay has rules of its own, in its config.yaml',
    ],
    [
      ['--profile', 'oci', '--config', 'config.yaml'],
      'config does not go with profile oci: it goes with a profile of Quay',
    ],
    [['--ca-out', 'x'], '--ca-out goes with --tls'],
    [['--offline'], '--offline goes with binaries and verify'],
    [['scenarios', '--from', 'x'], '--from goes with binaries'],
  ]
  for (const [args, message] of rows) {
    t.same(await run(t, ...args), { code: 2, out: '', err: `start-registry: ${message}\n${hint}` }, args.join(' '))
  }
  t.same(await run(t, '--json', '--port', 'x'), {
    code: 2,
    out: '{"event":"error","message":"--port must be a whole number from 0 to 65535, not x"}\n',
    err: '',
  })
})

void t.test('what fails at run time is 1, and leaves nothing behind', async (t) => {
  const folder = folderFor(t)
  const blocker = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => blocker.once('listening', resolve))
  t.teardown(() => blocker.close())
  const port = String((blocker.address() as AddressInfo).port)
  t.same(await run(t, '--port', port), {
    code: 1,
    out: '',
    err: `start-registry: cannot listen on 127.0.0.1:${port}: something else listens there; choose another port, or 0 for a free one\n`,
  })
  writeFileSync(join(folder, 'file'), '')
  t.match(await run(t, '--storage', `disk:${folder}/file/below`), {
    code: 1,
    out: '',
    err: /^start-registry: .*ENOTDIR/,
  })
  t.match(await run(t, '--tls-cert', `${folder}/none`, '--tls-key', `${folder}/none`), {
    code: 1,
    err: /^start-registry: .*none/,
  })
  const unwritable = join(folder, 'file', 'ready')
  const refused = await run(t, '--ready-file', unwritable)
  t.equal(refused.code, 1)
  t.match(refused.err, /ENOTDIR/)
})
