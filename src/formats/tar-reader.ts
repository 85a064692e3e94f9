import { ByteReader } from './byte-reader.js'
import { FormatError } from './format-error.js'
import { fieldsOf, paxRecords, type PaxRecords } from './tar-header.js'
import { blockSize, typeFlags, type TarType } from './tar-writer.js'

/** An entry of a tar archive. Nothing in it has been made safe: a path may lead anywhere. */
export interface TarEntry {
  readonly path: string
  /** `other` is a device, a pipe, or whatever else the archive may hold. */
  readonly type: TarType | 'other'
  readonly size: number
  /** Where its bytes begin in the archive. */
  readonly offset: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** In seconds since 1970. */
  readonly mtime: number
  /** Of a link: where it leads. */
  readonly target: string
  /** The bytes as they come; what is not read when the next entry is asked for is passed over. */
  readonly chunks: AsyncIterable<Buffer>
  /** All bytes at once. */
  readonly content: () => Promise<Buffer>
}

/** How much of an archive is read. */
export interface TarLimits {
  /** @default 100 000 */
  readonly entries?: number | undefined
  /** Bytes of the archive, headers and all. @default 8 GiB */
  readonly bytes?: number | undefined
  /** Bytes of one name or extended header. @default 64 KiB */
  readonly header?: number | undefined
}

/**
 * Reads a tar archive while it comes in: ustar, the extended headers of pax, and GNU's long names and large numbers. Of
 * what an archive holds only headers are kept in memory.
 * @param source The archive, whole or in pieces of any size.
 * @throws FormatError for what is no archive, one that breaks off, and one that is larger than the limits.
 */
export async function* readTar(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array,
  limits: TarLimits = {},
): AsyncGenerator<TarEntry, void, undefined> {
  const { entries: mostEntries = 100_000, bytes: mostBytes = 8 * 2 ** 30, header: largest = 64 << 10 } = limits
  const reader = new ByteReader(source instanceof Uint8Array ? [source] : source, mostBytes)
  let global: PaxRecords = {}
  let next: PaxRecords = {}
  let count = 0
  try {
    for (;;) {
      const at = reader.offset
      const block = await reader.take(blockSize)
      // Two blocks of zeros end it; one does too, and so does the end of the bytes.
      if (block === undefined || block.every((byte) => byte === 0)) return
      const fields = fieldsOf(block, at)
      if (fields.flag in helpers) {
        if (fields.size > largest) throw new FormatError(`a header of ${fields.size} bytes is too large`, at)
        const bytes = await needed(reader, fields.size)
        await skip(reader, padding(fields.size))
        if (fields.flag === 'g') global = { ...global, ...paxRecords(bytes, at) }
        else if (fields.flag === 'x') next = { ...next, ...paxRecords(bytes, at) }
        else next = { ...next, [helpers[fields.flag] as string]: textOf(bytes) }
        continue
      }
      count++
      if (count > mostEntries) throw new FormatError(`an archive may have ${mostEntries} entries`, at)
      // A record without a value takes away what was said for all: the entry's own header counts then.
      const records = { ...global, ...next }
      next = {}
      const path = records['path'] || fields.path
      const type = typeOf(fields.flag, path)
      const size = sizeOf(type, numberOf(records, 'size', at) ?? fields.size)
      const body = new Body(reader, size)
      yield {
        path,
        type,
        size,
        offset: reader.offset,
        mode: fields.mode,
        uid: numberOf(records, 'uid', at) ?? fields.uid,
        gid: numberOf(records, 'gid', at) ?? fields.gid,
        mtime: numberOf(records, 'mtime', at) ?? fields.mtime,
        target: records['linkpath'] || fields.target,
        chunks: body,
        content: () => body.all(),
      }
      await body.pass()
      await skip(reader, padding(size))
    }
  } finally {
    await reader.close()
  }
}

/** Entries that say something of the next one, or of all (`g`), and for GNU's which record of pax means the same. */
const helpers: Readonly<Record<string, string | undefined>> = { x: undefined, g: undefined, L: 'path', K: 'linkpath' }

const types = new Map<string, TarType>(Object.entries(typeFlags).map(([type, flag]) => [flag, type as TarType]))

// Archives from before ustar have no type for directories; type 7 is a file that wants to lie in one piece.
function typeOf(flag: string, path: string): TarEntry['type'] {
  if (flag === '\0' || flag === '7') return path.endsWith('/') ? 'directory' : 'file'
  return types.get(flag) ?? 'other'
}

// What a link says of its size is not there.
const sizeOf = (type: TarEntry['type'], size: number): number => (type === 'file' || type === 'other' ? size : 0)

function numberOf(records: PaxRecords, key: string, at: number): number | undefined {
  const text = records[key]
  if (!text) return undefined
  const value = Math.floor(Number(text))
  if (/^-?\d+(?:\.\d*)?$/.test(text) && Number.isSafeInteger(value) && (value >= 0 || key === 'mtime')) return value
  throw new FormatError(`${key} in an extended header is no number`, at)
}

const textOf = (bytes: Buffer): string => bytes.toString('utf8').replace(/\0.*$/s, '')

const padding = (size: number): number => (blockSize - (size % blockSize)) % blockSize

async function needed(reader: ByteReader, length: number): Promise<Buffer> {
  const bytes = await reader.take(length)
  if (bytes) return bytes
  throw new FormatError('the archive breaks off', reader.offset)
}

const skip = async (reader: ByteReader, length: number): Promise<void> => {
  if (length > 0) await needed(reader, length)
}

/** The bytes of one entry, which can be read once. */
class Body implements AsyncIterable<Buffer> {
  readonly #reader: ByteReader
  #left: number

  constructor(reader: ByteReader, size: number) {
    this.#reader = reader
    this.#left = size
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    while (this.#left > 0) {
      const chunk = await this.#reader.some(this.#left)
      if (!chunk) throw new FormatError('the archive breaks off', this.#reader.offset)
      this.#left -= chunk.length
      yield chunk
    }
  }

  async all(): Promise<Buffer> {
    const chunks: Buffer[] = []
    for await (const chunk of this) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  /** Passes over what nobody has read. */
  async pass(): Promise<void> {
    for await (const chunk of this) void chunk
  }
}
