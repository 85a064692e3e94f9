import type { Digest } from '../route/names.js'
import { tagsOf, type BlobEntry, type Repository } from './repository.js'
import type { Change } from './store.js'

/**
 * What nothing in a repository leads to, as the changes that take it away.
 * @param fresh Whether a blob was pushed, read or asked about too recently: a running push may be about to name it.
 * @param before Manifests pushed at or after this time are kept; undefined keeps every manifest.
 */
export function garbageOf(
  repository: Repository,
  fresh: (blob: BlobEntry) => boolean,
  before: number | undefined,
): Change[] {
  const kept = before === undefined ? allManifests(repository) : keptManifests(repository, before)
  const changes: Change[] = []
  const referenced = new Set<string>()
  for (const [digest, entry] of repository.manifests.entries()) {
    if (kept.has(digest)) for (const reference of entry.references) referenced.add(reference)
    else changes.push({ type: 'manifest.deleted', digest: digest as Digest, tags: [] })
  }
  for (const [key, blob] of repository.blobs.entries()) {
    const digest = key as Digest
    if (!referenced.has(digest) && !fresh(blob)) changes.push({ type: 'blob.unlinked', digest })
  }
  return changes
}

const allManifests = (repository: Repository): Set<string> =>
  new Set(Array.from(repository.manifests.entries(), ([digest]) => digest))

// From tagged and young manifests down to children, and from every kept subject up to its referrers. A referrer whose
// subject is not there is kept too: the specification lets it come first.
function keptManifests(repository: Repository, before: number): Set<string> {
  const kept = new Set<string>()
  const waiting: string[] = []
  for (const [digest, entry] of repository.manifests.entries()) {
    const orphan = entry.subject !== undefined && !repository.manifests.has(entry.subject)
    if (entry.at >= before || orphan || tagsOf(repository, digest as Digest).length > 0) waiting.push(digest)
  }
  for (let digest = waiting.pop(); digest !== undefined; digest = waiting.pop()) {
    const entry = repository.manifests.get(digest)
    if (!entry || kept.has(digest)) continue
    kept.add(digest)
    waiting.push(...entry.references)
    for (const [, referrer] of repository.referrers.startingWith(`${digest} `)) waiting.push(referrer.digest)
  }
  return kept
}
