import {
  appendFileSync,
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { hexOf, algorithmOf, isDigest, type Digest } from '../../route/names.js'
import { makeFolderOf, moveIntoPlace, syncPath, writeWhole } from './files.js'

// Up to here one read call is quicker than a stream's round trips; a client's range of it comes as one buffer.
const readAtOnceUpTo = 64 << 10
const streamPieces = 256 << 10

/**
 * Content by digest, once for all repositories: `blobs/sha256/ab/<hex>`. `holders/abc` has, for the digests whose hex
 * begins so, the names of repositories that were given them (a hint: the repositories themselves know).
 */
export class BlobFiles {
  readonly #folder: string
  readonly #holders: string
  readonly #tempFolder: string
  readonly #pins = new Map<Digest, number>()
  #pinnedSince: Set<Digest> | undefined

  constructor(folder: string, tempFolder: string) {
    this.#folder = join(folder, 'blobs')
    this.#holders = join(folder, 'holders')
    this.#tempFolder = tempFolder
  }

  #path(digest: Digest): string {
    const hex = hexOf(digest)
    return join(this.#folder, algorithmOf(digest), hex.slice(0, 2), hex)
  }

  /** Runs `work` while collection leaves a digest alone: from before its file is looked for until its link is written. */
  async pinned<T>(digest: Digest, work: () => Promise<T>): Promise<T> {
    this.#pins.set(digest, (this.#pins.get(digest) ?? 0) + 1)
    this.#pinnedSince?.add(digest)
    try {
      return await work()
    } finally {
      const pins = (this.#pins.get(digest) as number) - 1
      if (pins === 0) this.#pins.delete(digest)
      else this.#pins.set(digest, pins)
    }
  }

  /** Moves a file whose digest was checked to its place, or drops it when the content is there already. */
  async adopt(file: string, digest: Digest): Promise<void> {
    if (existsSync(this.#path(digest))) return rmSync(file, { force: true })
    await syncPath(file)
    moveIntoPlace(file, this.#path(digest))
  }

  /** Writes bytes whose digest was checked. */
  async write(digest: Digest, bytes: Uint8Array): Promise<void> {
    if (!existsSync(this.#path(digest))) await writeWhole(this.#path(digest), bytes, this.#tempFolder)
  }

  /** All of a content, for what is known to be small. @throws when the file is gone or has another size. */
  readWhole(digest: Digest, size: number): Buffer {
    const bytes = readFileSync(this.#path(digest))
    if (bytes.length !== size) throw changedSize(this.#path(digest))
    return bytes
  }

  /** Bytes `start` to `end`, both included. The file is open when this returns: a later deletion does not matter. */
  read(digest: Digest, start: number, end: number): Buffer | Readable {
    const path = this.#path(digest)
    const handle = openSync(path, 'r')
    if (fstatSync(handle).size <= end) {
      closeSync(handle)
      throw changedSize(path)
    }
    if (end - start >= readAtOnceUpTo) {
      return createReadStream(path, { fd: handle, start, end, highWaterMark: streamPieces })
    }
    try {
      const bytes = Buffer.allocUnsafe(end - start + 1)
      let done = 0
      while (done < bytes.length) {
        const count = readSync(handle, bytes, done, bytes.length - done, start + done)
        if (count === 0) throw changedSize(path)
        done += count
      }
      return bytes
    } finally {
      closeSync(handle)
    }
  }

  // A few thousand small files for all blobs: one for each would double the cost of a push.
  #holdersOf(digest: Digest): string {
    return join(this.#holders, hexOf(digest).slice(0, 3))
  }

  /** Notes that a repository is about to be given a content. */
  addHolder(digest: Digest, repository: string): void {
    const path = this.#holdersOf(digest)
    makeFolderOf(path)
    appendFileSync(path, `${digest} ${repository}\n`)
  }

  /** Repositories that were given a content once. */
  holders(digest: Digest): Set<string> {
    const path = this.#holdersOf(digest)
    if (!existsSync(path)) return new Set()
    const prefix = `${digest} `
    const lines = readFileSync(path, 'utf8').split('\n')
    return new Set(lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length)))
  }

  /** Deletes every content that is not in `held`, and was not pinned since this began; answers the bytes. */
  async sweep(held: ReadonlySet<string>): Promise<number> {
    this.#pinnedSince = new Set(this.#pins.keys())
    let bytes = 0
    try {
      for (const algorithm of await listFolder(this.#folder)) {
        for (const part of await listFolder(join(this.#folder, algorithm))) {
          for (const name of await listFolder(join(this.#folder, algorithm, part))) {
            const digest = `${algorithm}:${name}`
            if (!isDigest(digest) || held.has(digest)) continue
            const { size } = await stat(this.#path(digest))
            // Nothing runs between this check and the deletion.
            if (this.#pinnedSince.has(digest)) continue
            rmSync(this.#path(digest))
            bytes += size
          }
        }
      }
    } finally {
      this.#pinnedSince = undefined
    }
    return bytes
  }
}

const changedSize = (path: string): Error => new Error(`${path} has not the size that was pushed`)

async function listFolder(path: string): Promise<string[]> {
  return existsSync(path) ? await readdir(path) : []
}
