import t from 'tap'
import { commandLine, wordsOf, type Word } from '../../harness/command-line.js'
import { RunError, runner } from '../../harness/run.js'

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
  t.match(result, { stdout: 'the s3cret reason' })
})

void t.test('what is not there and what does not end are errors', async (t) => {
  const run = runner({})
  await t.rejects(run`/nowhere/helm version`, { message: /^`helm version` is not there: \/nowhere\/helm/ })
  const endless = run({ timeout: 50 })`${node} -e ${'setInterval(() => {}, 1000)'}`
  await t.rejects(endless, { message: /did not end/, result: { status: 143 } })
})
