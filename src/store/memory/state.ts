import type { Digest } from '../../route/names.js'
import { Ordered } from '../ordered.js'
import { apply, emptyRepository, isEmpty, type Repository } from '../repository.js'
import type { CommittedChange } from '../store.js'
import type { Content } from './content.js'

/** Everything that a memory store holds, as one immutable value. */
export interface MemoryState {
  readonly repositories: Ordered<Repository>
  /** Bytes of blobs and manifests by digest, once for all repositories. */
  readonly contents: Ordered<Content>
  /** By `digest repository`: who holds which blob. */
  readonly holders: Ordered<true>
}

export const emptyState: MemoryState = {
  repositories: new Ordered(),
  contents: new Ordered(),
  holders: new Ordered(),
}

/** The state as it is after a change. */
export function changed(state: MemoryState, { repository: name, change, at }: CommittedChange): MemoryState {
  const next = apply(state.repositories.get(name) ?? emptyRepository, change, at)
  let { holders } = state
  if (change.type === 'blob.linked') holders = holders.with(`${change.digest} ${name}`, true)
  if (change.type === 'blob.unlinked') holders = holders.without(`${change.digest} ${name}`)
  return {
    ...state,
    holders,
    repositories: isEmpty(next) ? state.repositories.without(name) : state.repositories.with(name, next),
  }
}

/** The state that also has a content; bytes that are held here take the place of those that are elsewhere. */
export function withContent(state: MemoryState, digest: Digest, content: Content): MemoryState {
  const known = state.contents.get(digest)
  if (known && (!('read' in known) || 'read' in content)) return state
  return { ...state, contents: state.contents.with(digest, content) }
}
