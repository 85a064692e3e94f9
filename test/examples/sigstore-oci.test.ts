import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { exampleProject, output, pack } from '../support/package.js'
import { folderFor } from '../support/registries.js'

t.setTimeout(600_000)

void t.test('the tests of a client that somebody else wrote, and what it gets wrong', async (t) => {
  const project = await exampleProject(t, 'sigstore-oci', await pack(folderFor(t)))
  const text = await output(project, 'npm', 'test')
  const readme = readFileSync(join(project, 'README.md'), 'utf8')
  const [, count] = /: (\d+) tests that say/.exec(readme) ?? []
  t.ok(text.includes(`# pass ${count}\n# fail 0\n`), text)
  const rows = readme.split('\n').filter((line) => /^\| (?!what |-)/.test(line))
  t.equal(rows.length, 16)
  for (const row of rows) {
    const name = row.split('|').at(-2)?.trim()
    t.ok(
      text.split('\n').some((line) => /^ok \d+ - (.*)$/.exec(line)?.[1] === name),
      row,
    )
  }
})
