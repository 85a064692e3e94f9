import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { makeFolderOf } from './files.js'

/** What is kept of an upload session beside its bytes. */
export interface StoredSession {
  readonly id: string
  readonly repository: string
  readonly owner: string | undefined
  readonly at: number
}

// Sessions are short: most lines are of ones that have ended.
const compactAfter = 4096

/**
 * Upload sessions that were begun, a line each. One file for all of them: making a file for each costs more than all
 * the rest of an upload. Not synced: a session that a power failure takes has its bytes gone too.
 */
export class SessionLog {
  readonly #path: string
  readonly #isLive: (id: string) => boolean
  #handle: number | undefined
  #written = 0

  /** @param isLive Whether a session still has its bytes. */
  constructor(path: string, isLive: (id: string) => boolean) {
    this.#path = path
    this.#isLive = isLive
  }

  append(session: StoredSession): void {
    if (this.#handle === undefined) {
      makeFolderOf(this.#path)
      this.#handle = openSync(this.#path, 'a')
      // Whoever wrote before may have died in the middle of a line.
      writeSync(this.#handle, '\n')
    }
    writeSync(this.#handle, `${JSON.stringify(session)}\n`)
    if (++this.#written >= compactAfter) this.#compact()
  }

  /** A session that was begun, by this process or by one before. */
  find(id: string): StoredSession | undefined {
    return this.#read().find((session) => session.id === id)
  }

  /** Sessions that still have their bytes. */
  live(): StoredSession[] {
    return this.#read().filter(({ id }) => this.#isLive(id))
  }

  /** Writes down the live sessions alone, and lets go of the file. */
  close(): void {
    if (existsSync(this.#path)) this.#compact()
  }

  #compact(): void {
    const sessions = this.live()
    if (this.#handle !== undefined) closeSync(this.#handle)
    this.#handle = undefined
    this.#written = 0
    if (sessions.length === 0) {
      rmSync(this.#path)
      return
    }
    writeFileSync(`${this.#path}.new`, sessions.map((session) => `${JSON.stringify(session)}\n`).join(''))
    renameSync(`${this.#path}.new`, this.#path)
  }

  #read(): StoredSession[] {
    if (!existsSync(this.#path)) return []
    return readFileSync(this.#path, 'utf8').split('\n').flatMap(parseLine)
  }
}

// A line that cannot be read was never answered for.
function parseLine(line: string): StoredSession[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as StoredSession]
  } catch {
    return []
  }
}
