import { suggestion } from '../../src/protocol/nearest.js'
import { isRepositoryPattern } from '../../src/access/permissions.js'
import { faultNames, faultShapes, matchFields, methods, routes, type Field } from './fields.js'
import type { FaultName } from './rule.js'
import { kebab, wrong } from './wording.js'

type Members = Record<string, unknown>

const example = "'GET blob team/* nth=2: reset during 1000'"

/**
 * Reads a rule in its short form: which requests, a colon, what is done.
 *
 *     [METHOD] [ROUTE] [REPOSITORY[:TAG]] [KEY=VALUE]... : FAULT [WORD]... [KEY=VALUE]... [once]
 *
 * Methods and routes may be several, with commas. A repository has a slash or a `*`, or is `repository=NAME`. A value with
 * spaces stands between double quotes. `any` is any request.
 * @returns Members of a rule, whose values are yet to be checked. @throws TypeError that quotes the word that is wrong.
 */
export function readText(text: string): Members {
  const words: readonly string[] = text.match(/(?:[^\s"]|"(?:[^"\\]|\\.)*")+|"/g) ?? []
  if (words.includes('"')) throw wrong(`a quotation mark is missing in ${text}`)
  const colon = isFault(words[0]) ? -1 : words.findIndex((word) => word.endsWith(':'))
  const members: Members = {}
  if (colon < 0 && !isFault(words[0])) throw withoutColon(words)
  const before = colon < 0 ? [] : [...words.slice(0, colon), (words[colon] as string).slice(0, -1)]
  for (const word of before) if (word !== '') readRequestWord(word, members)
  readFault(words.slice(colon + 1), members)
  return members
}

const isFault = (word: string | undefined): word is FaultName => faultNames.includes(word as FaultName)

function withoutColon(words: readonly string[]): TypeError {
  const [first = ''] = words
  const glued = words.find((word) => /:[a-z]/.test(word) && !word.includes('='))
  const close = suggestion(first, faultNames)
  if (words.length > 0 && glued === undefined && close !== '') return wrong(`unknown fault ${first}${close}`)
  return wrong(`a colon and a space go between the requests and the fault, as in ${example}`)
}

function readRequestWord(word: string, members: Members): void {
  if (word === 'any') return
  if (/^[a-z-]+=/.test(word)) return readPair(word, matchFields, members)
  if (word === 'once') return put(members, 'once', true)
  const parts = word.split(',')
  if (parts.every((part) => methods.includes(part as 'GET')))
    return put(members, 'method', matchFields.method.read(word))
  if (parts.every((part) => routes.includes(part as 'blob'))) return put(members, 'route', matchFields.route.read(word))
  const [, repository = '', mark, reference] = /^([^:@]*)(?:([:@])(.*))?$/.exec(word) ?? []
  if (!/[/*]/.test(repository) || !isRepositoryPattern(repository)) throw unknownWord(word, parts)
  put(members, 'repository', repository)
  if (mark !== undefined) put(members, 'reference', reference)
}

function unknownWord(word: string, parts: readonly string[]): TypeError {
  const known = [...methods, ...routes, ...Object.keys(matchFields)]
  const odd = parts.find((part) => !known.includes(part)) ?? word
  const close = suggestion(odd, known)
  const hint = close === '' ? `: a repository of one part is repository=${odd}` : close
  return wrong(`${odd} is no method, route or repository${hint}`)
}

function readFault([name, ...words]: readonly string[], members: Members): void {
  if (name === undefined) throw wrong(`a fault goes behind the colon, as in ${example}`)
  members['fault'] = name
  // The name is looked at with the rest of the rule, where objects have it too.
  if (!isFault(name)) return
  const { fields, words: positions } = faultShapes[name]
  let position = 0
  for (const word of words) {
    if (word === 'once') {
      put(members, 'once', true)
    } else if (/^[a-z-]+=/.test(word)) {
      readPair(word, { ...matchFields, ...fields }, members)
    } else {
      const member = positions[position++]
      if (member === undefined) throw wrong(`unexpected word ${word} behind ${name}`)
      put(members, member, (fields[member] as Field).read(word) ?? word)
    }
  }
}

function readPair(word: string, known: Readonly<Record<string, Field>>, members: Members): void {
  const mark = word.indexOf('=')
  const key = word.slice(0, mark)
  const value = unquoted(word.slice(mark + 1))
  if (key === 'header' && 'headers' in known) return readHeader(value, members)
  const name = Object.keys(known).find((member) => kebab(member) === key)
  // What nobody knows is refused with the rest of the rule when it is another fault's.
  if (name === undefined) return put(members, camel(key), value)
  put(members, name, (known[name] as Field).read(value) ?? value)
}

const unquoted = (text: string): string =>
  text.replace(/"((?:[^"\\]|\\.)*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1'))

const camel = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

function readHeader(value: string, members: Members): void {
  const [, name, text] = /^([^:]+): *(.*)$/.exec(value) ?? []
  if (name === undefined || text === undefined) throw wrong(`a header is header="Name: value", not ${value}`)
  members['headers'] = { ...(members['headers'] as object | undefined), [name]: text }
}

function put(members: Members, name: string, value: unknown): void {
  if (name in members) throw wrong(`${kebab(name)} is given twice`)
  members[name] = value
}
