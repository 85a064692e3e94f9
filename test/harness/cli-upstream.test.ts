import { join } from 'node:path'
import t from 'tap'
import { ended, lines, next, run, start } from '../support/cli.js'
import { errorOf, sha256, Wire } from '../support/content.js'
import { folderFor, registryFor, type Teardown } from '../support/registries.js'

/** Starts the program, and answers how to ask it and how to end it. */
async function serving(t: Teardown, ...flags: string[]) {
  const child = start(t, ...flags)
  const wire = new Wire(Number((await next(lines(child.stdout))).split(':').at(-1)))
  return {
    wire,
    err: lines(child.stderr),
    async end(signal: NodeJS.Signals = 'SIGTERM') {
      child.kill(signal)
      return ended(child)
    },
  }
}

void t.test('--upstream pulls through, --record keeps it, and --replay needs nobody', async (t) => {
  const folder = join(folderFor(t), 'layout')
  const { registry: origin, wire: there } = await registryFor(t, { tls: true })
  const { wire: open, registry: plain } = await registryFor(t, { storage: origin.store })
  const digest = await open.image('team/app', '1')
  t.notOk(await there.get('/v2/').then(({ status }) => status === 200), 'it speaks https alone')

  const pulling = await serving(t, '--upstream', origin.url, '--ca-file', origin.caFile as string, '--record', folder)
  t.equal((await pulling.wire.get('/v2/team/app/manifests/1')).headers['docker-content-digest'], digest)
  t.equal((await pulling.wire.get(`/v2/team/app/blobs/${sha256('1')}`)).text, '1')
  t.equal((await pulling.wire.get('/v2/team/app/manifests/2')).status, 404)
  t.equal(await pulling.end('SIGKILL'), 'SIGKILL', 'what was answered is recorded by then')
  await Promise.all([origin.close(), plain.close()])

  const replaying = await serving(t, '--replay', folder)
  t.equal((await replaying.wire.get('/v2/team/app/manifests/1')).headers['docker-content-digest'], digest)
  t.equal((await replaying.wire.get('/v2/team/app/manifests/2')).status, 404)
  const missing = await replaying.wire.get('/v2/team/app/manifests/3')
  t.equal(missing.status, 424)
  t.match(
    errorOf(missing).message,
    /^not recorded: GET \/v2\/team\/app\/manifests\/3 is not in .*--upstream URL --record/,
  )
  for (const status of [200, 404, 424]) t.match(await next(replaying.err), new RegExp(`  ${status}  `))
  t.match(await next(replaying.err), /not recorded: GET \/v2\/team\/app\/manifests\/3/, 'the log says it too')
  t.equal(await replaying.end(), 0)
})

void t.test('what does not go together is wrong use', async (t) => {
  const rows: readonly (readonly [flags: readonly string[], message: string])[] = [
    [['--record', 'x'], '--record goes with --upstream, which says what is recorded'],
    [['--replay', 'x', '--record', 'x'], '--replay asks nobody: it does not go with --record'],
    [['--replay', 'x', '--upstream', 'http://127.0.0.1:1'], '--replay asks nobody: it does not go with --upstream'],
    [['--replay', 'x', '--storage', 'disk:x'], 'a replay goes with storage memory: it begins with what was recorded'],
    [['--ca-file', 'x'], '--ca-file goes with env and verify, and with --upstream'],
    [['verify', '--upstream', 'x', '--key', 'x', 'localhost/a'], '--upstream does not go with verify'],
  ]
  for (const [flags, message] of rows) {
    const { code, err } = await run(t, ...flags)
    t.equal(code, 2)
    t.ok(err.includes(message), err)
  }
  t.match(await run(t, '--upstream', 'registry.example'), { code: 2, err: /upstream must be \{ url: 'https:\/\/…'/ })
  t.match(await run(t, '--replay', 'nowhere'), { code: 1, err: /there is no OCI image layout at nowhere/ })
})

void t.test('--upstream logs in as docker’s configuration says', async (t) => {
  const account = { username: 'alice', password: 'secret' }
  const { registry: origin, wire: there } = await registryFor(t, { accounts: [account], anonymous: 'push' })
  await there.image('team/app', '1')
  const { registry: closed } = await registryFor(t, { accounts: [account], storage: origin.store })
  const { HOME = '', DOCKER_CONFIG = '' } = closed.env({ as: 'alice' })
  process.env['DOCKER_CONFIG'] = DOCKER_CONFIG || join(HOME, '.docker')
  t.teardown(() => delete process.env['DOCKER_CONFIG'])
  const pulling = await serving(t, '--upstream', closed.url, '--quiet')
  t.equal((await pulling.wire.get('/v2/team/app/manifests/1')).status, 200)
  t.equal(await pulling.end(), 0)
  process.env['DOCKER_CONFIG'] = folderFor(t)
  const nobody = await serving(t, '--upstream', closed.url, '--quiet')
  const refused = await nobody.wire.get('/v2/team/app/manifests/1')
  t.equal(refused.status, 403)
  t.match(errorOf(refused).message, /asks for a login: docker login/)
  t.equal(await nobody.end(), 0)
})
