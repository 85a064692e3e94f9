import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readArguments } from '../../harness/cli/arguments.js'
import { UsageError } from '../../harness/cli/flags.js'
import { setVariables } from '../../harness/cli/shells.js'
import { ended, main, run, runIn, start } from '../support/cli.js'
import { folderFor, registryFor } from '../support/registries.js'

void t.test('a shell that evaluates it is led to a registry that runs', async (t) => {
  const accounts = [{ username: 'alice', password: "it's $HOME" }]
  const { registry } = await registryFor(t, { tls: true, accounts })
  const home = join(folderFor(t), "a 'home'; touch $(pwd)")
  const script = `
    eval "$("$NODE" "$MAIN" env --url "$URL" --user "$LOGIN" --ca-file "$CA" --home "$FOLDER")" || exit 9
    "$NODE" -e "$CODE"; echo "$HOME"; echo "$START_REGISTRY_HOME"`
  const code = `
    const { auths } = JSON.parse(require('node:fs').readFileSync(process.env.DOCKER_CONFIG + '/config.json', 'utf8'))
    const headers = { Authorization: 'Basic ' + auths[process.env.REGISTRY].auth }
    fetch(process.env.REGISTRY_URL + '/v2/', { headers }).then((reply) => console.log(reply.status))`
  const env = {
    ...process.env,
    NODE: process.execPath,
    MAIN: main,
    URL: registry.url,
    LOGIN: "alice:it's $HOME",
    CA: registry.caFile,
    FOLDER: home,
    CODE: code,
    HOME: '/home/of/somebody',
  }
  const child = spawn('sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.equal(Buffer.concat(await child.stdout.toArray()).toString(), `200\n/home/of/somebody\n${home}\n`)
  t.ok(existsSync(join(home, '.docker/config.json')), 'and stays')
})

void t.test('without --home there is a new folder, that is named', async (t) => {
  const { code, out, err } = await run(t, 'env', '--url', 'http://127.0.0.1:5000', '--private-home', '--json')
  t.same([code, err], [0, ''])
  const { event, env } = JSON.parse(out) as { event: string; env: Record<string, string> }
  const home = env['START_REGISTRY_HOME'] as string
  t.teardown(() => rmSync(home, { recursive: true }))
  t.match(env, { REGISTRY: '127.0.0.1:5000', REGISTRY_URL: 'http://127.0.0.1:5000', HOME: home })
  t.equal(event, 'env')
  t.equal(readFileSync(join(home, '.docker/config.json'), 'utf8'), '{"auths":{}}')
})

void t.test('a registry of another machine is known by its own name alone', async (t) => {
  const flags = ['--url', 'https://registry.example', '--user', 'a:b', '--home', folderFor(t), '--json']
  const { out } = await run(t, 'env', ...flags)
  const { env } = JSON.parse(out) as { env: Record<string, string> }
  t.match(env, { REGISTRY: 'registry.example', REGISTRY_URL: 'https://registry.example' })
  t.notOk('SSL_CERT_FILE' in env, 'the system trusts it')
  t.equal(readFileSync(env['REGISTRY_AUTH_FILE'] as string, 'utf8'), '{"auths":{"registry.example":{"auth":"YTpi"}}}')
})

void t.test('--ready-file is waited for', async (t) => {
  const folder = folderFor(t)
  const ready = join(folder, 'ready')
  const asking = run(t, 'env', '--ready-file', ready, '--home', join(folder, 'home'), '--shell', 'github')
  const registry = start(t, '--ready-file', ready)
  const { code, out, err } = await asking
  t.same([code, err], [0, ''])
  t.match(out, `REGISTRY_URL=http://${readFileSync(ready, 'utf8').trim()}\n`)
  registry.kill('SIGTERM')
  t.equal(await ended(registry), 0)
  writeFileSync(ready, 'nonsense\n')
  t.same(await run(t, 'env', '--ready-file', ready), {
    code: 1,
    out: '',
    err: `start-registry: ${ready} has no host:port in it\n`,
  })
})

void t.test('a proxy of the user’s is not asked for the registry, and other roots stay trusted', async (t) => {
  const folder = folderFor(t)
  const { registry } = await registryFor(t, { tls: true })
  const pem = readFileSync(registry.caFile as string, 'utf8')
  writeFileSync(join(folder, 'corporate.pem'), 'CORPORATE\n')
  const user = {
    HTTPS_PROXY: 'http://proxy.example:3128',
    NO_PROXY: 'intranet.example',
    no_proxy: '',
    SSL_CERT_FILE: '',
    REQUESTS_CA_BUNDLE: join(folder, 'corporate.pem'),
    NODE_EXTRA_CA_CERTS: join(folder, 'none.pem'),
  }
  const flags = [
    '--url',
    registry.url,
    '--ca-file',
    registry.caFile as string,
    '--home',
    join(folder, 'home'),
    '--json',
  ]
  const { env } = JSON.parse((await runIn(t, user, 'env', ...flags)).out) as { env: Record<string, string> }
  t.equal(env['NO_PROXY'], 'intranet.example,127.0.0.1,localhost,::1')
  t.equal(env['no_proxy'], env['NO_PROXY'])
  const text = (name: string): string => readFileSync(env[name] as string, 'utf8')
  t.equal(text('REQUESTS_CA_BUNDLE'), `CORPORATE\n${pem}`)
  t.equal(text('NODE_EXTRA_CA_CERTS'), pem, 'node adds it to its own')
  t.ok(text('SSL_CERT_FILE').endsWith(pem))
  t.ok(text('SSL_CERT_FILE').split('BEGIN CERTIFICATE').length > 50, "the system's are in it")
})

const nasty = ["it's", 'a"b', '$HOME `id` $(id)', '\\', "\\'", ' ; rm x', 'two\nlines', '!x*?', '']

void t.test('values are text to a shell, whatever is in them', (t) => {
  const variables = Object.fromEntries(nasty.map((value, index) => [`V${index}`, value]))
  const print = Object.keys(variables).map((name) => String.raw`printf '%s\0' "$${name}"`)
  for (const evaluate of ['eval "$LINES_TO_SET"', 'set -f; eval $LINES_TO_SET']) {
    // Without quotes the shell has split the text at white space, and joined it again with single spaces.
    const expected = evaluate.startsWith('eval') ? nasty : nasty.map((value) => value.replaceAll('\n', ' '))
    const out = execFileSync('sh', ['-c', [evaluate, ...print].join('\n')], {
      env: { LINES_TO_SET: setVariables('sh', variables) },
    })
    t.same(out.toString().split('\0').slice(0, -1), expected)
  }
  t.equal(setVariables('fish', { A: "it's \\ $(x)" }), String.raw`set -gx A 'it\'s \\ $(x)';` + '\n')
  t.equal(setVariables('powershell', { A: "it's ’ $(x)" }), "$env:A = 'it''s ’’ $(x)';\n")
  t.equal(setVariables('github', { A: 'one', B: 'two\nEND\nlines' }), 'A=one\nB<<END_\ntwo\nEND\nlines\nEND_\n')
  t.end()
})

void t.test('wrong use is 2, and what fails leaves nothing', async (t) => {
  const url = ['--url', 'http://127.0.0.1:1']
  const rows: readonly (readonly [args: string[], message: string])[] = [
    [[], 'env needs --url URL of a registry that runs, or the --ready-file FILE that it writes'],
    [
      [...url, '--ready-file', 'x'],
      'env needs --url URL of a registry that runs, or the --ready-file FILE that it writes',
    ],
    [['--url', '127.0.0.1:5000'], '--url must be http://HOST:PORT or https://HOST:PORT, not 127.0.0.1:5000'],
    [['--url', 'http://a:b@localhost:1'], '--url has no login in it: that is --user NAME:PASSWORD'],
    [['--url', 'http://localhost:1/v2/'], '--url ends with the port: http://localhost:1'],
    [[...url, '--ca-file', 'x'], '--ca-file goes with an https URL'],
    [[...url, '--shell', 'csh'], '--shell must be sh, fish, powershell, github, not csh'],
    [[...url, '--user', 'a:b', '--user', 'c:d'], 'env logs in one --user'],
    [[...url, '--port', '1'], '--port does not go with env'],
    [[...url, '--tls'], '--tls does not go with env (--ca-file says which CA to trust)'],
    [[...url, 'more'], 'unexpected argument more'],
  ]
  for (const [args, message] of rows) {
    t.throws(() => readArguments(['env', ...args]), new UsageError(message), args.join(' '))
  }
  const folder = folderFor(t)
  mkdirSync(join(folder, 'tmp'))
  const flags = ['--url', 'https://127.0.0.1:1', '--ca-file', join(folder, 'none')]
  const failed = await runIn(t, { TMPDIR: join(folder, 'tmp') }, 'env', ...flags)
  t.match(failed, { code: 1, out: '', err: /^start-registry: ENOENT.*none/ })
  t.same(execFileSync('ls', [join(folder, 'tmp')]).toString(), '')
})
