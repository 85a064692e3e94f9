import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../route/names.js'
import { garbageOf } from '../garbage.js'
import { Leases } from '../leases.js'
import { Listeners } from '../listeners.js'
import {
  apply,
  emptyRepository,
  isEmpty,
  listParents,
  listReferrers,
  refusal,
  tagsOf,
  takePage,
  type BlobEntry,
  type Repository,
} from '../repository.js'
import type { Change, Collected, CollectOptions, CommittedChange, Store } from '../store.js'
import { BlobFiles } from './blobs.js'
import { BytesCache } from './cache.js'
import { Catalog } from './catalog.js'
import { explainDiskError } from './files.js'
import { Journal } from './journal.js'
import { lockFolder } from './lock.js'
import { DiskSnapshots } from './snapshots.js'
import { DiskUploads } from './uploads.js'

/** One line of a repository's journal. */
interface ChangeRecord {
  readonly at: number
  readonly change: Change
}

const format = 'start-registry storage 1\n'
// Manifests and configs are asked for again and again; a layer of this size is no larger than they are.
const cacheSize = 16 << 20
const cachedUpTo = 64 << 10

/**
 * A store in a folder that one process at a time owns (see lock.ts):
 *
 *     blobs/sha256/ab/<hex>           content, once for all repositories
 *     repositories/<name>/_changes    the repository's journal: every committed change, in order
 *     catalog                         the journal of repository names
 *     uploads/sessions, <id>.data     upload sessions
 *     holders/abc                     which repositories were given a blob
 *
 * A journal is read when its repository is first asked for, never before. What a call has answered is on the disk
 * (fsync), and what is not is not visible.
 * @param folder Made when it is not there. @throws Error when it is in use, cannot be written, or holds something else.
 */
export function diskStore(folder: string): Store {
  mkdirSync(folder, { recursive: true })
  checkFormat(folder)
  const unlock = lockFolder(folder)
  const tempFolder = join(folder, 'temp')
  rmSync(tempFolder, { recursive: true, force: true })
  const catalog = new Catalog(folder, tempFolder)
  const blobs = new BlobFiles(folder, tempFolder)
  const uploads = new DiskUploads(folder)
  const cache = new BytesCache(cacheSize)
  const leases = new Leases()
  const listeners = new Listeners<CommittedChange>()
  const snapshots = new DiskSnapshots()
  const journals = new Map<string, Journal<Repository, ChangeRecord>>()
  let closing: Promise<void> | undefined
  let collecting: Promise<unknown> = Promise.resolve()

  function journalOf(name: string): Journal<Repository, ChangeRecord> {
    let journal = journals.get(name)
    if (!journal) {
      journal = new Journal(join(folder, 'repositories', name, '_changes'), tempFolder, repositoryKind, {
        before: async (next) => {
          if (!isEmpty(next)) await catalog.expect(name)
        },
        after: async (next) => catalog.note(name, isEmpty(next)),
      })
      // A name that was only asked for must not cost memory ever after.
      if (journal.exists) remember(name, journal)
    }
    return journal
  }

  function remember(name: string, journal: Journal<Repository, ChangeRecord>): void {
    if (journals.has(name)) return
    journals.set(name, journal)
    snapshots.learn(name, journal.committed)
  }

  const repositoryOf = (name: string): Repository => journalOf(name).committed

  async function commit(name: string, change: Change, at: number): Promise<void> {
    const journal = journalOf(name)
    remember(name, journal)
    await journal.commit({ at, change })
    listeners.tell({ repository: name, at, change })
  }

  async function link(name: string, digest: Digest, size: number, at: number): Promise<void> {
    if (!journalOf(name).tip.blobs.has(digest)) blobs.addHolder(digest, name)
    await commit(name, { type: 'blob.linked', digest, size }, at)
  }

  return {
    repositories({ after, limit }) {
      return takePage(
        catalog.names(after, (name) => !isEmpty(repositoryOf(name))),
        limit,
        (name) => name,
      )
    },

    tags(name, { after, limit }) {
      const repository = repositoryOf(name)
      return isEmpty(repository) ? undefined : takePage(repository.tags.entries(after), limit, ([tag]) => tag)
    },

    tag: (name, tag) => repositoryOf(name).tags.get(tag),

    manifest: (name, digest) => repositoryOf(name).manifests.get(digest),

    manifests(name, { after, limit }) {
      const repository = repositoryOf(name)
      if (isEmpty(repository)) return undefined
      return takePage(repository.manifests.entries(after), limit, ([, entry]) => entry)
    },

    manifestBytes(name, digest) {
      const entry = repositoryOf(name).manifests.get(digest)
      if (!entry) return undefined
      return cache.get(digest, () => blobs.readWhole(digest, entry.size))
    },

    referrers: (name, subject, page) => listReferrers(repositoryOf(name), subject, page),

    parents: (name, child, page) => listParents(repositoryOf(name), child, page),

    async putManifest(name, push) {
      const { digest } = push.entry
      // Looked at first so that a hopeless push writes nothing, and again when nothing can come between.
      const hopeless = refusal(journalOf(name).tip, push)
      if (hopeless) return hopeless
      return blobs.pinned(digest, async () => {
        await blobs.write(digest, push.bytes).catch((error: unknown) => {
          throw explainDiskError(error)
        })
        const refused = refusal(journalOf(name).tip, push)
        if (refused) return refused
        await commit(name, { type: 'manifest.put', entry: push.entry, tags: push.tags }, push.at)
        return { committed: true }
      })
    },

    async deleteManifest(name, digest, at) {
      const { tip } = journalOf(name)
      if (!tip.manifests.has(digest)) return false
      await commit(name, { type: 'manifest.deleted', digest, tags: tagsOf(tip, digest) }, at)
      return true
    },

    async deleteTag(name, tag, at, expected) {
      const digest = journalOf(name).tip.tags.get(tag)
      if (!digest || (expected !== undefined && digest !== expected)) return digest
      await commit(name, { type: 'tag.deleted', tag, digest }, at)
      return digest
    },

    blob(name, digest, at) {
      const entry = repositoryOf(name).blobs.get(digest)
      if (!entry) return undefined
      leases.renew(entry, at)
      if (entry.size > cachedUpTo)
        return { digest, size: entry.size, read: (start, end) => blobs.read(digest, start, end) }
      const { size } = entry
      const read = (start: number, end: number): Buffer => {
        const whole = cache.get(digest, () => blobs.readWhole(digest, size))
        return start === 0 && end === size - 1 ? whole : whole.subarray(start, end + 1)
      }
      return { digest, size, read }
    },

    *holders(digest) {
      for (const name of blobs.holders(digest)) if (repositoryOf(name).blobs.has(digest)) yield name
    },

    async mountBlob(name, digest, from, at) {
      return blobs.pinned(digest, async () => {
        const entry = repositoryOf(from).blobs.get(digest)
        if (!entry) return false
        await link(name, digest, entry.size, at)
        return true
      })
    },

    async deleteBlob(name, digest, at) {
      if (!journalOf(name).tip.blobs.has(digest)) return false
      await commit(name, { type: 'blob.unlinked', digest }, at)
      return true
    },

    createUpload: (name, options) => uploads.create(name, options),
    upload: (id) => uploads.get(id),
    appendUpload: (id, body, options) => uploads.append(id, body, options),

    async finishUpload(id, digest, at) {
      return blobs.pinned(digest, async () => {
        const finished = await uploads.finish(id, digest, async (name, file, size) => {
          await blobs.adopt(file, digest).catch((error: unknown) => {
            throw explainDiskError(error)
          })
          await link(name, digest, size, at)
        })
        if (!finished) return undefined
        return 'actual' in finished ? { committed: false, ...finished } : { committed: true, ...finished }
      })
    },

    cancelUpload: (id) => uploads.cancel(id),

    collect(options) {
      // One after the other: each looks at everything.
      const collected = collecting.then(() => collect(options))
      collecting = collected.catch(() => undefined)
      return collected
    },

    onChange: (listener) => listeners.add(listener),

    snapshots: {
      take: () => snapshots.take(Array.from(journals, ([name, { committed }]) => [name, committed] as const)),
      async restore(snapshot) {
        const changed = snapshots.changed(snapshot, journals)
        await Promise.all(changed.map(([journal, value]) => journal.replace(value)))
        uploads.clear()
        snapshots.restored.tell(undefined)
      },
      onRestore: (listener) => snapshots.restored.add(listener),
    },

    close: () => (closing ??= close()),
  }

  async function collect(options: CollectOptions): Promise<Collected> {
    const expired = uploads.expire(options.at - options.grace)
    const taken = await collectRepositories(options)
    return { ...taken, uploads: expired, bytes: await blobs.sweep(heldDigests()) }
  }

  async function collectRepositories({
    at,
    grace,
    untagged,
  }: CollectOptions): Promise<Pick<Collected, 'blobs' | 'manifests'>> {
    let blobCount = 0
    let manifestCount = 0
    for (const name of catalog.all()) {
      const fresh = (blob: BlobEntry): boolean => Math.max(blob.at, leases.renewedAt(blob)) >= at - grace
      // All of a repository's garbage is decided and queued in one go: a push cannot come between.
      const changes = garbageOf(journalOf(name).tip, fresh, untagged ? at - grace : undefined)
      await Promise.all(changes.map((change) => commit(name, change, at)))
      for (const { type } of changes) {
        if (type === 'blob.unlinked') blobCount++
        else manifestCount++
      }
    }
    return { blobs: blobCount, manifests: manifestCount }
  }

  function heldDigests(): Set<string> {
    const held = new Set<string>(snapshots.held())
    for (const name of new Set([...catalog.all(), ...journals.keys()])) {
      const { tip } = journalOf(name)
      for (const [digest] of tip.blobs.entries()) held.add(digest)
      for (const [digest] of tip.manifests.entries()) held.add(digest)
    }
    return held
  }

  async function close(): Promise<void> {
    await Promise.all(Array.from(journals.values(), (journal) => journal.settled()))
    await catalog.close()
    uploads.close()
    unlock()
  }
}

const repositoryKind = {
  empty: emptyRepository,
  apply: (repository: Repository, { change, at }: ChangeRecord): Repository => apply(repository, change, at),
  compact: (repository: Repository): ChangeRecord[] => [
    ...Array.from(repository.blobs.entries(), ([digest, { size, at }]): ChangeRecord => ({
      at,
      change: { type: 'blob.linked', digest: digest as Digest, size },
    })),
    ...Array.from(repository.manifests.entries(), ([digest, { at, ...entry }]): ChangeRecord => ({
      at,
      change: { type: 'manifest.put', entry, tags: tagsOf(repository, digest as Digest) },
    })),
  ],
}

// Refuses a folder with somebody else's files in it, and a later version's.
function checkFormat(folder: string): void {
  const path = join(folder, 'format')
  const found = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (found !== '') {
    if (found !== format) throw new Error(`storage folder ${folder} was written by another version: ${found.trim()}`)
    return
  }
  if (readdirSync(folder).some((name) => name !== 'format')) {
    throw new Error(`storage folder ${folder} is not empty and was not made by start-registry: choose another folder`)
  }
  writeFileSync(path, format)
}
