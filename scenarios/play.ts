import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { runner } from '../harness/run.js'
import { needBinary, type FoundBinary } from '../vendor-binaries/find.js'
import type { Desk, Scenario, ScenarioContext } from './scenario.js'

/**
 * Runs a scenario; `write` hears its transcript.
 * @throws Error when a client is missing, with the command that gets it; whatever the scenario fails with.
 */
export async function playScenario(scenario: Scenario, write: (text: string) => void): Promise<void> {
  write(`${scenario.name}: ${scenario.title}\n`)
  const clients = new Map<string, FoundBinary>()
  for (const name of scenario.clients) {
    const client = await needBinary(name)
    clients.set(name, client)
    write(`  ${name} ${client.version}: ${client.path}\n`)
  }
  const desk: ScenarioContext['desk'] = (env, options = {}) => openDesk(clients, env, { ...options, transcript: write })
  await scenario.run({ say: (heading) => write(`\n# ${heading}\n`), desk })
}

function openDesk(
  clients: ReadonlyMap<string, FoundBinary>,
  env: Readonly<Record<string, string>>,
  options: Parameters<typeof runner>[0],
): Desk {
  const home = env['HOME']
  if (home === undefined) throw new TypeError('a desk needs the home that registry.env() makes')
  const folder = join(home, 'desk')
  const bin = join(home, 'bin')
  mkdirSync(folder)
  mkdirSync(bin)
  for (const [name, { path }] of clients) symlinkSync(path, join(bin, name))
  const PATH = `${bin}${delimiter}${process.env['PATH'] ?? ''}`
  return {
    folder,
    sh: runner({ ...options, env: { ...env, PATH }, cwd: folder }),
    write(path, content) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    },
    read: (path) => readFileSync(join(folder, path)),
  }
}
