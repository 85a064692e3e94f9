import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import t from 'tap'
import { commandLine, wordsOf, type Word } from '../../harness/command-line.js'
import { RunError, runner } from '../../harness/run.js'
import { folderFor, type Teardown } from '../support/registries.js'

const node = process.execPath
const words = (strings: TemplateStringsArray, ...values: Word[]): string[] => wordsOf(strings, values)

void t.test('a template becomes words', async (t) => {
  t.same(words`helm push web-0.1.0.tgz`, ['helm', 'push', 'web-0.1.0.tgz'])
  t.same(words`a ${'two words'} b`, ['a', 'two words', 'b'], 'a value never splits')
  t.same(words`a --to=${'x y'}:${1} b`, ['a', '--to=x y:1', 'b'], 'text that touches a value is one word with it')
  t.same(words`a ${['-b', 'c d']} e`, ['a', '-b', 'c d', 'e'], 'a list is several words')
  t.same(words`a ${[]} b ${''} c`, ['a', 'b', '', 'c'], 'an empty list is none, an empty text is one')
  t.same(
    words`a
    b`,
    ['a', 'b'],
  )
})

void t.test('a command line can be pasted into a shell', async (t) => {
  t.equal(commandLine(['podman', 'push', '127.0.0.1:5000/a/b@sha256:ab']), 'podman push 127.0.0.1:5000/a/b@sha256:ab')
  t.equal(commandLine(['echo', "it's", '', '$HOME']), String.raw`echo 'it'\''s' '' '$HOME'`)
})

void t.test('a command runs in the environment that it is given, and in no other', async (t) => {
  process.env['HELM_NAMESPACE'] = 'of the user'
  t.teardown(() => delete process.env['HELM_NAMESPACE'])
  const run = runner({ env: { A: '1' }, set: { B: '2' } })
  const { stdout, status, stderr } =
    await run`${node} -p ${'[process.env.A, process.env.B, process.env.HELM_NAMESPACE]'}`
  t.equal(stdout, "[ '1', '2', undefined ]")
  t.equal(stderr, '')
  t.equal(status, 0)
})

void t.test('the transcript has the command, its output and its status, and no secret', async (t) => {
  const transcript: string[] = []
  const run = runner({ hide: ['s3cret'], set: { KEY: 's3cret' }, transcript: (text) => void transcript.push(text) })
  const program = 'console.log(process.env.KEY); console.error("bad"); process.exit(3)'
  const { stdout } = await run({ status: 3 })`${node} -e ${program} s3cret`
  t.equal(stdout, 's3cret', 'the result is as it is')
  t.equal(transcript.join(''), `$ KEY=*** node -e '${program}' ***\n    ***\n    bad\n    (status 3)\n`)
})

void t.test('the transcript has the beginning and the end of long output, the result has all of it', async (t) => {
  const transcript: string[] = []
  const run = runner({ transcript: (text) => void transcript.push(text) })
  const count = (to: number) => run`${node} -e ${`for (let i = 1; i <= ${to}; i++) console.log(i)`}`
  t.equal((await count(50)).stdout.split('\n').length, 50)
  t.match(transcript[1], /^ {4}1\n( {4}\d+\n){29} {4}\(10 lines more\)\n {4}41\n( {4}\d+\n){8} {4}50\n$/)
  await count(41)
  t.notMatch(transcript[3], /more/, 'one line is not left out to say that one is')
})

void t.test('input is what the command reads', async (t) => {
  const run = runner({ input: 'hello' })
  const { stdout } = await run`${node} -e ${'process.stdin.pipe(process.stdout)'}`
  t.equal(stdout, 'hello')
})

void t.test('another status than the expected one is an error that tells the story', async (t) => {
  const run = runner({ hide: ['s3cret'] })
  const error = await run`${node} -e ${'console.log("the s3cret reason"); process.exit(7)'}`.catch(
    (error: unknown) => error,
  )
  t.type(error, RunError)
  const { message, result } = error as RunError
  t.match(message, /^`node -e '.*' *` ended with status 7, not 0, after \d+ ms:\n {4}the \*\*\* reason$/)
  t.equal(result.status, 7)
  t.match(result, { stdout: 'the *** reason', output: 'the *** reason' })
  t.notMatch(inspect(error, { depth: 9 }), /s3cret/, 'whoever prints all of it')
})

void t.test('what cannot be run is an error that says why', async (t) => {
  const run = runner({ hide: ['s3cret'] })
  await t.rejects(run`/nowhere/helm version`, { message: /^`helm version` is not there: \/nowhere\/helm, after/ })
  await t.rejects(run({ status: 'any' })`no-such-client s3cret`, {
    message: /^`no-such-client \*\*\*` is not there: no-such-client, after/,
    result: { status: 127 },
  })
  await t.rejects(run({ cwd: '/nowhere' })`${node} --version`, {
    message: /^`node --version` cannot run in \/nowhere, which is not there, after/,
  })
  const file = join(folderFor(t), 'client')
  writeFileSync(file, '', { mode: 0o644 })
  await t.rejects(run({ status: 'any' })`${file}`, { message: /^`client` could not be run: .*EACCES/ })
})

// A program that lasts for ever, with a child; both ignore that they are told to end, and hold a connection until they
// are gone.
const hanging = (port: number): string => {
  const hold = `process.on('SIGTERM', () => {}); require('node:net').connect(${port}, '127.0.0.1')`
  return `${hold}
    require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(hold)}], { stdio: 'inherit' })`
}

/** Waits for two processes to connect; `gone` resolves when both are no more. */
async function twoProcesses(t: Teardown): Promise<{ port: number; there: Promise<void>; gone: Promise<unknown> }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const sockets: Promise<unknown>[] = []
  const there = new Promise<void>((resolve) =>
    server.on('connection', (socket: Socket) => {
      // A killed process may reset its connection.
      socket.on('error', () => {}).resume()
      sockets.push(once(socket, 'close'))
      if (sockets.length < 2) return
      resolve()
      server.close()
    }),
  )
  return { port: (server.address() as AddressInfo).port, there, gone: there.then(() => Promise.all(sockets)) }
}

void t.test('a command that hangs is killed with all its children', async (t) => {
  const { port, there, gone } = await twoProcesses(t)
  const error = await runner({ timeout: 3000 })`${node} -e ${hanging(port)}`.catch((error: unknown) => error)
  await there
  await gone
  const { message, result } = error as RunError
  t.match(message, /^`node -e .*` did not end within 3000 ms and was killed, after \d+ ms$/s)
  t.equal(result.status, 137)
})

void t.test('one that ends when it is told to has the time for it', async (t) => {
  const script = "trap 'echo put away; exit 0' TERM; echo here; sleep 60 & wait"
  const error = await runner({ timeout: 1000 })`sh -c ${script}`.catch((error: unknown) => error)
  t.match(error, { name: 'RunError', message: /did not end/, result: { status: 0, stdout: 'here\nput away' } })
})

void t.test('what has left the group of a command that hangs is not waited for', async (t) => {
  const program = `
    const { spawn } = require('node:child_process')
    const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: true })
    console.log(pid)
    setInterval(() => {}, 1000)`
  const error = await runner({ timeout: 3000 })`${node} -e ${program}`.catch((error: unknown) => error)
  const { message, result } = error as RunError
  t.match(message, /did not end within 3000 ms/)
  t.ok(process.kill(Number(result.stdout), 'SIGKILL'), 'it was still there')
})

void t.test('commands end with the process that runs them', async (t) => {
  const module = JSON.stringify(new URL('../../harness/run.js', import.meta.url))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { port, there, gone } = await twoProcesses(t)
    const code = `
      import { runCommand } from ${module}
      await runCommand([process.execPath, '-e', ${JSON.stringify(hanging(port))}])`
    const child = spawn(node, ['--input-type=module', '-e', code], { stdio: 'inherit' })
    const exit = once(child, 'exit')
    await there
    child.kill(signal)
    t.same(await exit, [null, signal], 'as if nobody had listened')
    await gone
  }
})
