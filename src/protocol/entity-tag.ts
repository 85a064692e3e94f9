import type { IncomingHttpHeaders } from 'node:http'
import type { Digest } from '../route/names.js'

/** The entity tag of content: its digest, which never changes (RFC 9110 §8.8.3). */
export const entityTag = (digest: Digest): string => `"${digest}"`

/** Whether an If-None-Match says that the client has this content already; weak comparison (RFC 9110 §13.1.2). */
export function hasCopy(headers: IncomingHttpHeaders, digest: Digest): boolean {
  const field = headers['if-none-match']
  return field !== undefined && matches(field, digest)
}

/** Whether a field of entity tags has that of a digest, or is `*`. */
export function matches(field: string, digest: Digest): boolean {
  const wanted = entityTag(digest)
  return field.split(',').some((text) => {
    const tag = text.trim()
    return tag === '*' || (tag.startsWith('W/') ? tag.slice(2) : tag) === wanted
  })
}
