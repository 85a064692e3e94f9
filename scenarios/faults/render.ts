import { Footnotes, quoted } from '../compatibility/footnotes.js'
import { writeCommand } from '../compatibility/data.js'
import { table } from '../compatibility/table.js'
import type { Observation } from './observation.js'
import { plans, type Plan } from './plans.js'

/** What clients do under faults, as a Markdown page. */
export function renderFaults(observations: readonly Observation[]): string {
  const footnotes = new Footnotes()
  const columns = [...new Set(observations.map(columnOf))]
  const of = (story: Plan['story']): string => {
    const rows = plans
      .filter((plan) => plan.story === story)
      .map(({ title, rule }) => [
        title,
        ...columns.map((column) =>
          cell(
            observations.find((one) => one.fault === title && columnOf(one) === column),
            footnotes,
          ),
        ),
        `\`${rule}\``,
      ])
    return table([[stories[story], ...columns, '`--fault`'], ...rows])
  }
  // In the order of the page, as footnotes are numbered.
  const tables = `${of('pull')}\n${of('push')}`
  return introduction + tables + footnotes.section()
}

const stories: Readonly<Record<Plan['story'], string>> = { pull: 'pull, verify', push: 'push, sign' }

const columnOf = ({ client, version }: Observation): string => `${client} ${version}`

const introduction = `# What clients do when something goes wrong

Made by the scenario \`faults\`, which plays each line with the real clients; \`${writeCommand('faults')}\` writes it. The last
column is the rule: \`npx start-registry --fault RULE\` does the same to a client of your own (LAYER stands for a digest).
Pulls are of a chart, a file or an image; cosign verifies an image there, and signs it where others push.

- ✓ it works; ✓ 2× it works at the second try, and so on. ✗ it fails, with its message below; ✗ 3× after three tries.
- ‼ it says that it worked, and it had not. In an empty cell it asks nothing that the fault could be done to.

`

function cell(observation: Observation | undefined, footnotes: Footnotes): string {
  if (!observation || observation.outcome === 'untouched') return ''
  const { outcome, tries, message } = observation
  const times = tries > 1 ? ` ${tries}×` : ''
  const note = message === undefined ? '' : ` [${footnotes.add(quoted(message))}]`
  return `${marks[outcome]}${times}${note}`
}

const marks: Readonly<Record<Exclude<Observation['outcome'], 'untouched'>, string>> = {
  works: '✓',
  fails: '✗',
  wrong: '‼',
}
