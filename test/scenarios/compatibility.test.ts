import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import {
  dataFile,
  parse,
  serialise,
  tableFile,
  withoutSystemVersions,
  writeCommand,
} from '../../scenarios/compatibility/data.js'
import { Recorder, type CompatibilityRecord } from '../../scenarios/compatibility/record.js'
import { render } from '../../scenarios/compatibility/render.js'
import { parseRule } from '../../harness/faults/parse.js'
import { faultsFile, observationsFile, serialiseObservations } from '../../scenarios/faults/observation.js'
import { plans } from '../../scenarios/faults/plans.js'
import { renderFaults } from '../../scenarios/faults/render.js'
import { scenarios } from '../../scenarios/index.js'
import { idOf, rowOf } from '../../vendor-binaries/names.js'
import { keptObservations, keptRecords } from './replay.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const push: CompatibilityRecord = {
  scenario: 'charts',
  client: 'helm',
  version: '3.8.2',
  story: 'push',
  over: 'https, login',
}

void t.test('the table is what the records make', async (t) => {
  t.equal(read(tableFile), render(keptRecords()), `${writeCommand('--render')} writes it`)
  t.equal(read(dataFile), serialise(keptRecords()), `${writeCommand('--render')} puts it in order`)
})

void t.test('the page of faults is what the observations make', async (t) => {
  t.equal(read(faultsFile), renderFaults(keptObservations()), `${writeCommand('--render')} writes it`)
  t.equal(read(observationsFile), serialiseObservations(keptObservations()))
  t.same(
    new Set(keptObservations().map(({ fault }) => fault)),
    new Set(plans.map(({ title }) => title)),
    'each fault was met',
  )
  for (const { rule } of plans) t.ok(parseRule(rule), rule)
})

void t.test(
  'the page of faults has a row for each fault, a column for each client, and messages as footnotes',
  async (t) => {
    const observed = { fault: 'manifest: 503 once', client: 'helm', version: '3.8.2', tries: 1 } as const
    const page = renderFaults([
      { ...observed, outcome: 'fails', message: 'Error: 503' },
      { ...observed, version: '3.22.0', outcome: 'works', tries: 2 },
      { ...observed, client: 'oras', version: '1.3.6', outcome: 'untouched', tries: 0 },
      { ...observed, client: 'podman', version: '4.3.1', outcome: 'wrong' },
      { ...observed, client: 'skopeo', version: '1.9.3', outcome: 'fails', tries: 3, message: 'Error: 503' },
    ])
    const row = page.split('\n').find((line) => line.startsWith('| manifest: 503 once ')) ?? ''
    t.same(
      row.split('|').map((cell) => cell.trim()),
      ['', 'manifest: 503 once', '✗ [1]', '✓ 2×', '', '‼', '✗ 3× [1]', '`GET,HEAD manifest once: status 503`', ''],
    )
    t.ok(page.endsWith('\n## Notes\n\n1. `Error: 503`\n'))
  },
)

void t.test('each record is of a scenario that there is and of a client that it runs', async (t) => {
  t.not(keptRecords().length, 0)
  for (const { scenario, client, version, story } of keptRecords()) {
    const clients = scenarios.find(({ name }) => name === scenario)?.clients ?? []
    const ids = clients.flatMap((text) => rowOf(text) ?? []).map(idOf)
    const id = rowOf(client)?.source.kind === 'system' ? client : `${client}@${version}`
    t.ok(ids.includes(id), `${scenario}: ${id}, ${story}; ${writeCommand(scenario)} writes it anew`)
  }
})

void t.test('the table has clients and versions in order, and says over what each story works', async (t) => {
  const page = render([
    { ...push, version: '3.22.0', over: 'http' },
    { ...push, client: 'podman', version: '4.3.1', scenario: 'images', story: 'a | b', over: 'http, login' },
    push,
    { ...push, over: 'https', scenario: 'trust' },
    { ...push, client: 'cosign', version: '1.0.0', over: 'http, login' },
    { ...push, client: 'cosign', version: '1.0.0' },
  ])
  t.equal(
    page.slice(page.indexOf('| client')),
    [
      '| client           | story  | http | https | login           | scenario          |',
      '| ---------------- | ------ | ---- | ----- | --------------- | ----------------- |',
      '| **cosign 1.0.0** | push   | ✓    | ✓     | ✓ http, ✓ https | `charts`          |',
      '| **helm 3.8.2**   | push   |      | ✓     | ✓ https         | `trust`, `charts` |',
      '| **helm 3.22.0**  | push   | ✓    |       |                 | `charts`          |',
      '| **podman 4.3.1** | a \\| b | ✓    |       | ✓ http          | `images`          |',
      '',
    ].join('\n'),
  )
})

void t.test('defects and notes are footnotes, equal ones one', async (t) => {
  const defect = 'Error: no\n  `push`  here'
  const page = render([
    { ...push, defect },
    { ...push, story: 'pull', over: 'http', defect },
    { ...push, story: 'show', over: 'https', note: 'Only by tag.' },
    { ...push, story: 'show', note: 'Only by digest', defect: 'tag' },
  ])
  t.equal(
    page.slice(page.indexOf('| **helm')),
    [
      '| **helm 3.8.2** | pull  | ✗ [1] |       |             | `charts` |',
      '|                | push  |       |       | ✗ https [1] | `charts` |',
      '|                | show  |       | ✓ [2] | ✗ https [3] | `charts` |',
      '',
      '## Notes',
      '',
      '1. helm 3.8.2 says `` Error: no `push` here ``',
      '2. Only by tag.',
      '3. Only by digest: helm 3.8.2 says `tag`',
      '',
    ].join('\n'),
  )
})

void t.test('records are kept one a line, in an order of their own', async (t) => {
  const records = [
    { ...push, version: '3.22.0' },
    { ...push, note: 'a note' },
    { ...push, story: 'login' },
  ]
  const text = serialise(records)
  t.equal(
    text,
    `[
  {"client":"helm","version":"3.8.2","story":"login","over":"https, login","scenario":"charts"},
  {"client":"helm","version":"3.8.2","story":"push","over":"https, login","note":"a note","scenario":"charts"},
  {"client":"helm","version":"3.22.0","story":"push","over":"https, login","scenario":"charts"}
]
`,
  )
  t.equal(serialise(records.toReversed()), text)
  t.equal(serialise(parse(text)), text)
  t.same(parse(serialise([])), [])
})

void t.test('an observation is one fact, the same in each run', async (t) => {
  const recorder = new Recorder()
  const observed = { fault: 'late', client: 'helm', version: '3.8.2', outcome: 'works', tries: 1 } as const
  recorder.observe(observed)
  recorder.observe({ ...observed, fault: 'later' })
  t.same(recorder.observations(), [observed, { ...observed, fault: 'later' }])
  t.throws(() => recorder.observe({ ...observed, tries: 2 }), { message: 'helm 3.8.2, late: observed twice' })
  const message = 'dial tcp 127.0.0.1:43210: refused'
  t.throws(() => recorder.observe({ ...observed, fault: 'never', outcome: 'fails', message }), {
    message: /must be the same in each/,
  })
})

void t.test('versions of the system’s clients are not compared, those that are pinned are', async (t) => {
  const podman = (version: string): CompatibilityRecord => ({ ...push, client: 'podman', version })
  t.same(withoutSystemVersions([podman('5.0.0'), push]), withoutSystemVersions([push, podman('4.3.1')]))
  t.notSame(withoutSystemVersions([{ ...push, version: '3.8.3' }]), withoutSystemVersions([push]))
})

void t.test('a record is one fact, the same in each run', async (t) => {
  const recorder = new Recorder()
  recorder.add(push)
  recorder.add({ ...push })
  recorder.add({ ...push, over: 'http' })
  t.same(recorder.records(), [push, { ...push, over: 'http' }])
  t.throws(() => recorder.add({ ...push, defect: 'no' }), {
    message: 'helm 3.8.2, push over https, login: recorded twice, and not as the same',
  })
  for (const passing of ['dial tcp 127.0.0.1:43210: refused', `sha256:${'a'.repeat(64)} is gone`]) {
    t.throws(() => recorder.add({ ...push, story: 'pull', defect: passing }), { message: /must be the same in each/ })
  }
})
