import type { Journal } from './view.js'

const refuse = (): never => {
  throw new Error('start-registry: this registry keeps no journal: start it without journal: false')
}

/** The journal of a registry that keeps none: it says so when it is asked for anything. */
export const noJournal: Journal = {
  since: 0,
  forgotten: 0,
  requests: refuse,
  expect: refuse,
  expectOnly: refuse,
  expectNothingUnexpected: refuse,
  waitFor: async () => refuse(),
  stream: refuse,
  har: refuse,
  mark: refuse,
  where: refuse,
  clear: refuse,
}
