import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

/*
 * Every test file that needs no client, each in a process of its own. tap's runner gives a test file its loaders for
 * TypeScript, mocks and coverage: half a second of each process, for what no test here uses. So it starts this file
 * alone, which starts the others without them, as `node FILE` does.
 */

const root = fileURLToPath(new URL('../../', import.meta.url))
const tests = join('dist', 'test')

// Folders that tap's runner plays itself, since their tests need clients, or programs that are built for them.
const others = new Set(
  Array.from(readFileSync(join(root, '.taprc'), 'utf8').matchAll(/dist\/test\/(\w+)\/\*/g), ([, folder]) => folder),
)

const files = readdirSync(join(root, tests), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js') && !others.has(file.split(sep)[0]))
  .map((file) => join(tests, file))
  .toSorted()

// Each process has the time that tap gives a file.
const { timeout = 0 } = t.options
t.setTimeout(0)
t.jobs = availableParallelism()
t.plan(files.length)
for (const file of files) {
  // tap puts a loader into NODE_OPTIONS, from where the programs that a test starts would load it too.
  void t.spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, '--enable-source-maps', file], {
    name: file,
    cwd: root,
    buffered: true,
    timeout,
  })
}
