import { writeFileSync } from 'node:fs'
import { fieldNames, fields } from '../../src/quay/config/fields.js'
import type { Field, FieldValues } from '../../src/quay/config/fields/field.js'

const typeNames: Readonly<Record<keyof FieldValues, string>> = {
  boolean: 'true or false',
  text: 'text',
  integer: 'whole number',
  texts: 'list of texts',
  scheme: '`http` or `https`',
  state: '`normal` or `readonly`',
  size: 'size, such as `20G`',
  duration: 'duration, such as `2w`',
  durations: 'list of durations',
  artifactTypes: 'mapping of media types to lists',
  mapping: 'mapping',
}

const intro = `# Fields of Quay's config.yaml

What a profile of Quay (\`--config FILE\`, or \`config\` in code) reads in a config.yaml. Other fields are passed over, as Quay
does. Written by \`npm run config-page\`.

`

/** CONFIG.md: every field that is known, from the rows that are obeyed. */
export const configPage = (): string => `${intro}${renderFields()}`

/** The fields of config.yaml as a Markdown table. */
export function renderFields(): string {
  const rows = fieldNames.map((name) => {
    const field = fields[name]
    return [`\`${name}\``, typeNames[field.type], defaultText(field), versions(field), about(field)]
  })
  const table = [['Field', 'Type', 'Default', 'Quay', 'What it does'], ['---', '---', '---', '---', '---'], ...rows]
  return table.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

const defaultText = ({ default: value, defaultText: text }: Field): string =>
  text ?? `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``

function versions({ since, until }: Field): string {
  if (since === 'later') return 'later than 3.12'
  if (since !== undefined) return until === undefined ? `from ${since}` : `${since} to ${until[0]}`
  return until === undefined ? 'all' : `up to ${until[0]}`
}

const about = ({ about: text, deprecated }: Field): string =>
  deprecated === undefined ? text : `${text} Deprecated: ${deprecated}.`

// `npm run config-page` runs this file.
if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(new URL('../../../CONFIG.md', import.meta.url), configPage())
}
