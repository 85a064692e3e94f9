import { UsageError } from '../harness/cli/arguments.js'
import { suggestion } from '../harness/nearest.js'
import { scenarios } from './index.js'
import { playScenario } from './play.js'
import type { Scenario } from './scenario.js'

/**
 * Plays the scenarios of these names, all when there are none, with their transcripts on stdout and a line at the end
 * of each. Answers the exit code: 1 when one failed. @throws UsageError for a name that no scenario has.
 */
export async function runScenarios(names: readonly string[]): Promise<number> {
  const chosen = names.length === 0 ? scenarios : names.map(scenarioOf)
  let failed = 0
  for (const scenario of chosen) if (!(await play(scenario))) failed++
  if (chosen.length > 1) print(`${chosen.length - failed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

function scenarioOf(name: string): Scenario {
  const scenario = scenarios.find((one) => one.name === name)
  if (scenario) return scenario
  const known = scenarios.map((one) => one.name)
  throw new UsageError(`there is no scenario ${name}${suggestion(name, known)}: they are ${known.join(', ')}`)
}

async function play(scenario: Scenario): Promise<boolean> {
  const start = performance.now()
  const seconds = (): string => `${((performance.now() - start) / 1000).toFixed(1)} s`
  try {
    await playScenario(scenario, print)
    print(`\n${scenario.name} passed in ${seconds()}\n\n`)
    return true
  } catch (error) {
    print(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    print(`\n${scenario.name} FAILED after ${seconds()}\n\n`)
    return false
  }
}

const print = (text: string): void => void process.stdout.write(text)
