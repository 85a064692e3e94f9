import { Ordered } from '../../store/ordered.js'
import { directoryDefaults, type DirectoryConfig } from './config.js'
import { makeSecret, makeUuid, systemRandom, type Random } from './secrets.js'
import type { DirectoryState, TableName, Tables } from './state.js'

export interface DirectoryOptions {
  readonly config?: Partial<DirectoryConfig> | undefined
  /** Where secrets and ids come from. @default the system's random bytes */
  readonly random?: Random | undefined
  /**
   * Whether wrong passwords lock an account for a while, as Quay does it. Off, since a test that shows a wrong password
   * and then the right one would fail when it is quick. @default false
   */
  readonly lockout?: boolean | undefined
}

type Contents = { readonly [name in TableName]: Ordered<Tables[name]> }

const names: readonly TableName[] = [
  'users',
  'organizations',
  'robots',
  'repositories',
  'appTokens',
  'oauthTokens',
  'policies',
  'messages',
]

const empty = Object.fromEntries(names.map((name) => [name, new Ordered()])) as Contents

/**
 * Who and what a Quay knows beside what was pushed: accounts, organizations, repositories and who may do what to them.
 * Tables of immutable records, which the functions of this folder read and replace; nothing here waits.
 */
export class Directory {
  readonly config: DirectoryConfig
  readonly random: Random
  readonly lockout: boolean
  #contents: Contents = empty
  #key: string
  readonly #listeners = new Set<() => void>()

  constructor({ config, random = systemRandom, lockout = false }: DirectoryOptions = {}) {
    this.config = { ...directoryDefaults, ...config }
    this.random = random
    this.lockout = lockout
    this.#key = random(32).toString('hex')
  }

  /** A table, as it is now: later changes do not show in it. */
  table<N extends TableName>(name: N): Ordered<Tables[N]> {
    return this.#contents[name]
  }

  /** Puts a record in place of the one that `key` had. */
  put<N extends TableName>(name: N, key: string, record: Tables[N]): void {
    this.#change(name, this.table(name).with(key, record))
  }

  /** Takes a record out. */
  drop(name: TableName, key: string): void {
    this.#change(name, this.table(name).without(key))
  }

  #change<N extends TableName>(name: N, table: Ordered<Tables[N]>): void {
    this.#contents = { ...this.#contents, [name]: table }
    for (const listener of this.#listeners) listener()
  }

  /** Calls `listener` after each change; the answer takes it away again. */
  onChange(listener: () => void): () => void {
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** What encrypted passwords and sessions are made with. */
  get key(): Buffer {
    return Buffer.from(this.#key, 'hex')
  }

  /** A new id. */
  uuid(): string {
    return makeUuid(this.random)
  }

  /** A new secret of capital letters and digits. */
  secret(length: number): string {
    return makeSecret(this.random, length)
  }

  /** All that is known, as plain data for JSON. */
  dump(): DirectoryState {
    const tables = Object.fromEntries(names.map((name) => [name, [...this.#contents[name].entries()]]))
    return { key: this.#key, tables: tables as unknown as DirectoryState['tables'] }
  }

  /** Puts what was dumped in place of all that is known. */
  load({ key, tables }: DirectoryState): void {
    const contents = names.map((name) => {
      const records: readonly (readonly [string, Tables[TableName]])[] = tables[name] ?? []
      return [name, records.reduce((table, [id, record]) => table.with(id, record), new Ordered<Tables[TableName]>())]
    })
    this.#key = key
    this.#contents = Object.fromEntries(contents) as Contents
    for (const listener of this.#listeners) listener()
  }
}
