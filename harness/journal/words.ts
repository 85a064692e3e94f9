import { printable } from '../log.js'
import type { JournaledRequest } from './request.js'

const longestTarget = 120

/** A request in few words: `PUT manifest team/app:1`; its target where it has no repository. */
export function nameOf({ method, route, repository, reference, target }: JournaledRequest): string {
  if (repository === undefined) return `${method} ${shorten(printable(target), longestTarget)}`
  return `${method} ${route} ${repository}${reference === undefined ? '' : separated(reference)}`
}

// Twelve digits tell two digests apart as surely as all of them, for somebody who reads.
const separated = (reference: string): string => {
  const [, algorithm, digits] = /^(sha\d+):(.{12})/.exec(reference) ?? []
  return digits === undefined ? `:${reference}` : `@${algorithm}:${digits}…`
}

/** A request, who sent it, and what else happened to it: `PUT manifest team/app:1 as alice (fault: status 503)`. */
export function accountOf(request: JournaledRequest): string {
  const { account, faults, aborted, error } = request
  const facts = [
    ...faults.map((fault) => `fault: ${printable(fault)}`),
    ...(aborted ? ['aborted'] : []),
    ...(error === undefined ? [] : [printable(error)]),
  ]
  const who = account === undefined ? '' : ` as ${printable(account)}`
  return `${nameOf(request)}${who}${facts.length === 0 ? '' : ` (${shorten(facts.join('; '), 200)})`}`
}

/** What became of a request: `answered 201`. */
export const answerTo = ({ status }: JournaledRequest): string => (status === 0 ? 'no answer' : `answered ${status}`)

/** A request with its id and what became of it: `#7 PUT manifest team/app:1: answered 201`. */
export const outcomeOf = (request: JournaledRequest): string =>
  `#${request.id} ${accountOf(request)}: ${answerTo(request)}`

/** Text of at most some characters. */
export const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)

/** A number of things: `1 request`, `2 requests`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** The same behind "there": `was 1`, `were 2`. */
export const wasOrWere = (count: number): string => (count === 1 ? 'was' : 'were')

/** The first lines of many, and how many more there are. */
export function firstLines(lines: readonly string[], most: number): string[] {
  const shown = lines.slice(0, most).map((line) => `  ${shorten(line, 400)}`)
  return lines.length > most ? [...shown, `  and ${lines.length - most} more`] : shown
}
