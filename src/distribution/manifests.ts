import { emptyReply } from '../protocol/call.js'
import { entityTag, hasCopy } from '../protocol/entity-tag.js'
import { RegistryError } from '../protocol/errors.js'
import type { Reference } from '../route/names.js'
import { whenReady, type Awaitable } from '../protocol/awaitable.js'
import type { ManifestEntry, Store } from '../store/store.js'
import { checkConditions, preconditionFailed } from './conditions.js'
import type { Handler } from './registry.js'

/**
 * Pulls a manifest by tag or digest, in the type that it was pushed with: distribution-spec 1.1 end-3.
 * Accept is not looked at: a server may ignore it, and those that do not break clients that forget a type.
 */
export const getManifest: Handler<'manifest'> = ({ method, route, headers }, { store }) =>
  whenReady(findManifest(store, route.repository, route.reference), ({ digest, mediaType, size }) => {
    const etag = entityTag(digest)
    if (hasCopy(headers, digest)) return emptyReply(304, { 'Docker-Content-Digest': digest, ETag: etag })
    const full = { 'Content-Type': mediaType, 'Content-Length': size, 'Docker-Content-Digest': digest, ETag: etag }
    if (method === 'HEAD') return { status: 200, headers: full }
    return whenReady(store.manifestBytes(route.repository, digest), (bytes) => {
      if (!bytes) throw manifestUnknown(route.reference)
      return { status: 200, headers: full, body: bytes }
    })
  })

/**
 * Deletes a tag, or a manifest with all its tags: distribution-spec 1.1 end-9.
 * With If-Match a tag is only deleted while it points at that manifest.
 */
export const deleteManifest: Handler<'manifest'> = async ({ route, headers, at }, { store }) => {
  const { repository, reference } = route
  if (reference.digest) {
    if (!(await store.deleteManifest(repository, reference.digest, at))) throw manifestUnknown(reference)
    return emptyReply(202)
  }
  const current = await store.tag(repository, reference.tag)
  const expected = checkConditions(headers, current) ? current : undefined
  const deleted = await store.deleteTag(repository, reference.tag, at, expected)
  if (!deleted) throw manifestUnknown(reference)
  if (expected && deleted !== expected) throw preconditionFailed(deleted)
  return emptyReply(202)
}

function findManifest(store: Store, repository: string, reference: Reference): Awaitable<ManifestEntry> {
  const digest = reference.digest ?? store.tag(repository, reference.tag)
  const entry = whenReady(digest, (known) => known && store.manifest(repository, known))
  return whenReady(entry, (found) => {
    if (!found) throw manifestUnknown(reference)
    return found
  })
}

// Also when the repository is not there: clients that look for a signature know this code, and not all of them NAME_UNKNOWN.
const manifestUnknown = ({ tag }: Reference): RegistryError =>
  new RegistryError('MANIFEST_UNKNOWN', `no such ${tag === undefined ? 'manifest' : 'tag'} in this repository`)
