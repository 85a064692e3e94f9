import type { Algorithm, Digest } from '../../route/names.js'
import { RunningDigest, unguessableId } from '../hashing.js'
import { UploadBusy, type AppendResult, type Upload } from '../store.js'
import { contentOf, digestOfPieces, type Content } from './content.js'

interface Session {
  readonly id: string
  readonly repository: string
  readonly owner: string | undefined
  readonly pieces: Buffer[]
  readonly digest: RunningDigest
  offset: number
  at: number
  busy: boolean
}

/** Upload sessions whose bytes wait in memory. */
export class MemoryUploads {
  readonly #sessions = new Map<string, Session>()

  create(
    repository: string,
    options: { owner?: string | undefined; algorithm?: Algorithm | undefined; at: number },
  ): Upload {
    const session: Session = {
      id: unguessableId(),
      repository,
      owner: options.owner,
      pieces: [],
      digest: new RunningDigest(options.algorithm),
      offset: 0,
      at: options.at,
      busy: false,
    }
    this.#sessions.set(session.id, session)
    return view(session)
  }

  get(id: string): Upload | undefined {
    const session = this.#sessions.get(id)
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
      for await (const chunk of body) {
        session.digest.update(chunk)
        session.pieces.push(chunk)
        session.offset += chunk.length
      }
    } finally {
      session.busy = false
    }
    return this.#sessions.has(id) ? { taken: true, upload: view(session) } : undefined
  }

  /** Takes a session out, and answers its content, or the digest that it has when that is not `digest`. */
  finish(id: string, digest: Digest): { repository: string; content: Content } | { actual: Digest } | undefined {
    const session = this.#idle(id)
    if (!session) return undefined
    this.#sessions.delete(id)
    const actual = session.digest.canCheck(digest) ? session.digest.current() : digestOfPieces(session.pieces, digest)
    if (actual !== digest) return { actual }
    return { repository: session.repository, content: contentOf(session.pieces, session.offset) }
  }

  cancel(id: string): boolean {
    return this.#sessions.delete(id)
  }

  /** Drops all sessions; one that is being written to ends with its request. */
  clear(): void {
    this.#sessions.clear()
  }

  /** Drops idle sessions that were last written to before a time; answers how many. */
  expire(before: number): number {
    let dropped = 0
    for (const session of this.#sessions.values()) {
      if (session.busy || session.at >= before) continue
      this.#sessions.delete(session.id)
      dropped++
    }
    return dropped
  }

  #idle(id: string): Session | undefined {
    const session = this.#sessions.get(id)
    if (session?.busy) throw new UploadBusy()
    return session
  }
}

const view = ({ id, repository, owner, offset, at }: Session): Upload => ({ id, repository, owner, offset, at })
