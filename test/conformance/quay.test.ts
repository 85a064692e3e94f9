import { readFileSync } from 'node:fs'
import { startRegistry } from 'start-registry'
import t from 'tap'
import { casesIn, countsIn, runConformance } from '../support/conformance.js'
import { folderFor, storages } from '../support/registries.js'

// What the official tool says of a Quay: exactly the cases fail that QUIRKS.md names.

const account = { username: 'conformance', password: 'its password' }

interface Expected {
  readonly cases: string
  readonly pattern: RegExp
  readonly count: number
}

const quirks = readFileSync(new URL('../../../QUIRKS.md', import.meta.url), 'utf8')

/** The rows of the table of cases. */
const expected: readonly Expected[] = Array.from(
  quirks.matchAll(/^\| `([^`]+)` \| (\d+) \| \d+ \|$/gm),
  ([, cases = '', count]) => ({
    cases,
    pattern: new RegExp(`^${cases.replace(/[.+]/g, String.raw`\$&`).replaceAll('*', '.*')}$`),
    count: Number(count),
  }),
)

for (const [name, storage] of storages(t)) {
  void t.test(`quay-3.12, ${name}`, async (t) => {
    await using registry = await startRegistry({ profile: 'quay-3.12', storage, accounts: [account] })
    const results = folderFor(t)
    await runConformance(registry, { env: { OCI_VERSION: 'stable' }, account, results })
    const junit = readFileSync(`${results}/junit.xml`, 'utf8')
    const failed = casesIn(junit).flatMap(({ name: one, status }) =>
      status === 'failure' || status === 'error' ? [one.replace('OCI Conformance Test/', '')] : [],
    )
    for (const { cases, pattern, count } of expected) {
      t.equal(failed.filter((one) => pattern.test(one)).length, count, cases)
    }
    const named = failed.map((one) => expected.filter(({ pattern }) => pattern.test(one)).length)
    t.same(
      failed.filter((_, index) => named[index] !== 1),
      [],
      'each case that fails is named once',
    )
    const { tests, errors } = countsIn(junit)
    t.ok(tests > 800, `${tests} tests`)
    t.equal(errors, 0)
  })
}

void t.test('each row of the table names a quirk', async (t) => {
  const rows = quirks.matchAll(/^\| `[^`]+` \| \d+ \| (\d+) \|$/gm)
  for (const [line, row] of rows) t.match(quirks, new RegExp(`^\\| ${row} \\| `, 'm'), line)
  t.ok(expected.length > 10)
})
