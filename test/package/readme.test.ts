import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { generateKeyPair, writePrivateKey } from 'start-registry/cosign'
import { readArguments } from '../../harness/cli/arguments.js'
import { checkOptions, type StartOptions } from '../../harness/options.js'
import { folderFor, registryFor, type Teardown } from '../support/registries.js'
import { sign } from '../support/signing.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

const fenced = (language: string): string[] =>
  Array.from(readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)).flatMap(([, name, code = '']) =>
    name === language ? [code] : [],
  )

const pair = generateKeyPair()
const key = writePrivateKey(pair.privateKey, 'password', { n: 32768 })

// Somebody's folder, where the package is installed and cosign has made its keys.
function project(t: Teardown): string {
  const folder = folderFor(t)
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/start-registry'))
  const npx = join(folder, 'node_modules/.bin/npx')
  writeFileSync(npx, `#!/bin/sh\nshift\nexec ${process.execPath} ${join(root, 'dist/harness/cli/main.js')} "$@"\n`)
  chmodSync(npx, 0o755)
  writeFileSync(join(folder, 'cosign.key'), key)
  writeFileSync(join(folder, 'cosign.pub'), pair.publicPem)
  return folder
}

async function run(folder: string, ...[program, ...args]: [string, ...string[]]) {
  const PATH = `${join(folder, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`
  const env = { ...process.env, NODE_OPTIONS: '', PATH, HOME: folder, DOCKER_CONFIG: folder, COSIGN_REPOSITORY: '' }
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
  return { code: await closed, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }
}

// What the snippets of "Signatures" begin with: a registry with an image, signed or not.
const before = (isSigned: boolean): string => `
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { startRegistry } from 'start-registry'
import { readPrivateKey, signImage } from 'start-registry/cosign'
const sha256 = (text) => 'sha256:' + createHash('sha256').update(text).digest('hex')
const registry = await startRegistry()
const url = registry.url + '/v2/team/app'
const pushBlob = (body) => fetch(url + '/blobs/uploads/?digest=' + sha256(body), { method: 'POST', body })
const push = (tag, type, body) => fetch(url + '/manifests/' + tag, { method: 'PUT', headers: { 'Content-Type': type }, body })
const mediaType = 'application/vnd.oci.image.manifest.v1+json'
await pushBlob('{}')
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256('{}'), size: 2 }
const image = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] })
await push('1', mediaType, image)
const digest = sha256(image)
if (${String(isSigned)}) {
  const key = readPrivateKey(readFileSync('cosign.key', 'utf8'), 'password')
  const signed = signImage({ digest, reference: registry.host + '/team/app', key, annotations: { env: 'prod' } })
  for (const { bytes } of signed.blobs) await pushBlob(bytes)
  await push(signed.tag, signed.manifest.mediaType, signed.manifest.bytes)
}
Object.assign(globalThis, { registry, digest })
`

// Run by the tests of what they show, and by documents.test.ts.
const elsewhere = [/charts\/api/, /journal\.expect/, /process\.env\.RECORD/, /registry\.seed\(\{\n/, /faults\.add\(/]

// What comes behind a snippet, for what it did to be seen.
const after: readonly (readonly [part: RegExp, isSigned: boolean, code: string, printed: RegExp])[] = [
  [/node:test/, false, '', /^# pass 1$/m],
  [/registry\.verify/, true, '', /^true 0\nsig-tag true \[\]\n$/],
  [
    /signImage/,
    false,
    `console.log((await registry.verify('team/app:1', { key: 'cosign.pub', strict: true })).verified)`,
    /^true\n$/,
  ],
  [
    /clock\.advance/,
    false,
    `const { repositories } = await (await fetch(over.url + '/v2/_catalog')).json()
    console.log(repositories.join() === team + '/app', await (await fetch(registry.url + '/v2/_catalog')).text())
    await over.close()`,
    /^true \{"repositories":\[\]\}\n$/,
  ],
  [
    /admission/,
    false,
    `console.log(admission.actions, guarded.host.startsWith('127.0.0.1:'))
    await guarded.close()`,
    /^pull true\n$/,
  ],
]

void t.test('every program in the README runs, and does what it says', async (t) => {
  const programs = fenced('js').filter((code) => !elsewhere.some((part) => part.test(code)))
  t.equal(programs.length, after.length)
  for (const code of programs) {
    const found = after.filter(([part]) => part.test(code))
    t.equal(found.length, 1, code)
    const [, isSigned, more, printed] = found[0] as (typeof after)[number]
    t.ok(code.trim().split('\n').length <= 12, 'twelve lines')
    const folder = project(t)
    writeFileSync(join(folder, 'before.mjs'), before(isSigned))
    writeFileSync(join(folder, 'snippet.mjs'), `import './before.mjs'\n${code}\n${more}\n`)
    const ended = await run(folder, process.execPath, '--test-reporter=tap', 'snippet.mjs')
    t.equal(ended.code, 0, ended.err)
    t.match(ended.out, printed)
  }
})

void t.test('every command in a shell snippet runs', async (t) => {
  const [script = '', ...others] = fenced('sh')
  t.same(others, [])
  const { registry, wire } = await registryFor(t)
  for (const name of ['team/app', 'team/web']) {
    const reference = `${registry.host}/${name}`
    await sign(wire, name, await wire.image(name, '1'), { key: pair, reference, annotations: { env: 'prod' } })
  }
  const folder = project(t)
  const commands = script.trim().split('\n')
  t.equal(commands.length, 2)
  for (const command of commands) {
    const { code, out, err } = await run(folder, 'sh', '-c', command.replaceAll('localhost:5000', registry.host))
    t.same([code, err], [0, ''], command)
    t.match(out, command.includes('--json') ? /^\{"event":"verdict",.*"verified":true/ : /^verified /)
  }
})

void t.test('every command line in the README is one', async (t) => {
  const lines = Array.from(readme.matchAll(/^ {4}npx start-registry(.*)$/gm), ([, words = '']) => words)
  t.ok(lines.length >= 8)
  for (const line of lines) {
    const words = line
      .replace(/ #.*/, '')
      .replaceAll(/\[[^\]]*\]/g, '')
      .split(' ')
      .filter(Boolean)
    t.doesNotThrow(() => readArguments(words), line)
  }
})

void t.test('options that the README shows are taken', async (t) => {
  const blocks = Array.from(readme.matchAll(/(?:^ {4}.*\n)+/gm), ([block]) => block)
  const fragments = blocks.filter((block) => /^ {4}\w+: /.test(block))
  t.equal(fragments.length, 2)
  for (const fragment of fragments) {
    const options = runInNewContext(`({ ${fragment} })`) as StartOptions
    t.ok(Object.keys(options).length > 2)
    t.doesNotThrow(() => checkOptions(structuredClone(options)), fragment)
  }
})
