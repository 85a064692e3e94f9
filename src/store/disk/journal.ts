import { explainDiskError, writeWhole } from './files.js'
import { appendRecords, encodeRecord, readRecords, type RecordFile } from './records.js'

/** How a journal's value is made from records, and written as few of them. */
export interface JournalKind<V, R> {
  readonly empty: V
  readonly apply: (value: V, record: R) => V
  /** Records that make the value from the empty one. */
  readonly compact: (value: V) => R[]
}

/** What runs around each write: `before` may still fail the commits, `after` follows once they are on the disk. */
export interface JournalHooks<V> {
  readonly before?: (next: V) => Promise<void>
  readonly after?: (next: V) => Promise<void>
}

interface Waiting<V, R> {
  /** Undefined for a value that takes the place of all before it. */
  readonly record: R | undefined
  readonly next: V
  readonly done: (error?: Error) => void
}

// A journal is rewritten when most of its records are overtaken; the floor keeps small ones from being rewritten often.
const compactionFloor = 1024

/**
 * A value on disk as the records that led to it. Commits are decided at once against `tip` (the value with all that is
 * on its way), written in groups with one fsync, and only then visible as `committed`. When a write fails, all that
 * waits is rejected and the tip goes back: nothing is visible that is not on the disk.
 */
export class Journal<V, R> {
  readonly #kind: JournalKind<V, R>
  readonly #hooks: JournalHooks<V>
  readonly #tempFolder: string
  #file: RecordFile
  #count: number
  #compactAt = compactionFloor
  #tip: V
  #committed: V
  #waiting: Waiting<V, R>[] = []
  #writing: Promise<void> | undefined

  /** Opens the journal at `path`, which need not exist yet. @throws Error when it is damaged. */
  constructor(path: string, tempFolder: string, kind: JournalKind<V, R>, hooks: JournalHooks<V> = {}) {
    const read = readRecords(path)
    this.#kind = kind
    this.#hooks = hooks
    this.#tempFolder = tempFolder
    this.#file = read?.file ?? { path, length: 0 }
    this.#count = read?.records.length ?? 0
    this.#tip = this.#committed = (read?.records ?? []).reduce<V>(
      (value, record) => kind.apply(value, record as R),
      kind.empty,
    )
  }

  /** What is on the disk. */
  get committed(): V {
    return this.#committed
  }

  /** What will be on the disk when every commit that waits succeeds: conditions are checked against it. */
  get tip(): V {
    return this.#tip
  }

  /** Whether anything was ever written. */
  get exists(): boolean {
    return this.#file.length > 0
  }

  /** Appends a record; resolves when it is on the disk. */
  commit(record: R): Promise<void> {
    return this.#enqueue(record, this.#kind.apply(this.#tip, record))
  }

  /** Puts a value in place of whatever is there; resolves when it is on the disk. */
  replace(value: V): Promise<void> {
    return this.#enqueue(undefined, value)
  }

  #enqueue(record: R | undefined, next: V): Promise<void> {
    this.#tip = next
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, next, done: (error) => (error === undefined ? resolve() : reject(error)) })
      this.#writing ??= this.#write()
    })
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    // Lets the commits of this turn join the first group.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        await this.#writeGroup(group)
      } catch (error) {
        // What came meanwhile was decided against a tip that never became true.
        const failed = [...group, ...this.#waiting]
        this.#waiting = []
        this.#tip = this.#committed
        for (const { done } of failed) done(explainDiskError(error) as Error)
        continue
      }
      for (const { done } of group) done()
      await this.#compact().catch(() => {
        // The longer file is just as right, and the next commit tries again.
      })
    }
    this.#writing = undefined
  }

  async #writeGroup(group: readonly Waiting<V, R>[]): Promise<void> {
    const { next } = group.at(-1) as Waiting<V, R>
    await this.#hooks.before?.(next)
    const records = group.map(({ record }) => record)
    if (records.includes(undefined)) await this.#rewrite(this.#kind.compact(next))
    else {
      this.#file = await appendRecords(this.#file, records.map(encodeRecord).join(''))
      this.#count += group.length
    }
    this.#committed = next
    await this.#hooks.after?.(next)
  }

  async #compact(): Promise<void> {
    if (this.#count < this.#compactAt) return
    const records = this.#kind.compact(this.#committed)
    this.#compactAt = Math.max(this.#count, 2 * records.length) + compactionFloor
    if (this.#count < 2 * records.length) return
    await this.#rewrite(records)
    this.#compactAt = 2 * records.length + compactionFloor
  }

  async #rewrite(records: readonly R[]): Promise<void> {
    const text = records.map(encodeRecord).join('')
    await writeWhole(this.#file.path, text, this.#tempFolder)
    this.#file = { path: this.#file.path, length: Buffer.byteLength(text) }
    this.#count = records.length
  }
}
