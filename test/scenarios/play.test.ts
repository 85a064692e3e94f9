import t from 'tap'
import { startRegistry } from 'start-registry'
import { playScenario } from '../../scenarios/play.js'
import type { Scenario, ScenarioContext } from '../../scenarios/scenario.js'

const scenario = (clients: readonly string[], run: (context: ScenarioContext) => Promise<void>): Scenario => ({
  name: 'trial',
  title: 'a trial',
  clients,
  run,
})

const play = (clients: readonly string[], run: (context: ScenarioContext) => Promise<void>) =>
  playScenario(scenario(clients, run), () => {})

const story = { story: 'tells its version', over: 'http' } as const

void t.test('a desk has the versions that it chooses, and refuses the scenario’s other clients', async (t) => {
  await play(['helm', 'helm@4.3.1', 'cosign'], async ({ desk }) => {
    await using registry = await startRegistry()
    const chosen = desk(registry.env(), { clients: ['helm@4.3.1'] })
    t.match((await chosen.sh`helm version --short`).stdout, /^v4\.3\.1/)
    const without = await chosen.sh({ status: 127 })`cosign version`
    t.equal(without.stderr, 'this desk has no cosign: open it with { clients } that name cosign@2.6.5')
    const usual = desk(registry.env())
    t.match((await usual.sh`cosign version --json`).stdout, /"v2\.6\.5"/)
    const either = await usual.sh({ status: 127 })`helm version`
    t.equal(either.stderr, 'this desk has no helm: open it with { clients } that name helm@3.22.0 or helm@4.3.1')
    const two = () => desk(registry.env(), { clients: ['helm@3.22.0', 'helm@4.3.1'] })
    t.throws(two, { message: 'a desk has one helm, and this one was to have two: helm@3.22.0, helm@4.3.1' })
    const stranger = () => desk(registry.env(), { clients: ['oras'] })
    t.throws(stranger, {
      message: /^the scenario's clients have no oras: they are helm@3\.22\.0, helm@4\.3\.1, cosign/,
    })
  })
})

void t.test('what a scenario shows is answered, with the version that the client tells', async (t) => {
  const { records } = await play(['helm', 'podman'], async ({ show, defect }) => {
    show({ client: 'helm', ...story })
    show({ client: 'helm@3.22.0', ...story, note: 'as a note', story: 'another' })
    defect({ client: 'helm', story: 'a third', over: 'https, login', message: 'Error: no' })
    show({ client: 'podman', ...story })
  })
  const helm = { scenario: 'trial', client: 'helm', version: '3.22.0' }
  t.match(records, [
    { ...helm, ...story },
    { ...helm, over: 'http', story: 'another', note: 'as a note' },
    { ...helm, over: 'https, login', story: 'a third', defect: 'Error: no' },
    { scenario: 'trial', client: 'podman', version: /^\d+\.\d+/, ...story },
  ])
  t.equal(records.length, 4)
})

void t.test('a scenario shows nothing of a client that it does not name', async (t) => {
  const shows = play(['helm'], async ({ show }) => show({ client: 'helm@4.3.1', ...story }))
  await t.rejects(shows, { message: /^the scenario's clients have no helm@4\.3\.1: they are helm@3\.22\.0$/ })
  await t.rejects(
    play(['helm@9'], async () => {}),
    { message: 'there is no client helm@9 in the manifest' },
  )
})

void t.test(
  'stories that are told together have transcripts of their own, and end before one of them fails',
  async (t) => {
    const transcript: string[] = []
    const said: string[] = []
    const both = scenario(['helm'], async ({ together, say, observe }) => {
      say('before')
      let second = (): void => {}
      const waits = new Promise<void>((resolve) => (second = resolve))
      await together([
        async (one) => {
          one.say('one begins')
          await waits
          one.say('one ends')
        },
        async (two) => {
          two.say('two begins')
          second()
          two.say('two ends')
        },
      ])
      observe({ client: 'helm', fault: 'late', outcome: 'works', tries: 1 })
      const fails = together([
        async () => {
          throw new Error('the first fails')
        },
        async (other) => {
          await new Promise(setImmediate)
          said.push('the other has ended')
          other.say('other')
        },
      ])
      await t.rejects(fails, { message: 'the first fails' })
      t.same(said, ['the other has ended'])
    })
    const { observations } = await playScenario(both, (text) => void transcript.push(text))
    t.match(observations, [{ client: 'helm', version: '3.22.0', fault: 'late', outcome: 'works', tries: 1 }])
    t.same(
      transcript.filter((text) => text.startsWith('\n#')),
      ['before', 'one begins', 'one ends', 'two begins', 'two ends', 'other'].map((heading) => `\n# ${heading}\n`),
    )
  },
)
