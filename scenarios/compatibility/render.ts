import { sorted, writeCommand } from './data.js'
import { Footnotes } from './footnotes.js'
import type { CompatibilityRecord } from './record.js'
import { table } from './table.js'

/** The compatibility table as a Markdown page. */
export function render(records: readonly CompatibilityRecord[]): string {
  const footnotes = new Footnotes()
  const rows = [['client', 'story', 'http', 'https', 'login', 'scenario']]
  for (const [client, ofClient] of groups(sorted(records), ({ client, version }) => `${client} ${version}`)) {
    const stories = groups(ofClient, ({ story }) => story)
    for (const [index, [story, facts]] of [...stories].entries()) {
      const scenarios = new Set(facts.map(({ scenario }) => `\`${scenario}\``))
      rows.push([index === 0 ? `**${client}**` : '', story, ...cells(facts, footnotes), [...scenarios].join(', ')])
    }
  }
  return introduction + table(rows) + footnotes.section()
}

const introduction = `# What works with which client

Each line is a story that a scenario plays with the real client, in the version that is named; the scenario asserts what
the client says and what the registry then has. \`npm test\` plays them all, and fails when one is not as it stands here.
\`npx start-registry scenarios NAME\` plays one; \`${writeCommand()}\` plays all and writes this page.

- http, https: it works over it, with or without login. login: it works for somebody who is logged in, over what is named.
- ✗ is the client's own defect, with its message below. In an empty cell nothing was tried.

`

/** Items by their key, in the order that the keys are first seen. */
function groups<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const map = new Map<string, T[]>()
  for (const item of items) {
    const group = map.get(keyOf(item))
    if (group) group.push(item)
    else map.set(keyOf(item), [item])
  }
  return map
}

function cells(facts: readonly CompatibilityRecord[], footnotes: Footnotes): string[] {
  const over = (name: CompatibilityRecord['over']) => facts.filter((fact) => fact.over === name)
  const plain = (scheme: 'http' | 'https'): string => {
    const own = over(scheme)
    if (own.length > 0) return mark(own, footnotes)
    return over(`${scheme}, login`).some(works) ? '✓' : ''
  }
  const login = (scheme: 'http' | 'https'): string[] => {
    const own = over(`${scheme}, login`)
    return own.length === 0 ? [] : [mark(own, footnotes, ` ${scheme}`)]
  }
  // Left to right, as footnotes are numbered.
  return [plain('http'), plain('https'), [...login('http'), ...login('https')].join(', ')]
}

const works = ({ defect }: CompatibilityRecord): boolean => defect === undefined

function mark(facts: readonly CompatibilityRecord[], footnotes: Footnotes, what = ''): string {
  const numbers = [...new Set(facts.flatMap((fact) => footnotes.of(fact)))]
  return `${facts.some(works) ? '✓' : '✗'}${what}${numbers.map((number) => ` [${number}]`).join('')}`
}
