import { mediaTypes } from '../protocol/media-types.js'
import type { Digest } from '../route/names.js'
import { Ordered } from './ordered.js'
import type { Change, Descriptor, Listing, ManifestEntry, ManifestPush, Page, PushResult } from './store.js'

/** A blob's link into a repository. */
export interface BlobEntry {
  readonly size: number
  readonly at: number
}

/** All that a repository holds but the bytes: an immutable value, made from the one before by `apply`. */
export interface Repository {
  readonly tags: Ordered<Digest>
  /** The same the other way round, by `digest tag`: which tags a manifest has. */
  readonly tagged: Ordered<true>
  readonly manifests: Ordered<ManifestEntry>
  readonly blobs: Ordered<BlobEntry>
  /** By `subject digest`. */
  readonly referrers: Ordered<Descriptor>
  /** By `child index`: which indexes name a manifest. */
  readonly parents: Ordered<true>
}

export const emptyRepository: Repository = {
  tags: new Ordered(),
  tagged: new Ordered(),
  manifests: new Ordered(),
  blobs: new Ordered(),
  referrers: new Ordered(),
  parents: new Ordered(),
}

/** Whether a repository holds nothing: then it does not exist for those who ask. */
export const isEmpty = (repository: Repository): boolean =>
  repository.manifests.size === 0 && repository.blobs.size === 0

/** The repository as it is after a change. Pure: drivers replay their records through it. */
export function apply(repository: Repository, change: Change, at: number): Repository {
  switch (change.type) {
    case 'blob.linked':
      return { ...repository, blobs: repository.blobs.with(change.digest, { size: change.size, at }) }
    case 'blob.unlinked':
      return { ...repository, blobs: repository.blobs.without(change.digest) }
    case 'manifest.put':
      return change.tags.reduce(
        (state, tag) => pointTag(state, tag, change.entry.digest),
        putManifest(repository, { ...change.entry, at }),
      )
    case 'manifest.deleted':
      return deleteManifest(change.tags.reduce(dropTag, repository), change.digest)
    case 'tag.deleted':
      return dropTag(repository, change.tag)
  }
}

function putManifest(repository: Repository, entry: ManifestEntry): Repository {
  const manifests = repository.manifests.with(entry.digest, entry)
  const parents = childrenOf(entry).reduce(
    (known, child) => known.with(`${child} ${entry.digest}`, true),
    repository.parents,
  )
  if (!entry.subject) return { ...repository, manifests, parents }
  const { mediaType, digest, size, artifactType, annotations } = entry
  const descriptor: Descriptor = { mediaType, digest, size, artifactType, annotations }
  const referrers = repository.referrers.with(`${entry.subject} ${digest}`, descriptor)
  return { ...repository, manifests, parents, referrers }
}

const childrenOf = ({ mediaType, references }: ManifestEntry): readonly Digest[] =>
  mediaType === mediaTypes.imageIndex || mediaType === mediaTypes.dockerManifestList ? references : []

function deleteManifest(repository: Repository, digest: Digest): Repository {
  const entry = repository.manifests.get(digest)
  const subject = entry?.subject
  const children = entry ? childrenOf(entry) : []
  return {
    ...repository,
    manifests: repository.manifests.without(digest),
    referrers: subject ? repository.referrers.without(`${subject} ${digest}`) : repository.referrers,
    parents: children.reduce((known, child) => known.without(`${child} ${digest}`), repository.parents),
  }
}

function pointTag(repository: Repository, tag: string, digest: Digest): Repository {
  const { tags, tagged } = dropTag(repository, tag)
  return { ...repository, tags: tags.with(tag, digest), tagged: tagged.with(`${digest} ${tag}`, true) }
}

function dropTag(repository: Repository, tag: string): Repository {
  const digest = repository.tags.get(tag)
  if (!digest) return repository
  return {
    ...repository,
    tags: repository.tags.without(tag),
    tagged: repository.tagged.without(`${digest} ${tag}`),
  }
}

/** The tags that point at a manifest, in order. */
export function tagsOf(repository: Repository, digest: Digest): string[] {
  return Array.from(repository.tagged.startingWith(`${digest} `), ([key]) => key.slice(digest.length + 1))
}

/** Which of a push's conditions does not hold, or undefined when it may be committed. */
export function refusal(
  repository: Repository,
  push: ManifestPush,
): Exclude<PushResult, { committed: true }> | undefined {
  const [tag] = push.tags
  if (push.expected !== undefined && tag !== undefined) {
    const current = repository.tags.get(tag) ?? null
    if (current !== push.expected) return { committed: false, current }
  }
  const missing = [
    ...push.requires.blobs.filter((digest) => !repository.blobs.has(digest)),
    // BuildKit's cache is an index of layers, and other registries take it.
    ...push.requires.manifests.filter((digest) => !repository.manifests.has(digest) && !repository.blobs.has(digest)),
  ]
  return missing.length > 0 ? { committed: false, missing } : undefined
}

/** A page of referrers of `subject`. */
export function listReferrers(repository: Repository, subject: Digest, page: Page): Listing<Descriptor> {
  return takePage(repository.referrers.startingWith(`${subject} `, page.after), page.limit, ([, value]) => value)
}

/** A page of indexes that name `child`. */
export function listParents(repository: Repository, child: Digest, page: Page): Listing<Digest> {
  const behind = child.length + 1
  return takePage(
    repository.parents.startingWith(`${child} `, page.after),
    page.limit,
    ([key]) => key.slice(behind) as Digest,
  )
}

/** The first `limit` of `entries`, mapped, and whether there are more. */
export function takePage<E, T>(entries: Iterable<E>, limit: number, map: (entry: E) => T): Listing<T> {
  const items: T[] = []
  for (const entry of entries) {
    if (items.length >= limit) return { items, more: true }
    items.push(map(entry))
  }
  return { items, more: false }
}
