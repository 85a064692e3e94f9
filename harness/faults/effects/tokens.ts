import type { Call } from '../../../src/protocol/call.js'
import { RegistryError } from '../../../src/protocol/errors.js'
import type { Effect } from './effect.js'

/** The token that came is said to have expired. */
export const expiredToken: Effect<'expired-token'> = (call, next, { take, world }) => {
  if (!hasToken(call) || !take()) return next()
  return world.render(world.tokenRefusal()?.(call, 'expired'), call)
}

/** The token that came is said to be for less. */
export const insufficientScope: Effect<'insufficient-scope'> = (call, next, { rule, take, world }) => {
  if (!hasToken(call) || !take()) return next()
  const error =
    rule.status === 403
      ? new RegistryError('DENIED', 'a fault says that this token does not go so far')
      : world.tokenRefusal()?.(call, 'insufficient')
  return world.render(error, call)
}

const hasToken = ({ headers }: Call): boolean => /^bearer /i.test(headers.authorization ?? '')
