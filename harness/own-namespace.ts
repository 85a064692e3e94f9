import { randomBytes } from 'node:crypto'
import { isRepositoryName } from '../src/route/names.js'

/**
 * A prefix for repositories that nobody else has: 48 random bits, so that processes that share a registry do not meet.
 * @param under What it is to be in, such as `team`: for accounts whose permissions are for `team/*`.
 * @throws TypeError when that is no repository's name.
 */
export function ownNamespace(under?: string): string {
  if (under !== undefined && !isRepositoryName(under)) {
    throw new TypeError(`start-registry: namespace takes the name of a repository, not ${JSON.stringify(under)}`)
  }
  const own = `test-${randomBytes(6).toString('hex')}`
  return under === undefined ? own : `${under}/${own}`
}
