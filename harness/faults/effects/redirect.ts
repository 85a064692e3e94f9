import { emptyReply } from '../../../src/protocol/call.js'
import { whenReady } from '../../../src/protocol/awaitable.js'
import type { Effect } from './effect.js'

/** The content is elsewhere: at a URL that is given, or on another port of this registry. */
export const redirect: Effect<'redirect'> = (call, next, { rule, take, world }) => {
  const { to, status = 307 } = rule
  if (to !== undefined) return take() ? emptyReply(status, { Location: to }) : next()
  const { route, method } = call
  const isContent = route.kind === 'blob' || route.kind === 'manifest'
  if (!isContent || (method !== 'GET' && method !== 'HEAD')) return next()
  return whenReady(next(), async (reply) => {
    if ((reply.status !== 200 && reply.status !== 206) || !take()) return reply
    return emptyReply(status, { Location: await world.contentUrl(call) })
  })
}
