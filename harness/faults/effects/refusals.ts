import type { Reply } from '../../../src/protocol/call.js'
import { errorTable, noReferrersApi, RegistryError, type ErrorCode } from '../../../src/protocol/errors.js'
import { whenReady } from '../../../src/protocol/awaitable.js'
import type { RetryAfter } from '../rule.js'
import type { Effect } from './effect.js'
import { withHeaders } from './reply.js'

/** The request is answered with an error. */
export const status: Effect<'status'> = (call, next, { rule, take, world }) => {
  if (!take()) return next()
  const { status: given, message, retryAfter, headers } = rule
  const error = new RegistryError(rule.code ?? codeOf(given), message ?? `a fault answers ${given}`, { status: given })
  return withHeaders({ ...world.render(error, call), status: given }, { ...waitFor(retryAfter), ...headers })
}

const secondsOfSixHours = 21_600

/** The answer of Docker Hub to whoever has pulled too much. */
export const rateLimit: Effect<'rate-limit'> = (call, next, { rule, take, world }) => {
  if (!take()) return next()
  const { limit = 100, window = secondsOfSixHours, retryAfter } = rule
  const error = new RegistryError(
    'TOOMANYREQUESTS',
    `more than ${limit} requests in ${window} seconds: try again later`,
  )
  return withHeaders(
    { ...world.render(error, call), status: 429 },
    {
      'ratelimit-limit': `${limit};w=${window}`,
      'ratelimit-remaining': `0;w=${window}`,
      ...waitFor(retryAfter),
    },
  )
}

/** There is no referrers API, and nobody who pushes a referrer is told that it was understood. */
export const noReferrers: Effect<'no-referrers'> = (call, next, { take, world }) => {
  const { route, method } = call
  if (route.kind === 'referrers') return take() ? world.render(noReferrersApi(), call) : next()
  if (route.kind !== 'manifest' || method !== 'PUT') return next()
  return whenReady(next(), (reply): Reply => {
    if (!('OCI-Subject' in reply.headers) || !take()) return reply
    const { 'OCI-Subject': _, ...headers } = reply.headers
    return { ...reply, headers }
  })
}

// The codes that clients know for a status, where it is not the first of the table that has it.
const usual: Readonly<Record<number, ErrorCode>> = { 400: 'BAD_REQUEST', 404: 'NOT_FOUND' }

function codeOf(given: number): ErrorCode {
  const found = (Object.keys(errorTable) as ErrorCode[]).find((code) => errorTable[code][0] === given)
  return usual[given] ?? found ?? 'UNKNOWN'
}

// By the machine's clock, which is the client's.
function waitFor(retryAfter: RetryAfter | undefined): { readonly 'Retry-After'?: string } {
  if (retryAfter === undefined) return {}
  if (typeof retryAfter === 'number') return { 'Retry-After': String(retryAfter) }
  const seconds = Number(retryAfter.slice('date:'.length))
  return { 'Retry-After': new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000).toUTCString() }
}
