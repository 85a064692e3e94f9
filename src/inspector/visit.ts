import type { Call } from '../protocol/call.js'
import type { Query } from '../route/query.js'
import type { Summaries } from './content/summaries.js'
import type { Surroundings, Viewer } from './surroundings.js'

/** One look at a page: who looks, when, and at what. */
export interface Visit extends Surroundings {
  readonly viewer: Viewer
  readonly account: string | undefined
  readonly canLogIn: boolean
  /** What forms must send back. */
  readonly token: string
  readonly query: Query
  /** Now, by the registry's clock, in milliseconds since 1970. */
  readonly at: number
  readonly scheme: 'http' | 'https'
  /** What the registry is called by whoever looks: a host that can stand in a command. */
  readonly host: string
  readonly summaries: Summaries
}

/** The host that a browser has named, as a word of a command. */
export const hostOf = ({ origin }: Pick<Call, 'origin'>): string =>
  /^[\w.:[\]-]{1,255}$/.test(origin.host) ? origin.host : 'localhost'
