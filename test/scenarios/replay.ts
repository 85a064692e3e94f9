import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { dataFile, parse, withoutSystemVersions, writeCommand } from '../../scenarios/compatibility/data.js'
import type { CompatibilityRecord } from '../../scenarios/compatibility/record.js'
import {
  observationsFile,
  parseObservations,
  sortedObservations,
  type Observation,
} from '../../scenarios/faults/observation.js'
import { playScenario } from '../../scenarios/play.js'
import type { Scenario } from '../../scenarios/scenario.js'
import { rowOf } from '../../vendor-binaries/names.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

// In milliseconds: some run hundreds of commands, on machines that have other things to do. Each command has a limit of
// its own, so that none waits so long for a client that hangs.
const longest = 300_000

/** The records that the repository keeps. */
export const keptRecords = (): readonly CompatibilityRecord[] => parse(readFileSync(join(root, dataFile), 'utf8'))

/** What clients do under faults, as the repository keeps it. */
export const keptObservations = (): readonly Observation[] =>
  parseObservations(readFileSync(join(root, observationsFile), 'utf8'))

// Another version of one of the system's clients is another client: what it does is written down where it is there.
function assertObserved(t: Test, observations: readonly Observation[]): void {
  const kept = keptObservations()
  const seen = new Set(observations.map(({ client, version }) => `${client} ${version}`))
  const others = observations.filter(({ client }) => rowOf(client)?.source.kind === 'system')
  const known = new Set(kept.map(({ client, version }) => `${client} ${version}`))
  t.same(
    sortedObservations(observations).filter(
      (one) => !others.includes(one) || known.has(`${one.client} ${one.version}`),
    ),
    kept.filter(({ client, version }) => seen.has(`${client} ${version}`) || rowOf(client)?.source.kind !== 'system'),
    `what clients do is what stands in ${observationsFile}, which ${writeCommand('faults')} writes`,
  )
}

/**
 * Plays a scenario as a test; its transcript is shown when it fails. What it shows of its clients must be what the
 * repository keeps, but for the versions of those that come from the system's packages.
 */
export async function replay(t: Test, scenario: Scenario): Promise<void> {
  t.setTimeout(longest)
  await t.test(scenario.title, { timeout: longest }, async (t) => {
    const transcript: string[] = []
    try {
      const { records, observations } = await playScenario(scenario, (text) => void transcript.push(text))
      const kept = keptRecords().filter((record) => record.scenario === scenario.name)
      t.same(
        withoutSystemVersions(records),
        withoutSystemVersions(kept),
        `its records are those of ${dataFile}, which ${writeCommand(scenario.name)} writes`,
      )
      if (observations.length > 0) assertObserved(t, observations)
    } catch (error) {
      t.comment(transcript.join(''))
      throw error
    }
  })
}
