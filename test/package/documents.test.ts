import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { faultNames, matchFields } from '../../harness/faults/fields.js'
import { chartPackage } from '../support/charts.js'
import { errorTable } from '../../src/protocol/errors.js'
import { folderFor, registryFor } from '../support/registries.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

void t.test('every invariant is held by a test that exists', async (t) => {
  const text = read('INVARIANTS.md')
  const rules = text.split(/^(?=\d+\. )/m).slice(1)
  t.equal(rules.length, 11)
  for (const [index, rule] of rules.entries()) {
    t.ok(rule.startsWith(`${index + 1}. `), `rule ${index + 1}`)
    const [, file = '', name = ''] = /Held by `([^`]+)`:\s+"([^"]+)"/.exec(rule) ?? []
    t.ok(file !== '' && existsSync(join(root, file)), `${index + 1}: ${file}`)
    t.ok(name !== '' && read(file).includes(name), `${index + 1}: ${name}`)
  }
})

void t.test('every quirk of Quay is held by a test that exists', async (t) => {
  const rows = read('QUIRKS.md')
    .split('\n')
    .filter((line) => /^\| \d+ \|/.test(line))
  t.ok(rows.length > 30)
  for (const [index, row] of rows.entries()) {
    const cells = row.split(/(?<!\\) \| | \|$/)
    t.equal(cells.length, 6, row)
    t.equal(cells[0], `| ${index + 1}`)
    const [, file = '', name = ''] = /^`([^`]+)`: "([^"]+)"$/.exec(cells[4] ?? '') ?? []
    t.ok(file !== '' && existsSync(join(root, file)), `${index + 1}: ${file}`)
    // A test of each version, or each storage, says so behind its name.
    t.ok(
      name !== '' && [`'${name}'`, `\`${name}, \${`].some((call) => read(file).includes(call)),
      `${index + 1}: ${name}`,
    )
  }
})

void t.test("the README's example of content for tests, as it stands there", async (t) => {
  const [, section = ''] = read('README.md').split('\n## Content for tests\n')
  const [, code = ''] = /^```js\n(.*?)^```$/ms.exec(section) ?? []
  t.ok(code.includes('registry.seed('))
  t.ok(code.trim().split('\n').length <= 12, 'ten lines, and what it imports')
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { cwd: root })
  t.equal(stdout, '')
})

void t.test("the README's example of faults, as it stands there, and the name of each", async (t) => {
  const [, section = ''] = /\n## When things go wrong\n(.*?)\n## /s.exec(read('README.md')) ?? []
  const [, code = ''] = /^```js\n(.*?)^```$/ms.exec(section) ?? []
  t.ok(code.includes('faults.add('))
  t.ok(code.trim().split('\n').length <= 12, 'ten lines, and what it imports')
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { cwd: root })
  t.equal(stdout, '')
  for (const name of [...faultNames, ...Object.keys(matchFields)]) t.match(section.toLowerCase(), name)
})

void t.test('files that the documents name are there', async (t) => {
  for (const document of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'INVARIANTS.md', 'QUIRKS.md']) {
    for (const [, path] of read(document).matchAll(
      /`((?:src|harness|scenarios|vendor-binaries|test)\/[\w./-]+\.ts)`/g,
    )) {
      t.ok(existsSync(join(root, path as string)), `${document}: ${path}`)
    }
  }
})

void t.test('pictures are there, small, and not in the package', async (t) => {
  const pictures = Array.from(read('README.md').matchAll(/!\[[^\]]+\]\(([^)]+)\)/g), ([, path]) => path as string)
  t.same(pictures, ['docs/inspector.png'])
  for (const path of pictures) t.ok(statSync(join(root, path)).size < 150_000, path)
  const { files } = JSON.parse(read('package.json')) as { files: readonly string[] }
  t.notOk(files.some((path) => path.startsWith('docs')))
})

void t.test("the README's example of recording and replaying, as it stands there", async (t) => {
  const code = /```js\n((?:(?!```)[\s\S])*replay[\s\S]*?)```/.exec(read('README.md'))?.[1] ?? ''
  t.ok(code.trim().split('\n').length <= 10, 'ten lines')
  const folder = folderFor(t)
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/start-registry'))
  writeFileSync(join(folder, 'example.mjs'), code)
  const { registry, wire } = await registryFor(t)
  const digest = await wire.image('team/app', '1')
  for (const RECORD of [registry.url, '']) {
    const env = { ...process.env, RECORD }
    const { stdout } = await promisify(execFile)(process.execPath, ['example.mjs'], { cwd: folder, env })
    t.equal(stdout, `200 ${digest}\n`)
    await registry.close()
  }
})

void t.test('the snippet on charts does what it says', async (t) => {
  const blocks = read('README.md').split('```')
  const snippet = blocks.find((block) => block.startsWith('js\n') && block.includes('/charts/'))?.slice(3) ?? ''
  t.match(snippet, "readFileSync('web-0.1.0.tgz')")
  // Inside the package, so that it finds it by its name.
  const folder = t.testdir({
    'web-0.1.0.tgz': chartPackage(),
    'snippet.mjs': `import { readFileSync as read } from 'node:fs'
import { startRegistry } from 'start-registry'
const readFileSync = (name) => read(new URL(name, import.meta.url))
${snippet}
export { index }
`,
  })
  const { index } = (await import(join(folder, 'snippet.mjs'))) as { readonly index: string }
  t.match(index, /^ {2}web:\n {2}- apiVersion: v2\n/m)
})

void t.test('lock files name no hosts', async (t) => {
  const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `examples/${name}/`)
  t.ok(examples.length > 4)
  for (const folder of ['', ...examples]) {
    t.notMatch(read(`${folder}package-lock.json`), /"resolved": "http/)
    t.match(read(`${folder}.npmrc`), /^omit-lockfile-registry-resolved=true$/m)
  }
})

void t.test('every error code that the specification has is here', async (t) => {
  // distribution-spec 1.1 "Error Codes", code-1 to code-14.
  const spec = [
    'BLOB_UNKNOWN BLOB_UPLOAD_INVALID BLOB_UPLOAD_UNKNOWN DIGEST_INVALID MANIFEST_BLOB_UNKNOWN MANIFEST_INVALID',
    'MANIFEST_UNKNOWN NAME_INVALID NAME_UNKNOWN SIZE_INVALID UNAUTHORIZED DENIED UNSUPPORTED TOOMANYREQUESTS',
  ]
    .join(' ')
    .split(' ')
  for (const code of spec) t.ok(code in errorTable, code)
})
