import type { Awaitable } from '../../protocol/awaitable.js'
import type { Call, Reply } from '../../protocol/call.js'
import type { Digest } from '../../route/names.js'
import { first } from '../../route/query.js'
import type { QuayVersion } from '../../profiles/quay.js'
import type { Store } from '../../store/store.js'
import { accountRole, maySuperuse, namespaceRole } from '../directory/access.js'
import type { Directory } from '../directory/directory.js'
import { anonymous, type Identity } from '../directory/identity.js'
import type { Organization, User } from '../directory/state.js'
import type { TagHistory } from '../history/tag-history.js'
import { problem, restRefusal, type ApiRefusal } from './answers.js'
import type { ApiConfig } from './config.js'
import type { Parameters } from './paths.js'
import { invalidity, type Schema } from './schema.js'
import type { Session } from './session.js'

/** What the API works on. */
export interface ApiState {
  readonly directory: Directory
  readonly store: Store
  readonly history: TagHistory
  readonly config: ApiConfig
  readonly version: QuayVersion
  /** Is asked before a tag is pointed at a manifest of a repository, `namespace/name`. @throws RegistryError */
  readonly beforeTag: (tagging: {
    readonly repository: string
    readonly digest: Digest
    readonly tag: string
    readonly account: string | undefined
  }) => Awaitable<void>
  /** Deletes all that a repository, `namespace/name`, holds. */
  readonly deleteContent: (repository: string, at: number) => Awaitable<void>
}

/** One call of the API, with who makes it. */
export interface ApiRequest extends ApiState {
  readonly call: Call
  readonly parameters: Parameters
  readonly identity: Identity
  /** A browser's session, whether somebody has signed in or not. */
  readonly session: Session | undefined
}

/** Answers one method of a page. @throws ApiRefusal, DirectoryRefusal */
export type Handler = (request: ApiRequest) => Awaitable<Reply>

/** What a page answers, by method. */
export interface Page {
  readonly GET?: Handler
  readonly POST?: Handler
  readonly PUT?: Handler
  readonly DELETE?: Handler
  /** Whether it is there for people who are not logged in even where FEATURE_ANONYMOUS_ACCESS is off. */
  readonly open?: boolean
  /** When it does not exist, such as where a feature is off. */
  readonly hidden?: (state: ApiState) => boolean
}

const largestBody = 1 << 20
const badRequest = 'The browser (or proxy) sent a request that this server could not understand.'

/**
 * The JSON body of a call.
 * @throws ApiRefusal for a body that is missing, no JSON, or not what `schema` says.
 */
export async function readBody<T>(request: ApiRequest, schema: Schema): Promise<T> {
  const body = await readOptionalBody<T>(request, schema)
  if (body === undefined) throw problem(request.call, 'invalid_request', 'Missing JSON body')
  return body
}

/** The same, where a call may do without one. */
export async function readOptionalBody<T>({ call }: ApiRequest, schema: Schema): Promise<T | undefined> {
  const text = await readText(call)
  if (!isJson(call) || text === '') return undefined
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw restRefusal(400, badRequest)
  }
  if (body === null) return undefined
  const wrong = invalidity(body, schema)
  if (wrong !== undefined) throw problem(call, 'invalid_request', wrong)
  return body as T
}

/** A body as text. @throws ApiRefusal 413 above 1 MiB. */
export async function readText(call: Call): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of call.body) {
    size += chunk.length
    if (size > largestBody) throw restRefusal(413, 'The data value transmitted exceeds the capacity limit.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const isJson = ({ headers }: Call): boolean =>
  /^application\/(?:json|[\w.-]+\+json)(?:;|$)/i.test(headers['content-type']?.trim() ?? '')

/** A call that is malformed in a way that nothing more is said of. */
export const malformed = (): ApiRefusal => restRefusal(400, badRequest)

/** A parameter of the path. */
export const parameter = ({ parameters }: ApiRequest, name: string): string => parameters[name] as string

/** A parameter of the query that is yes or no. */
export function flag({ call }: ApiRequest, name: string, otherwise = false): boolean {
  const value = first(call.query, name)
  return value === undefined ? otherwise : !['false', '0', ''].includes(value.toLowerCase())
}

/** A parameter of the query that is a whole number. @throws ApiRefusal for another one */
export function integer({ call }: ApiRequest, name: string, otherwise: number): number {
  const value = first(call.query, name)
  if (value === undefined || value === '') return otherwise
  if (!/^[+-]?\d+$/.test(value)) throw restRefusalOf(name, value)
  return Number(value)
}

const restRefusalOf = (name: string, value: string): ApiRefusal =>
  restRefusal(400, `${name}: invalid literal for int() with base 10: '${value}'`)

/** What somebody is told who may not do this: to log in, or that they may not. */
export const unauthorized = ({ call, identity }: ApiRequest): ApiRefusal =>
  identity === anonymous || identity.username === undefined
    ? problem(call, 'invalid_token', 'Requires authentication')
    : problem(call, 'insufficient_scope', 'Unauthorized')

export const notFound = ({ call }: ApiRequest): ApiRefusal => problem(call, 'not_found', 'Not Found')

export const invalidRequest = ({ call }: ApiRequest, detail: string): ApiRefusal =>
  problem(call, 'invalid_request', detail)

/** The user that calls; a robot is none. @throws ApiRefusal for anybody who is not logged in. */
export function callingUser(request: ApiRequest): User {
  const user = request.directory.table('users').get(request.identity.username ?? '')
  if (!user) throw unauthorized(request)
  return user
}

/** The user that calls, who must be one that may administer its own account (scope user:admin). */
export function accountAdmin(request: ApiRequest): User {
  const user = callingUser(request)
  if (accountRole(request.identity) !== 'admin') throw unauthorized(request)
  return user
}

const freshFor = 600_000

/** Refuses somebody who has signed in to a page more than ten minutes ago. */
export function requireFreshLogin(request: ApiRequest): User {
  const user = callingUser(request)
  const { identity, session, call } = request
  if (identity.kind === 'user' && call.at - (session?.login ?? 0) > freshFor) {
    throw problem(call, 'fresh_login_required', 'Requires fresh login')
  }
  return user
}

/** Whether the caller administers a namespace. */
export const administers = ({ directory, identity }: ApiRequest, namespace: string): boolean =>
  namespaceRole(directory, identity, namespace) === 'admin'

/** Whether the caller is in a team of an organization, or administers it. */
export const isMember = ({ directory, identity }: ApiRequest, namespace: string): boolean =>
  namespaceRole(directory, identity, namespace) !== undefined

/** Whether the caller administers the installation. */
export const isSuper = ({ directory, identity }: ApiRequest): boolean => maySuperuse(directory, identity)

/** The organization of the path, for whoever administers it. @throws ApiRefusal for others, and when there is none. */
export function administeredOrganization(request: ApiRequest): Organization {
  const name = parameter(request, 'organization')
  if (!administers(request, name)) throw unauthorized(request)
  return pathOrganization(request)
}

/** The organization of the path. @throws ApiRefusal when there is none. */
export function pathOrganization(request: ApiRequest): Organization {
  const organization = request.directory.table('organizations').get(parameter(request, 'organization'))
  if (!organization) throw notFound(request)
  return organization
}
