import { Clients } from './clients.js'
import { Recorder, type CompatibilityRecord } from './compatibility/record.js'
import { openDesk } from './desk.js'
import type { Observation } from './faults/observation.js'
import type { Scenario, ScenarioContext, Shown } from './scenario.js'

/** What a scenario showed of its clients. */
export interface Played {
  readonly records: readonly CompatibilityRecord[]
  /** What they did when something went wrong. */
  readonly observations: readonly Observation[]
}

/**
 * Runs a scenario and answers what it showed of its clients; `write` hears its transcript.
 * @throws Error when a client is missing, with the command that gets it; whatever the scenario fails with.
 */
export async function playScenario(scenario: Scenario, write: (text: string) => void): Promise<Played> {
  write(`${scenario.name}: ${scenario.title}\n`)
  const clients = await Clients.find(scenario.clients)
  for (const { name, version, path } of clients.all) write(`  ${name} ${version}: ${path}\n`)
  const recorder = new Recorder()
  const record = ({ client: text, story, over, note }: Shown, defect?: string): void => {
    const { name: client, version } = clients.one(text)
    recorder.add({
      scenario: scenario.name,
      client,
      version,
      story,
      over,
      ...(note !== undefined && { note }),
      ...(defect !== undefined && { defect }),
    })
  }
  const contextOf = (out: (text: string) => void): ScenarioContext => ({
    say: (heading) => out(`\n# ${heading}\n`),
    desk: (env, options = {}) => openDesk(clients, env, options, out),
    show: (shown) => record(shown),
    defect: ({ message, ...shown }) => record(shown, message),
    observe({ client: text, ...observed }) {
      const { name: client, version } = clients.one(text)
      recorder.observe({ client, version, ...observed })
    },
    async together(stories) {
      const transcripts = stories.map((): string[] => [])
      const ended = await Promise.allSettled(
        stories.map((story, index) => story(contextOf((text) => void transcripts[index]?.push(text)))),
      )
      for (const text of transcripts.flat()) out(text)
      for (const one of ended) if (one.status === 'rejected') throw one.reason
    },
  })
  await scenario.run(contextOf(write))
  return { records: recorder.records(), observations: recorder.observations() }
}
