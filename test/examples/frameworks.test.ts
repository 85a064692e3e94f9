import { join } from 'node:path'
import t, { type Test } from 'tap'
import { exampleProject, output, pack, root } from '../support/package.js'
import { folderFor } from '../support/registries.js'

t.setTimeout(600_000)

// What each framework says of its example, and not how long it took.
const examples: Readonly<Record<string, readonly (RegExp | string)[]>> = {
  tap: [
    /^ {4}ok 1 - a registry for one test/m,
    /^ {8}ok 1 - what a test changes/m,
    /^ {12}ok 2 - is there for its steps/m,
    /^ {8}ok 2 - is undone when it ends/m,
    '# { total: 5, pass: 5 }',
  ],
  'node-test': [
    'ok 1 - a registry for one test\n',
    'ok 2 - what a test changes in the registry of the file\n',
    '    ok 1 - is there for its steps\n',
    'ok 3 - is undone when it ends\n',
    '# pass 4\n# fail 0\n',
  ],
  vitest: [
    /✓ tags\.test\.ts > a registry for one test/,
    /✓ tags\.test\.ts > the next has another/,
    /✓ tags\.test\.ts > one registry for all tests, and a namespace for each > pushes 3/,
    /✓ tags\.test\.ts > it was one/,
    /Tests {2}6 passed \(6\)/,
  ],
  playwright: [
    /✓ {2}1 \S+ › a registry for one test/,
    /✓ {2}2 \S+ › the next has another/,
    /✓ {2}4 \S+ › one registry for a worker, and a namespace for each test › pushes 2/,
    /✓ {2}5 \S+ › one registry for a worker, and a namespace for each test › it was one/,
    '  5 passed',
  ],
}

/** Those that are written in TypeScript: their fixtures are typed as the framework takes them. */
const typed = ['vitest', 'playwright']

const shows = (t: Test, text: string, expected: readonly (RegExp | string)[]): void => {
  for (const one of expected) t.ok(typeof one === 'string' ? text.includes(one) : one.test(text), `${one}\n${text}`)
}

void t.test('each adapter, in the framework that it is for', async (t) => {
  const packed = await pack(folderFor(t))
  for (const [name, expected] of Object.entries(examples)) {
    await t.test(name, async (t) => {
      const project = await exampleProject(t, name, packed)
      shows(t, await output(project, 'npm', 'test'), expected)
      if (typed.includes(name)) t.equal(await typeCheck(project, 'tags.test.ts'), '')
    })
  }

  await t.test('jest, in its own process and in workers', async (t) => {
    const project = await exampleProject(t, 'jest', packed)
    for (const flags of ['--runInBand', '--maxWorkers=2']) {
      // It speaks on stderr.
      shows(t, await output(project, 'sh', '-c', `npm test -- ${flags} 2>&1`), [
        '✓ a registry for all test files',
        '✓ a program that a test starts is logged in',
        '✓ what a test changes',
        '✓ is undone when it ends',
        /^Tests: +4 passed, 4 total$/m,
      ])
    }
  })

  await t.test('one that fails is seen', async (t) => {
    const project = await exampleProject(t, 'node-test', packed)
    await t.rejects(output(project, 'node', '--test', 'no-such.test.js'), { message: /no-such/ })
  })
})

const typeCheck = (project: string, file: string): Promise<string> => {
  const tsc = [process.execPath, join(root, 'node_modules/typescript/bin/tsc')] as const
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023']
  const types = ['--lib', 'es2023,esnext.disposable,dom', '--types', 'node']
  return output(project, ...tsc, ...flags, ...types, '--typeRoots', join(root, 'node_modules/@types'), file)
}
