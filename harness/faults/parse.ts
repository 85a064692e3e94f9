import { suggestion } from '../../src/protocol/nearest.js'
import { faultNames, faultShapes, matchFields, type Field } from './fields.js'
import type { FaultName, FaultRule } from './rule.js'
import { readText } from './text.js'
import { kebab, listed, wrong } from './wording.js'

/**
 * Reads a rule: an object as `faults.add` takes it, which may be JSON, or a text such as
 * `GET blob team/* nth=2: reset during 1000`.
 * @returns The rule without what is undefined, ready to be written as JSON.
 * @throws TypeError that names what is wrong, and what may have been meant.
 */
export function parseRule(given: unknown): FaultRule {
  if (typeof given === 'string') return check(readText(given), kebab)
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    return check(given as Readonly<Record<string, unknown>>, (name) => name)
  }
  throw wrong("a rule is an object such as { route: 'blob', fault: 'reset' }, or a text such as 'blob: reset'")
}

function check(given: Readonly<Record<string, unknown>>, nameOf: (name: string) => string): FaultRule {
  const { fault } = given
  if (fault === undefined) throw wrong(`a rule needs a fault: ${listed(faultNames)}`)
  if (!isFault(fault)) {
    throw wrong(`unknown fault ${shown(fault)}${suggestion(shown(fault), faultNames)}: it may be ${listed(faultNames)}`)
  }
  const { fields, required } = faultShapes[fault]
  const known: Readonly<Record<string, Field>> = { ...matchFields, ...fields }
  const rule: Record<string, unknown> = { fault }
  for (const [name, value] of Object.entries(given)) {
    if (name === 'fault' || value === undefined) continue
    const field = Object.hasOwn(known, name) ? known[name] : undefined
    if (!field) throw unknownMember(name, fault, Object.keys(known), nameOf)
    if (!field.check(value)) throw wrong(`${nameOf(name)} must be ${field.expected}, not ${shown(value)}`)
    rule[name] = value
  }
  const missing = required.find((name) => rule[name] === undefined)
  if (missing !== undefined) throw wrong(`${fault} needs ${nameOf(missing)}: ${fields[missing]?.expected}`)
  checkTogether(rule)
  return rule as unknown as FaultRule
}

const isFault = (name: unknown): name is FaultName => faultNames.includes(name as FaultName)

const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)))

function unknownMember(
  name: string,
  fault: FaultName,
  known: readonly string[],
  nameOf: (name: string) => string,
): TypeError {
  const owners = faultNames.filter((other) => Object.hasOwn(faultShapes[other].fields, name))
  const hint = owners.length > 0 ? `: it goes with ${listed(owners)}` : suggestion(nameOf(name), known.map(nameOf))
  return wrong(`${fault} has no ${nameOf(name)}${hint}`)
}

function checkTogether({ at, bytes, once, times, account, route }: Readonly<Record<string, unknown>>): void {
  if (bytes !== undefined && at !== 'during' && at !== 'request') {
    throw wrong('a number of bytes goes with during or request')
  }
  if (once && times !== undefined) throw wrong('once is times 1: one of them is enough')
  if (account !== undefined && [route].flat().includes('token')) {
    throw wrong('a request for a token is of no account yet: match it by its route alone')
  }
}
