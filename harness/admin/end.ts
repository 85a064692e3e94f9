import type { IncomingHttpHeaders } from 'node:http'
import type { Reply } from '../../src/protocol/call.js'
import { RegistryError } from '../../src/protocol/errors.js'
import type { Query } from '../../src/route/query.js'
import type { Steered } from './steered.js'

/** One call of the admin API. */
export interface AdminCall {
  readonly query: Query
  readonly headers: IncomingHttpHeaders
  /** The JSON that it came with; undefined for no body. */
  readonly body: unknown
  /** What stands in the path in place of ID. */
  readonly id: string
}

/** What answers a method on a path. */
export interface AdminMethod {
  /** In words, for who asks what there is. */
  readonly what: string
  /** What it takes, as somebody would type it: a query, or a body. */
  readonly takes?: string | undefined
  readonly answer: (call: AdminCall, steered: Steered) => Reply | Promise<Reply>
}

/** Methods by path under `/_start-registry/`, in which ID is any part. */
export type AdminEnds = Readonly<Record<string, Partial<Readonly<Record<'GET' | 'POST' | 'DELETE', AdminMethod>>>>>

/** What somebody has sent is none of what it must be. */
export const badRequest = (message: string): RegistryError => new RegistryError('BAD_REQUEST', message)

/** Does what a caller asks for in words of their own. @throws RegistryError in place of the TypeError for wrong ones. */
export function asked<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw error instanceof TypeError || error instanceof RangeError ? badRequest(plain(error)) : error
  }
}

/** The message of an error without whose it is, which the caller knows. */
export const plain = ({ message }: Error): string => message.replace(/^start-registry: /, '')

/** What a registry cannot do, so that somebody need not look for it. */
export const cannot = (what: string): RegistryError =>
  new RegistryError('UNSUPPORTED', `this registry cannot ${what}`, { status: 501 })
