import { Clients } from './clients.js'
import { Recorder, type CompatibilityRecord } from './compatibility/record.js'
import { openDesk } from './desk.js'
import type { Scenario, Shown } from './scenario.js'

/**
 * Runs a scenario and answers what it showed of its clients; `write` hears its transcript.
 * @throws Error when a client is missing, with the command that gets it; whatever the scenario fails with.
 */
export async function playScenario(
  scenario: Scenario,
  write: (text: string) => void,
): Promise<readonly CompatibilityRecord[]> {
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
  await scenario.run({
    say: (heading) => write(`\n# ${heading}\n`),
    desk: (env, options = {}) => openDesk(clients, env, options, write),
    show: (shown) => record(shown),
    defect: ({ message, ...shown }) => record(shown, message),
  })
  return recorder.records()
}
