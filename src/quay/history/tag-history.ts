import type { Digest } from '../../route/names.js'
import { Ordered } from '../../store/ordered.js'
import type { CommittedChange } from '../../store/store.js'

/** One time that a tag pointed at a manifest. Times are milliseconds since 1970. */
export interface TagEntry {
  readonly tag: string
  readonly digest: Digest
  readonly start: number
  /** When it ended, or is to end; null for never. */
  readonly end: number | null
  /** Whether it was brought back from the past. */
  readonly reversion: boolean
}

/** All that a history knows, as plain data for JSON: the entries of each repository, each tag's in order of time. */
export interface HistoryState {
  readonly repositories: readonly (readonly [repository: string, entries: readonly TagEntry[]])[]
}

export interface ListOptions {
  /** Now, in milliseconds since 1970. */
  readonly at: number
  /** Only entries whose tag this is true of. */
  readonly matches?: ((tag: string) => boolean) | undefined
  /** Only tags that are there now. */
  readonly active?: boolean | undefined
  /** From 1. */
  readonly page: number
  readonly limit: number
}

/** What is remembered of one repository. The last entry of a tag is what it is now, or was last. */
interface RepositoryHistory {
  readonly entries: Map<string, TagEntry[]>
  /** Tags that point at a manifest now. */
  readonly tagged: Map<Digest, Set<string>>
}

const emptyHistory = (): RepositoryHistory => ({ entries: new Map(), tagged: new Map() })

const isAlive = ({ end }: TagEntry, at: number): boolean => end === null || end > at

/**
 * What each tag has pointed at, and until when (quay.md §6): Quay's time machine. It hears of the store's changes and is
 * asked with the time; nothing happens by itself.
 */
export class TagHistory {
  readonly #retention: (namespace: string) => number
  readonly #repositories = new Map<string, RepositoryHistory>()
  /** Tags that are to end, by when. */
  #ending = new Ordered<{ readonly repository: string; readonly entry: TagEntry }>()

  /** @param retention How long an entry that has ended is remembered, in seconds, by namespace. */
  constructor(retention: (namespace: string) => number) {
    this.#retention = retention
  }

  /** Takes note of a change of the store: give it to `onChange`. */
  record({ repository, at, change }: CommittedChange): void {
    if (change.type === 'manifest.put')
      for (const tag of change.tags) this.#begin(repository, tag, change.entry.digest, at)
    else if (change.type === 'manifest.deleted') for (const tag of change.tags) this.#end(repository, tag, at)
    else if (change.type === 'tag.deleted') this.#end(repository, change.tag, at)
  }

  #begin(repository: string, tag: string, digest: Digest, at: number): void {
    this.#end(repository, tag, at)
    const known = this.#repositories.get(repository) ?? emptyHistory()
    this.#repositories.set(repository, known)
    const kept = (known.entries.get(tag) ?? []).filter((entry) => this.#isRemembered(repository, entry, at))
    // Tags stand in the order in which they were last made.
    known.entries.delete(tag)
    known.entries.set(tag, [...kept, { tag, digest, start: at, end: null, reversion: false }])
    const tags = known.tagged.get(digest) ?? new Set()
    known.tagged.set(digest, tags.add(tag))
  }

  // One whose time is over keeps the end that it had, whenever somebody takes it out of the store.
  #end(repository: string, tag: string, at: number): void {
    const entry = this.#last(repository, tag)
    if (!entry) return
    if (isAlive(entry, at)) this.#replaceLast(repository, { ...entry, end: at })
    this.#ending = this.#ending.without(endKey(repository, entry))
    const tagged = this.#repositories.get(repository)?.tagged
    tagged?.get(entry.digest)?.delete(tag)
    if (tagged?.get(entry.digest)?.size === 0) tagged.delete(entry.digest)
  }

  #last(repository: string, tag: string): TagEntry | undefined {
    return this.#repositories.get(repository)?.entries.get(tag)?.at(-1)
  }

  #replaceLast(repository: string, entry: TagEntry): void {
    const entries = this.#repositories.get(repository)?.entries
    entries?.set(entry.tag, [...(entries.get(entry.tag) ?? []).slice(0, -1), entry])
  }

  #isRemembered(repository: string, { end }: TagEntry, at: number): boolean {
    return end === null || end + this.#retention(repository.split('/', 1)[0] as string) * 1000 > at
  }

  /**
   * Whether a tag is there, was there (then TAG_EXPIRED is what a client is told), or has never been, as far as is
   * remembered.
   */
  status(repository: string, tag: string, at: number): 'alive' | 'expired' | 'unknown' {
    const entries = this.#repositories.get(repository)?.entries.get(tag) ?? []
    if (entries.some((entry) => isAlive(entry, at))) return 'alive'
    return entries.some((entry) => this.#isRemembered(repository, entry, at)) ? 'expired' : 'unknown'
  }

  /**
   * Whether a tag that a store has is no news: the last thing that is known of it is that it points there. One that had
   * ended before its manifest was last pushed has been made again.
   * @param stored.at When the manifest was last pushed.
   */
  knows(repository: string, tag: string, stored: { readonly digest: Digest; readonly at: number }): boolean {
    const last = this.#last(repository, tag)
    return last?.digest === stored.digest && isAlive(last, stored.at)
  }

  /** What a tag points at; undefined when it is not there. */
  current(repository: string, tag: string, at: number): TagEntry | undefined {
    const entry = this.#last(repository, tag)
    return entry && isAlive(entry, at) ? entry : undefined
  }

  /** Tags that are there, in the order in which they were made. */
  tags(repository: string, at: number): readonly string[] {
    const known = this.#repositories.get(repository)?.entries.keys() ?? []
    return [...known].filter((tag) => this.current(repository, tag, at) !== undefined)
  }

  /** Tags that point at a manifest, in no order. */
  tagsOf(repository: string, digest: Digest, at: number): readonly string[] {
    const tags = this.#repositories.get(repository)?.tagged.get(digest) ?? []
    return [...tags].filter((tag) => this.current(repository, tag, at) !== undefined)
  }

  /** Whether a manifest can be brought back: a tag points at it, or one did so not too long ago. */
  remembers(repository: string, digest: Digest, at: number): boolean {
    if (this.tagsOf(repository, digest, at).length > 0) return true
    for (const entries of this.#repositories.get(repository)?.entries.values() ?? []) {
      if (entries.some((entry) => entry.digest === digest && this.#isRemembered(repository, entry, at))) return true
    }
    return false
  }

  /** A page of entries, the newest first, and whether there are more. */
  list(repository: string, { at, matches, active, page, limit }: ListOptions): { entries: TagEntry[]; more: boolean } {
    const known = this.#repositories.get(repository)?.entries ?? new Map<string, TagEntry[]>()
    const all = Array.from(known, ([tag, entries]) => (matches?.(tag) === false ? [] : entries.toReversed()))
      .flat()
      .filter((entry) => (active ? isAlive(entry, at) : this.#isRemembered(repository, entry, at)))
      .toSorted((a, b) => b.start - a.start || (a.tag === b.tag ? 0 : a.tag < b.tag ? -1 : 1))
    return { entries: all.slice((page - 1) * limit, page * limit), more: all.length > page * limit }
  }

  /** Says when a tag is to end, or with null that it is not; false when it is not there. */
  setEnd(repository: string, tag: string, end: number | null, at: number): boolean {
    const entry = this.current(repository, tag, at)
    if (!entry) return false
    const changed = { ...entry, end }
    this.#replaceLast(repository, changed)
    this.#ending = this.#ending.without(endKey(repository, entry))
    if (end !== null) this.#ending = this.#ending.with(endKey(repository, changed), { repository, entry: changed })
    return true
  }

  /** Says of tags that were just pushed how long they live, in seconds. */
  expire(repository: string, tags: readonly string[], seconds: number, at: number): void {
    for (const tag of tags) {
      const entry = this.current(repository, tag, at)
      if (entry) this.setEnd(repository, tag, entry.start + seconds * 1000, at)
    }
  }

  /** Says of a tag that what it points at was brought back. */
  markReversion(repository: string, tag: string): void {
    const entry = this.#last(repository, tag)
    if (entry) this.#replaceLast(repository, { ...entry, reversion: true })
  }

  /** Tags whose time is over but which the store has not been told of, the earliest first. */
  *due(at: number): Generator<{ readonly repository: string; readonly entry: TagEntry }, void, undefined> {
    for (const [, { repository, entry }] of this.#ending.entries()) {
      if (isAlive(entry, at)) return
      yield { repository, entry }
    }
  }

  /** Says of a tag that was due that the store does not have it any more. */
  settle(repository: string, entry: TagEntry): void {
    if (this.#last(repository, entry.tag)?.start === entry.start)
      this.#end(repository, entry.tag, entry.end ?? entry.start)
  }

  /** Forgets a repository, or one tag of it: nothing of them can be brought back. */
  forget(repository: string, tag?: string): void {
    const known = this.#repositories.get(repository)
    for (const name of tag === undefined ? (known?.entries.keys() ?? []) : [tag]) {
      const entry = this.#last(repository, name)
      if (entry) this.#end(repository, name, entry.end ?? entry.start)
    }
    if (tag === undefined) this.#repositories.delete(repository)
    else known?.entries.delete(tag)
  }

  /** All that is known, as plain data for JSON. */
  dump(): HistoryState {
    return {
      repositories: Array.from(this.#repositories, ([name, { entries }]) => [name, [...entries.values()].flat()]),
    }
  }

  /** Puts what was dumped in place of all that is known. */
  load({ repositories }: HistoryState): void {
    this.#repositories.clear()
    this.#ending = new Ordered()
    for (const [repository, entries] of repositories) {
      for (const entry of entries) {
        this.#begin(repository, entry.tag, entry.digest, entry.start)
        if (entry.end !== null) this.#restoreEnd(repository, entry)
        else this.#replaceLast(repository, entry)
      }
    }
  }

  #restoreEnd(repository: string, entry: TagEntry): void {
    this.#replaceLast(repository, entry)
    this.#ending = this.#ending.with(endKey(repository, entry), { repository, entry })
  }
}

// Times of sixteen digits last for three hundred thousand years.
const endKey = (repository: string, { tag, end }: TagEntry): string =>
  `${String(end).padStart(16, '0')} ${repository} ${tag}`
