import type { IncomingHttpHeaders } from 'node:http'
import { entityTag, matches } from '../protocol/entity-tag.js'
import { RegistryError } from '../protocol/errors.js'
import type { Digest } from '../route/names.js'

/**
 * Checks If-Match and If-None-Match on a change of a tag that points at `current` (RFC 9110 §13.1).
 * Two writers of one referrers tag can so tell that they would undo each other's work.
 * @returns Whether there was a condition: then the change must be committed against `current` and nothing else.
 * @throws RegistryError PRECONDITION_FAILED
 */
export function checkConditions(headers: IncomingHttpHeaders, current: Digest | undefined): boolean {
  const match = headers['if-match']
  const noneMatch = headers['if-none-match']
  if (match !== undefined && !(current && matches(match, current))) throw preconditionFailed(current ?? null)
  if (noneMatch !== undefined && current && matches(noneMatch, current)) throw preconditionFailed(current)
  return match !== undefined || noneMatch !== undefined
}

/** The 412 for a tag that points at something else than the client said. */
export function preconditionFailed(current: Digest | null): RegistryError {
  return new RegistryError(
    'PRECONDITION_FAILED',
    current === null
      ? 'the tag does not exist: read it again, and decide again'
      : 'the tag points at another manifest by now: read it again, and decide again',
    { detail: { current }, ...(current && { headers: { ETag: entityTag(current) } }) },
  )
}
