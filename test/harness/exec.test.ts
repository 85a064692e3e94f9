import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { readArguments } from '../../harness/cli/arguments.js'
import { UsageError } from '../../harness/cli/flags.js'
import { commandLine } from '../../harness/command-line.js'
import { ended, lines, main, next, run, runIn, start } from '../support/cli.js'
import { folderFor, type Teardown } from '../support/registries.js'

const node = process.execPath

/** A command that runs some JavaScript. */
const js = (code: string): string[] => ['--', node, '-e', code]

void t.test('a command has a registry of its own, and what it prints is its own', async (t) => {
  const code = `
    fetch(process.env.REGISTRY_URL + '/v2/').then(async (reply) => {
      const { REGISTRY, REGISTRY_URL, HOME, DOCKER_CONFIG } = process.env
      console.log(JSON.stringify({ status: reply.status, REGISTRY, REGISTRY_URL, HOME, DOCKER_CONFIG }))
      console.error('to stderr')
    })`
  const { code: status, out, err } = await runIn(t, { HOME: '/home/of/somebody' }, 'exec', ...js(code))
  t.same([status, err], [0, 'to stderr\n'])
  const seen = JSON.parse(out) as Record<string, string>
  t.match(seen, { status: 200, REGISTRY_URL: `http://${seen['REGISTRY']}`, HOME: '/home/of/somebody' })
  t.notOk(existsSync(seen['DOCKER_CONFIG'] as string), 'gone with the command')
})

void t.test('--private-home has another HOME, --tls a CA that is trusted, --log says what was asked', async (t) => {
  const code = `
    fetch(process.env.REGISTRY_URL + '/v2/').then((reply) => console.log(reply.status, process.env.HOME))`
  const ended = await runIn(t, { HOME: '/home/of/somebody' }, 'exec', '--tls', '--private-home', '--log', ...js(code))
  t.equal(ended.code, 0)
  const [, home = ''] = /^200 (.*)\n$/.exec(ended.out) ?? []
  t.match(home, /home-\w+$/)
  t.notOk(existsSync(home))
  t.match(ended.err, /^\d\d:\d\d:\d\d\.\d{3} {2}200 {3}GET {5}\/v2\/ {2}.*\n$/)
})

void t.test('flags of serving count, and files are left as they say', async (t) => {
  const folder = folderFor(t)
  const [ready, ca] = [join(folder, 'ready'), join(folder, 'ca.pem')]
  const code = `
    const { readFileSync } = require('node:fs')
    const [, ready, ca] = process.argv
    console.log(readFileSync(ready, 'utf8') === process.env.REGISTRY + '\\n')
    console.log(readFileSync(ca, 'utf8') === readFileSync(process.env.REGISTRY_CA_FILE, 'utf8'))`
  const flags = ['--tls', '--ready-file', ready, '--ca-out', ca, '--profile', 'quay-3.12']
  const warning = 'start-registry: nobody can log in: add accounts (--user NAME:PASSWORD), or POST /api/v1/user/\n'
  t.same(await run(t, 'exec', ...flags, ...js(code), ready, ca), { code: 0, out: 'true\ntrue\n', err: warning })
  t.notOk(existsSync(ready))
  t.match(readFileSync(ca, 'utf8'), /^-----BEGIN CERTIFICATE-----/)
  t.same(await run(t, 'exec', '--quiet', ...flags, '--', 'true'), { code: 0, out: '', err: '' })
})

void t.test('who is logged in', async (t) => {
  const code = `
    const { auths } = JSON.parse(require('node:fs').readFileSync(process.env.DOCKER_CONFIG + '/config.json', 'utf8'))
    console.log(Buffer.from(auths[process.env.REGISTRY]?.auth ?? 'bm9ib2R5', 'base64').toString())`
  const [alice, bob] = [
    ['--user', 'alice:secret'],
    ['--user', 'bob:other'],
  ]
  for (const [flags, login] of [
    [[], 'nobody'],
    [alice, 'alice:secret'],
    [[...alice, '--no-login'], 'nobody'],
    [[...alice, ...bob, '--as', 'bob'], 'bob:other'],
    [[...alice, ...bob, '--no-login'], 'nobody'],
  ] as const) {
    t.same(await run(t, 'exec', ...flags, ...js(code)), { code: 0, out: `${login}\n`, err: '' }, flags.join(' '))
  }
})

void t.test('its status is the status, and a signal that ends it is 128 and more', async (t) => {
  t.match(await run(t, 'exec', '--', 'sh', '-c', 'exit 7'), { code: 7, out: '', err: '' })
  const kills = 'echo "$DOCKER_CONFIG"; kill -KILL $$'
  const killed = await run(t, 'exec', '--', 'sh', '-c', kills)
  t.same([killed.code, killed.err], [137, ''])
  t.notOk(existsSync(killed.out.trim()), 'the home is gone')
  t.match(await run(t, 'exec', '--', 'sh', '-c', 'kill -TERM $$'), { code: 143, out: '', err: '' })
})

void t.test('a command reads what exec is given to read', async (t) => {
  const child = spawn(node, [main, 'exec', '--', 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end('some text')
  t.equal(Buffer.concat(await child.stdout.toArray()).toString(), 'some text')
})

// Says which signals come, and ends with the second.
const stubborn = `
  let count = 0
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(name, () => {
    console.log(name + ' ' + ++count)
    if (count === 2) process.exit(3)
  })
  setInterval(() => {}, 1000)
  console.log(process.env.DOCKER_CONFIG)`

void t.test('signals go to the command, which decides: a second one too', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
    const child = start(t, 'exec', ...js(stubborn))
    const out = lines(child.stdout)
    const home = await next(out)
    child.kill(signal)
    t.equal(await next(out), `${signal} 1`)
    t.ok(existsSync(home), 'it goes on')
    child.kill(signal)
    t.equal(await next(out), `${signal} 2`)
    t.equal(await ended(child), 3)
    t.notOk(existsSync(home))
  }
  const child = start(t, 'exec', ...js(`setInterval(() => {}, 1000); console.log('ready')`))
  t.equal(await next(lines(child.stdout)), 'ready')
  child.kill('SIGINT')
  t.equal(await ended(child), 130)
})

void t.test('in a terminal Ctrl-C reaches the command by the terminal alone', async (t) => {
  const counting = `
    let count = 0
    process.on('SIGINT', () => console.log('SIGINT ' + ++count))
    // By the time of the answer exec has dealt with every signal of before.
    process.stdin.once('data', () => fetch(process.env.REGISTRY_URL + '/v2/').then(() => process.exit(10 + count)))
    console.log('ready')`
  const terminal = inTerminal(t, [node, main, 'exec', ...js(counting)])
  await terminal.shows(/ready/)
  for (const count of [1, 2]) {
    terminal.type('\u0003')
    await terminal.shows(new RegExp(`SIGINT ${count}`))
  }
  terminal.type('how many?\n')
  t.equal(await terminal.ended, 12)
  // To a session of its own the terminal sends none, and neither does exec.
  const apart = inTerminal(t, [node, main, 'exec', '--', 'setsid', ...js(counting).slice(1)])
  await apart.shows(/ready/)
  apart.type('\u0003')
  await apart.shows(/\^C/)
  apart.type('how many?\n')
  t.equal(await apart.ended, 10)
})

void t.test('a signal that comes before the command keeps it from being run', async (t) => {
  const code = `
    import { runInForeground, signalStatus, takeSignals } from ${JSON.stringify(new URL('../../harness/cli/foreground.js', import.meta.url))}
    const signals = takeSignals()
    process.once('SIGTERM', () => {
      console.log(signals.early(), signalStatus(signals.early()))
      signals.stop()
      setImmediate(() => process.kill(process.pid, 'SIGTERM'))
    })
    setInterval(() => {}, 1000)
    process.kill(process.pid, 'SIGTERM')`
  const child = spawn(node, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.equal(Buffer.concat(await child.stdout.toArray()).toString(), 'SIGTERM 143\n')
  t.equal(
    child.signalCode ?? (await new Promise((resolve) => child.once('exit', (_, name) => resolve(name)))),
    'SIGTERM',
  )
})

void t.test('125 when the registry does not start, 127 and 126 when the command does not', async (t) => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => blocker.once('listening', resolve))
  t.teardown(() => blocker.close())
  const port = String((blocker.address() as AddressInfo).port)
  t.same(await run(t, 'exec', '--port', port, '--', 'echo', 'run'), {
    code: 125,
    out: '',
    err: `start-registry: cannot listen on 127.0.0.1:${port}: something else listens there; choose another port, or 0 for a free one\n`,
  })
  const file = join(folderFor(t), 'file')
  writeFileSync(file, 'no program')
  t.match(await run(t, 'exec', '--ready-file', join(file, 'ready'), '--', 'echo', 'run'), {
    code: 125,
    out: '',
    err: /^start-registry: ENOTDIR/,
  })
  t.same(await run(t, 'exec', '--', 'no-such-command', 'x'), {
    code: 127,
    out: '',
    err: 'start-registry: there is no command no-such-command\n',
  })
  t.same(await run(t, 'exec', '--', file), {
    code: 126,
    out: '',
    err: `start-registry: ${file} cannot be run: spawn ${file} EACCES\n`,
  })
})

void t.test('wrong use is 2', async (t) => {
  const rows: readonly (readonly [args: string[], message: string])[] = [
    [['exec'], 'exec needs a command: start-registry exec [flags] -- COMMAND [ARGUMENTS]'],
    [['exec', '--'], 'exec needs a command: start-registry exec [flags] -- COMMAND [ARGUMENTS]'],
    [
      ['exec', '--tls', 'npm', 'test'],
      'exec needs -- in front of the command: start-registry exec [flags] -- npm test',
    ],
    [['--', 'npm', 'test'], 'unexpected argument npm: start-registry exec [flags] -- npm test runs a command'],
    [['exec', '--prot', '1', '--', 'true'], 'unknown flag --prot (did you mean --port?)'],
    [['exec', '--url', 'x', '--', 'true'], '--url goes with env'],
    [
      ['exec', '--user', 'alice:x', '--as', 'alcie', '--', 'true'],
      '--as alcie: there is no such --user (did you mean alice?)',
    ],
    [
      ['exec', '--user', 'alice:x', '--user', 'bob:x', '--', 'true'],
      'which user is logged in? --as NAME says it (alice, bob), or --no-login',
    ],
    [['exec', '--user', 'a:x', '--as', 'a', '--no-login', '--', 'true'], '--as and --no-login do not go together'],
    [['--private-home'], '--private-home goes with exec and env'],
  ]
  for (const [args, message] of rows) {
    t.throws(() => readArguments(args), new UsageError(message), args.join(' '))
  }
  t.same(await run(t, 'exec'), {
    code: 2,
    out: '',
    err: `start-registry: ${rows[0]?.[1]}\nstart-registry --help lists commands and flags\n`,
  })
  t.same(await run(t, 'exec', '--json', '--', 'true'), {
    code: 2,
    out: '{"event":"error","message":"--json does not go with exec"}\n',
    err: '',
  })
  // What is behind -- is not ours.
  t.same(await run(t, 'exec', '--', 'echo', '--json', '--help', '--'), { code: 0, out: '--json --help --\n', err: '' })
})

interface Terminal {
  readonly type: (text: string) => void
  /** Waits for text on the screen. @throws Error when the command ends without. */
  readonly shows: (pattern: RegExp) => Promise<void>
  readonly ended: Promise<number | null>
}

/** A command in a terminal of its own, by script(1). */
function inTerminal(t: Teardown, words: readonly string[]): Terminal {
  const child = spawn('script', ['--quiet', '--return', '--command', `exec ${commandLine(words)}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, SHELL: '/bin/sh' },
  })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let screen = ''
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString()))
  return {
    type: (text) => child.stdin.write(text),
    async shows(pattern) {
      while (!pattern.test(screen)) {
        if (child.stdout.readableEnded) throw new Error(`${pattern} was not shown:\n${screen}`)
        await new Promise<void>((resolve) => {
          child.stdout.once('data', () => resolve())
          child.stdout.once('end', () => resolve())
        })
      }
    },
    ended,
  }
}
