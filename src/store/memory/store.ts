import type { Digest } from '../../route/names.js'
import { garbageOf } from '../garbage.js'
import { Listeners } from '../listeners.js'
import { Leases } from '../leases.js'
import {
  emptyRepository,
  listParents,
  listReferrers,
  refusal,
  tagsOf,
  takePage,
  type BlobEntry,
  type Repository,
} from '../repository.js'
import type { Change, Collected, CollectOptions, CommittedChange, Snapshot, Store } from '../store.js'
import { blobOf, bytesOf, type Content, type HeldContent } from './content.js'
import { changed, emptyState, withContent, type MemoryState } from './state.js'
import { MemoryUploads } from './uploads.js'

interface MemorySnapshot extends Snapshot {
  readonly state: MemoryState
}

/**
 * A store that lives as long as the process. Every change swaps one immutable state for the next.
 * @param base What it begins with, which is not changed: several stores may begin with the same.
 */
export function memoryStore({ base = emptyState }: { readonly base?: MemoryState | undefined } = {}): Store {
  let state = base
  const uploads = new MemoryUploads()
  const leases = new Leases()
  const listeners = new Listeners<CommittedChange>()
  const restored = new Listeners<undefined>()
  const taken = new WeakSet<Snapshot>()

  const repositoryOf = (name: string): Repository | undefined => state.repositories.get(name)

  function commit(name: string, change: Change, at: number): void {
    const committed: CommittedChange = { repository: name, at, change }
    state = changed(state, committed)
    listeners.tell(committed)
  }

  function keep(digest: Digest, content: Content): void {
    state = withContent(state, digest, content)
  }

  return {
    repositories: ({ after, limit }) => takePage(state.repositories.entries(after), limit, ([name]) => name),

    tags(name, { after, limit }) {
      const repository = repositoryOf(name)
      return repository && takePage(repository.tags.entries(after), limit, ([tag]) => tag)
    },

    tag: (name, tag) => repositoryOf(name)?.tags.get(tag),

    manifest: (name, digest) => repositoryOf(name)?.manifests.get(digest),

    manifests(name, { after, limit }) {
      const repository = repositoryOf(name)
      return repository && takePage(repository.manifests.entries(after), limit, ([, entry]) => entry)
    },

    manifestBytes(name, digest) {
      if (!repositoryOf(name)?.manifests.has(digest)) return undefined
      return bytesOf(state.contents.get(digest) as HeldContent)
    },

    referrers(name, subject, page) {
      return listReferrers(repositoryOf(name) ?? emptyRepository, subject, page)
    },

    parents: (name, child, page) => listParents(repositoryOf(name) ?? emptyRepository, child, page),

    putManifest(name, push) {
      const refused = refusal(repositoryOf(name) ?? emptyRepository, push)
      if (refused) return refused
      keep(push.entry.digest, { pieces: [push.bytes], size: push.bytes.length })
      commit(name, { type: 'manifest.put', entry: push.entry, tags: push.tags }, push.at)
      return { committed: true }
    },

    deleteManifest(name, digest, at) {
      const repository = repositoryOf(name)
      if (!repository?.manifests.has(digest)) return false
      commit(name, { type: 'manifest.deleted', digest, tags: tagsOf(repository, digest) }, at)
      return true
    },

    deleteTag(name, tag, at, expected) {
      const digest = repositoryOf(name)?.tags.get(tag)
      if (digest && (expected === undefined || digest === expected))
        commit(name, { type: 'tag.deleted', tag, digest }, at)
      return digest
    },

    blob(name, digest, at) {
      const entry = repositoryOf(name)?.blobs.get(digest)
      if (!entry) return undefined
      leases.renew(entry, at)
      return blobOf(digest, state.contents.get(digest) as Content)
    },

    *holders(digest) {
      for (const [key] of state.holders.startingWith(`${digest} `)) yield key.slice(digest.length + 1)
    },

    mountBlob(name, digest, from, at) {
      const blob = repositoryOf(from)?.blobs.get(digest)
      if (!blob) return false
      commit(name, { type: 'blob.linked', digest, size: blob.size }, at)
      return true
    },

    deleteBlob(name, digest, at) {
      if (!repositoryOf(name)?.blobs.has(digest)) return false
      commit(name, { type: 'blob.unlinked', digest }, at)
      return true
    },

    createUpload: (name, options) => uploads.create(name, options),
    upload: (id) => uploads.get(id),
    appendUpload: (id, body, options) => uploads.append(id, body, options),

    async finishUpload(id, digest, at) {
      const finished = uploads.finish(id, digest)
      if (!finished) return undefined
      if ('actual' in finished) return { committed: false, actual: finished.actual }
      keep(digest, finished.content)
      commit(finished.repository, { type: 'blob.linked', digest, size: finished.content.size }, at)
      return { committed: true, size: finished.content.size }
    },

    cancelUpload: (id) => uploads.cancel(id),

    collect(options) {
      const expired = uploads.expire(options.at - options.grace)
      return { ...collectRepositories(options), ...collectContents(), uploads: expired }
    },

    onChange: (listener) => listeners.add(listener),

    snapshots: {
      take() {
        const snapshot: MemorySnapshot = { kind: 'snapshot', state }
        taken.add(snapshot)
        return snapshot
      },
      restore(snapshot) {
        if (!taken.has(snapshot)) throw new Error('this snapshot is of another store')
        state = (snapshot as MemorySnapshot).state
        uploads.clear()
        restored.tell(undefined)
      },
      onRestore: (listener) => restored.add(listener),
    },

    async close() {},
  }

  function collectRepositories({ at, grace, untagged }: CollectOptions): Pick<Collected, 'blobs' | 'manifests'> {
    let blobs = 0
    let manifests = 0
    for (const [name, repository] of state.repositories.entries()) {
      const fresh = (blob: BlobEntry): boolean => Math.max(blob.at, leases.renewedAt(blob)) >= at - grace
      for (const change of garbageOf(repository, fresh, untagged ? at - grace : undefined)) {
        commit(name, change, at)
        if (change.type === 'blob.unlinked') blobs++
        else manifests++
      }
    }
    return { blobs, manifests }
  }

  function collectContents(): Pick<Collected, 'bytes'> {
    const manifests = new Set<string>()
    for (const [, repository] of state.repositories.entries()) {
      for (const [digest] of repository.manifests.entries()) manifests.add(digest)
    }
    let bytes = 0
    for (const [digest, content] of state.contents.entries()) {
      const held = !state.holders.startingWith(`${digest} `).next().done || manifests.has(digest)
      if (held) continue
      bytes += content.size
      state = { ...state, contents: state.contents.without(digest) }
    }
    return { bytes }
  }
}
