import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  write,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { algorithmOf, type Algorithm, type Digest } from '../../route/names.js'
import { RunningDigest, unguessableId } from '../hashing.js'
import { UploadBusy, type AppendResult, type Upload } from '../store.js'
import { explainDiskError, makeFolderOf } from './files.js'
import { SessionLog } from './session-log.js'

const writeAsync = promisify(write)
const idPattern = /^[0-9a-f]{32}$/
// Pieces are joined up to this size before they go to the disk; an upload that never gets there costs one write.
const writeSize = 256 << 10

interface Session {
  readonly id: string
  readonly repository: string
  readonly owner: string | undefined
  /** Undefined when the bytes so far were not all seen: after a restart or a failed write they are read again. */
  digest: RunningDigest | undefined
  offset: number
  at: number
  busy: boolean
}

/** Upload sessions: a line in the log and a file `<id>.data` each. A restarted registry goes on where they stood. */
export class DiskUploads {
  readonly #folder: string
  readonly #sessions = new Map<string, Session>()
  readonly #log: SessionLog

  constructor(folder: string) {
    this.#folder = join(folder, 'uploads')
    this.#log = new SessionLog(join(this.#folder, 'sessions'), (id) => existsSync(this.dataFile(id)))
  }

  dataFile(id: string): string {
    return join(this.#folder, `${id}.data`)
  }

  create(
    repository: string,
    options: { owner?: string | undefined; algorithm?: Algorithm | undefined; at: number },
  ): Upload {
    const { owner, at } = options
    const digest = new RunningDigest(options.algorithm)
    const session: Session = { id: unguessableId(), repository, owner, digest, offset: 0, at, busy: false }
    try {
      makeFolderOf(this.dataFile(session.id))
      writeFileSync(this.dataFile(session.id), '', { flag: 'wx' })
      this.#log.append({ id: session.id, repository, owner, at })
    } catch (error) {
      this.#delete(session.id)
      throw explainDiskError(error)
    }
    this.#sessions.set(session.id, session)
    return view(session)
  }

  get(id: string): Upload | undefined {
    const session = this.#find(id)
    return session && view(session)
  }

  async append(
    id: string,
    body: AsyncIterable<Buffer>,
    { offset, at }: { offset?: number | undefined; at: number },
  ): Promise<AppendResult | undefined> {
    const session = this.#idle(id)
    if (!session) return undefined
    if (offset !== undefined && offset !== session.offset) return { taken: false, upload: view(session) }
    session.busy = true
    session.at = at
    try {
      await this.#write(session, body)
    } catch (error) {
      throw explainDiskError(error)
    } finally {
      session.busy = false
    }
    return this.#sessions.has(id) ? { taken: true, upload: view(session) } : undefined
  }

  async #write(session: Session, body: AsyncIterable<Buffer>): Promise<void> {
    const handle = openSync(this.dataFile(session.id), 'r+')
    let pieces: Buffer[] = []
    let size = 0
    const flush = async (): Promise<void> => {
      const bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
      pieces = []
      size = 0
      const written = writeFully(handle, bytes, session.offset)
      session.digest?.update(bytes)
      await written
      session.offset += bytes.length
    }
    try {
      try {
        for await (const piece of body) {
          pieces.push(piece)
          size += piece.length
          if (size >= writeSize) await flush()
        }
      } finally {
        if (size > 0) await flush()
      }
    } catch (error) {
      // The digest may have seen bytes that the file does not have; what lies behind the offset does not count.
      if ((error as NodeJS.ErrnoException).syscall === 'write') session.digest = undefined
      throw error
    } finally {
      closeSync(handle)
    }
  }

  /**
   * Ends a session: `keep` gets its repository, its data file and its size when its bytes have that digest.
   * Answers the size, or the digest that they have instead.
   */
  async finish(
    id: string,
    digest: Digest,
    keep: (repository: string, file: string, size: number) => Promise<void>,
  ): Promise<{ size: number } | { actual: Digest } | undefined> {
    const session = this.#idle(id)
    if (!session) return undefined
    session.busy = true
    try {
      // A write that failed may have left bytes behind the offset.
      if (!session.digest) truncateSync(this.dataFile(id), session.offset)
      const actual = session.digest?.canCheck(digest) ? session.digest.current() : await this.#digestOfFile(id, digest)
      if (actual !== digest) {
        this.#delete(id)
        return { actual }
      }
      await keep(session.repository, this.dataFile(id), session.offset)
      this.#delete(id)
      return { size: session.offset }
    } finally {
      session.busy = false
    }
  }

  async #digestOfFile(id: string, like: Digest): Promise<Digest> {
    const digest = new RunningDigest(algorithmOf(like))
    for await (const chunk of createReadStream(this.dataFile(id), { highWaterMark: writeSize }))
      digest.update(chunk as Buffer)
    return digest.current()
  }

  cancel(id: string): boolean {
    if (!this.#find(id)) return false
    this.#delete(id)
    return true
  }

  /** Drops all sessions; one that is being written to ends with its request. */
  clear(): void {
    for (const { id } of this.#log.live()) this.#delete(id)
  }

  /** Drops idle sessions that were last written to before a time; answers how many. */
  expire(before: number): number {
    let dropped = 0
    for (const { id } of this.#log.live()) {
      const session = this.#find(id)
      if (!session || session.busy || session.at >= before) continue
      this.#delete(id)
      dropped++
    }
    return dropped
  }

  close(): void {
    this.#log.close()
  }

  #idle(id: string): Session | undefined {
    const session = this.#find(id)
    if (session?.busy) throw new UploadBusy()
    return session
  }

  // A session of an earlier process is found by its file, the first time that somebody asks.
  #find(id: string): Session | undefined {
    const known = this.#sessions.get(id)
    if (known || !idPattern.test(id) || !existsSync(this.dataFile(id))) return known
    const stored = this.#log.find(id)
    if (!stored) return undefined
    const { repository, owner, at } = stored
    const { size, mtimeMs } = statSync(this.dataFile(id))
    const session: Session = {
      id,
      repository,
      owner,
      digest: undefined,
      offset: size,
      at: Math.max(at, mtimeMs),
      busy: false,
    }
    this.#sessions.set(id, session)
    return session
  }

  #delete(id: string): void {
    this.#sessions.delete(id)
    rmSync(this.dataFile(id), { force: true })
  }
}

async function writeFully(handle: number, bytes: Buffer, position: number): Promise<void> {
  // A small write is a copy into the page cache: quicker than a trip to the thread pool.
  if (bytes.length < writeSize) {
    for (let done = 0; done < bytes.length;)
      done += writeSync(handle, bytes, done, bytes.length - done, position + done)
    return
  }
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await writeAsync(handle, bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

const view = ({ id, repository, owner, offset, at }: Session): Upload => ({ id, repository, owner, offset, at })
