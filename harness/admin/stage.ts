import { jsonReply, type Call, type Reply, type Stage } from '../../src/protocol/call.js'
import { RegistryError } from '../../src/protocol/errors.js'
import { suggestion } from '../../src/protocol/nearest.js'
import type { Route } from '../../src/route/route.js'
import { renderError } from '../../src/server/render.js'
import { ExpectationError } from '../journal/failure.js'
import type { StartOptions } from '../options.js'
import { readJson } from './body.js'
import { describeEnds } from './description.js'
import { plain, type AdminEnds, type AdminMethod } from './end.js'
import { faultEnds } from './faults.js'
import { isLoopback, turnAwaySites } from './guard.js'
import { requestEnds } from './requests.js'
import { stateEnds } from './state.js'
import type { Steered } from './steered.js'

const root = '/_start-registry'

/** Whether a request is for the admin API, which is no part of what a test is about. */
export const isAdmin = (route: Route): boolean =>
  route.kind === 'unknown' && (route.path === root || route.path.startsWith(`${root}/`))

/**
 * Answers what is under `/_start-registry/`, for tests in any language. It needs no login, so it stands in front of access;
 * and in front of faults, which are not to cut off whoever could end them.
 * @param options What the registry was started with.
 */
export function adminStage(steered: () => Steered, { host, tls }: Pick<StartOptions, 'host' | 'tls'>): Stage {
  const names = [...(host === undefined ? [] : [host]), ...(typeof tls === 'object' && 'names' in tls ? tls.names : [])]
  const table: AdminEnds = { ...requestEnds, ...faultEnds, ...stateEnds() }
  const ends: AdminEnds = { '': { GET: describeEnds(table) }, ...table }
  return (call, next) => (isAdmin(call.route) ? answer(call, ends, steered(), names) : next())
}

/** What somebody should know who lets others steer a registry. */
export const warnings = ({ host }: Pick<StartOptions, 'host'>): string[] =>
  host === undefined || isLoopback(host)
    ? []
    : [`the admin API needs no login, and whoever reaches ${host} can steer this registry by it`]

async function answer(call: Call, ends: AdminEnds, steered: Steered, names: readonly string[]): Promise<Reply> {
  try {
    turnAwaySites(call, names)
    const { path } = call.route as Extract<Route, { readonly kind: 'unknown' }>
    const { method, id } = find(call.method, path.slice(root.length + 1), ends)
    const body = await readJson(call)
    return await method.answer({ query: call.query, headers: call.headers, body, id }, steered)
  } catch (error) {
    return refusal(error, call)
  }
}

function find(name: string, path: string, ends: AdminEnds): { readonly method: AdminMethod; readonly id: string } {
  const parts = path.split('/')
  const [pattern, methods] =
    Object.entries(ends).find(([pattern]) => {
      const wanted = pattern.split('/')
      return wanted.length === parts.length && wanted.every((part, at) => part === 'ID' || part === parts[at])
    }) ?? []
  if (pattern === undefined || !methods) {
    const hint = suggestion(path, Object.keys(ends)) || `: GET ${root}/ has them all`
    throw new RegistryError('NOT_FOUND', `there is no such page${hint}`)
  }
  const method = methods[(name === 'HEAD' ? 'GET' : name) as keyof typeof methods]
  if (!method) {
    const allowed = Object.keys(methods).join(', ')
    throw new RegistryError('UNSUPPORTED', `this page answers ${allowed}`, { headers: { Allow: allowed } })
  }
  return { method, id: parts[pattern.split('/').indexOf('ID')] ?? '' }
}

// Always as JSON in the envelope of the OCI API, whoever the registry plays; as text for who says so, since a message of
// several lines is for people. A failed expectation is a conflict with what was: 417 curl takes for its own, and sends
// the request again.
function refusal(error: unknown, { headers }: Call): Reply {
  const failed =
    error instanceof ExpectationError ? ([409, 'EXPECTATION_FAILED'] as const) : ([500, 'UNKNOWN'] as const)
  const message = plain(error as Error)
  const known = error instanceof RegistryError
  const reply = known ? renderError(error) : jsonReply(failed[0], { errors: [{ code: failed[1], message }] })
  if (!headers.accept?.includes('text/plain')) return reply
  const body = Buffer.from(`${message}\n`)
  return {
    status: reply.status,
    headers: { ...reply.headers, 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': body.length },
    body,
  }
}
