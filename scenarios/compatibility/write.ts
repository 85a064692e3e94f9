// `npm run compatibility [-- NAME... | --render]`: plays scenarios, all when none is named, and writes the records and
// the pages that they make; with --render it plays none, and writes the pages from the records as they are.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { faultsFile, observationsFile, parseObservations, serialiseObservations } from '../faults/observation.js'
import { renderFaults } from '../faults/render.js'
import { scenarios } from '../index.js'
import { playScenarios } from '../run.js'
import { dataFile, parse, serialise, tableFile } from './data.js'
import type { CompatibilityRecord } from './record.js'
import { render } from './render.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

async function write(args: readonly string[]): Promise<void> {
  const path = join(root, dataFile)
  const before = existsSync(path) ? parse(readFileSync(path, 'utf8')) : []
  const records = args.includes('--render') ? before : await play(args, before)
  writeFileSync(path, serialise(records))
  writeFileSync(join(root, tableFile), render(records))
  const faults = join(root, observationsFile)
  if (existsSync(faults)) {
    writeFileSync(join(root, faultsFile), renderFaults(parseObservations(readFileSync(faults, 'utf8'))))
  }
  process.stdout.write(`wrote ${records.length} records to ${dataFile}, and ${tableFile}\n`)
}

/** The records of what was played, with those from before of what was not; a failed scenario keeps its own. */
async function play(names: readonly string[], before: readonly CompatibilityRecord[]) {
  const { passed, failed, records, observations } = await playScenarios(names)
  if (observations.length > 0) writeFileSync(join(root, observationsFile), serialiseObservations(observations))
  if (failed.length > 0) process.exitCode = 1
  const replaced = new Set(passed.map(({ name }) => name))
  const known = new Set(scenarios.map(({ name }) => name))
  return [...before.filter(({ scenario }) => known.has(scenario) && !replaced.has(scenario)), ...records]
}

void write(process.argv.slice(2))
