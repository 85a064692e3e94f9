import t from 'tap'
import { compareVersions, parseVersion, type Version } from '../../src/helm/versions.js'

const version = (text: string): Version => parseVersion(text) as Version

void t.test('versions in the order that Helm gives them', async (t) => {
  const ordered = [
    '0.0.1',
    '0.9.0',
    '0.10.0',
    '1.0.0-0',
    '1.0.0-2',
    '1.0.0-10',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0-rc.1+build.5',
    '1',
    '1.0.0',
    '1.0.0+build.1',
    'v1.0.1',
    '1.1',
    '2.0.0',
    '18446744073709551615.0.0',
  ]
  for (const seed of [1, 7, 13]) {
    const mixed = ordered.toSorted((a, b) => ((a.length * seed) % 5) - ((b.length * seed) % 5))
    t.same(
      mixed
        .map(version)
        .toSorted(compareVersions)
        .map(({ text }) => text),
      ordered,
    )
  }
})

void t.test('what is a version', async (t) => {
  for (const text of ['1', 'v1', '1.2', '01.2.3', '1.2.3-a.b-c+0.01', '0.0.0-0']) t.ok(parseVersion(text), text)
  for (const text of [
    '',
    'one',
    '1.',
    '1.2.3.4',
    '1.2.3-01',
    '1.2.3-',
    '1.2.3+',
    '1.2.3 ',
    '1.2.3\n',
    'V1',
    '-1',
    '18446744073709551616.0.0',
    `1.${'0'.repeat(300)}`,
  ]) {
    t.equal(parseVersion(text), undefined, text.slice(0, 40))
  }
})
