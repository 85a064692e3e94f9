import { faultShapes, matchFields } from './fields.js'
import type { FaultRule } from './rule.js'
import { kebab } from './wording.js'

type Members = Readonly<Record<string, unknown>>

/** A rule in its short form, which `parseRule` reads back as the same. */
export function formatRule(rule: FaultRule): string {
  const { method, route, repository, reference, ...others } = rule
  const isBare = repository !== undefined && /[/*]/.test(repository)
  const pairs = Object.keys(matchFields).filter((name) => name in others)
  const words = [
    ...(method === undefined ? [] : [valueText(method)]),
    ...(route === undefined ? [] : [valueText(route)]),
    ...(isBare ? [repository] : repository === undefined ? [] : [pair('repository', repository)]),
    ...(reference === undefined ? [] : [pair('reference', reference)]),
    ...pairs.map((name) => pair(name, (others as unknown as Members)[name])),
  ]
  return `${words.length === 0 ? 'any' : words.join(' ')}: ${formatFault(rule)}`
}

/** What a rule does, as the short form has it. */
export function formatFault(rule: FaultRule): string {
  const members: Members = { ...rule }
  const { words, fields } = faultShapes[rule.fault]
  // Behind one that is left out, the others say their names.
  const named = words.findIndex((name) => members[name] === undefined)
  const bare = named < 0 ? words : words.slice(0, named)
  const pairs = Object.keys(fields).filter((name) => members[name] !== undefined && !bare.includes(name))
  return [
    rule.fault,
    ...bare.map((name) => valueText(members[name])),
    ...pairs.flatMap((name) => (name === 'headers' ? headerTexts(members[name]) : [pair(name, members[name])])),
  ].join(' ')
}

const headerTexts = (headers: unknown): string[] =>
  Object.entries(headers as Readonly<Record<string, string>>).map(([name, value]) =>
    pair('header', `${name}: ${value}`),
  )

const pair = (name: string, value: unknown): string => (name === 'once' ? 'once' : `${kebab(name)}=${valueText(value)}`)

function valueText(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value).replace(/^every /, 'every-')
  return /[\s"\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
}
