import { UsageError } from '../harness/cli/flags.js'
import { suggestion } from '../src/protocol/nearest.js'
import type { CompatibilityRecord } from './compatibility/record.js'
import type { Observation } from './faults/observation.js'
import { scenarios } from './index.js'
import { playScenario, type Played } from './play.js'
import type { Scenario } from './scenario.js'

/** What became of scenarios that were run. */
export interface Outcome {
  readonly passed: readonly Scenario[]
  readonly failed: readonly Scenario[]
  /** What those showed that passed. */
  readonly records: readonly CompatibilityRecord[]
  readonly observations: readonly Observation[]
}

/**
 * Plays the scenarios of these names, all when there are none, with their transcripts on stdout and a line at the end
 * of each. Answers the exit code: 1 when one failed. @throws UsageError for a name that no scenario has.
 */
export async function runScenarios(names: readonly string[]): Promise<number> {
  const { failed } = await playScenarios(names)
  return failed.length === 0 ? 0 : 1
}

/** Plays scenarios as `runScenarios`, and answers what became of them. @throws UsageError as `runScenarios`. */
export async function playScenarios(names: readonly string[]): Promise<Outcome> {
  const chosen = names.length === 0 ? scenarios : names.map(scenarioOf)
  const passed: Scenario[] = []
  const failed: Scenario[] = []
  const records: CompatibilityRecord[] = []
  const observations: Observation[] = []
  for (const scenario of chosen) {
    const shown = await play(scenario)
    records.push(...(shown?.records ?? []))
    observations.push(...(shown?.observations ?? []))
    ;(shown ? passed : failed).push(scenario)
  }
  if (chosen.length > 1) print(`${passed.length} passed, ${failed.length} failed\n`)
  return { passed, failed, records, observations }
}

function scenarioOf(name: string): Scenario {
  const scenario = scenarios.find((one) => one.name === name)
  if (scenario) return scenario
  const known = scenarios.map((one) => one.name)
  throw new UsageError(`there is no scenario ${name}${suggestion(name, known)}: they are ${known.join(', ')}`)
}

async function play(scenario: Scenario): Promise<Played | undefined> {
  const start = performance.now()
  const seconds = (): string => `${((performance.now() - start) / 1000).toFixed(1)} s`
  try {
    const played = await playScenario(scenario, print)
    print(`\n${scenario.name} passed in ${seconds()}\n\n`)
    return played
  } catch (error) {
    print(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    print(`\n${scenario.name} FAILED after ${seconds()}\n\n`)
    return undefined
  }
}

const print = (text: string): void => void process.stdout.write(text)
