import { fieldNames, fields } from './fields.js'
import type { Field, FieldValues } from './fields/field.js'

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

/** The fields of config.yaml as a Markdown table, for the documents. */
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
