import { sortedBy } from '../compatibility/data.js'
import type { Observed } from '../scenario.js'

/** What one version of a client was seen to do under one fault. */
export interface Observation extends Observed {
  /** What the client says its version is. */
  readonly version: string
}

/** The observations that the repository keeps, one a line. */
export const observationsFile = 'scenarios/faults.json'

/** The page that is made of them. */
export const faultsFile = 'FAULTS.md'

/** Observations in the order of the file. */
export const sortedObservations = (observations: readonly Observation[]): readonly Observation[] =>
  sortedBy(observations, ['client', 'version', 'fault'])

/** Writes observations as text: one line each. */
export function serialiseObservations(observations: readonly Observation[]): string {
  const lines = sortedObservations(observations).map(({ fault, client, version, outcome, tries, message }) =>
    JSON.stringify({ fault, client, version, outcome, tries, message }),
  )
  return lines.length === 0 ? '[]\n' : `[\n  ${lines.join(',\n  ')}\n]\n`
}

/** Reads what `serialiseObservations` wrote. */
export const parseObservations = (text: string): readonly Observation[] => JSON.parse(text) as Observation[]
