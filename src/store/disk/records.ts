import { closeSync, fdatasync, ftruncateSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { makeFolderOf, syncPath } from './files.js'

const sync = promisify(fdatasync)

/**
 * A file of records that only grows: one line each, a CRC-32 in hex, a space, JSON.
 *
 * A record counts once its whole line is there, so a process that dies while it writes leaves either the record or a
 * torn last line, which the next reader drops. Anything else that does not check is damage, and is said.
 */
export interface RecordFile {
  readonly path: string
  /** Bytes of whole records; what lies behind is torn. */
  readonly length: number
}

export const encodeRecord = (record: unknown): string => {
  const json = JSON.stringify(record)
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`
}

/** Reads every record; undefined when there is no such file. Throws on damage, naming the file and the line. */
export function readRecords(
  path: string,
): { readonly file: RecordFile; readonly records: readonly unknown[] } | undefined {
  const text = readIfThere(path)
  if (text === undefined) return undefined
  // Cut as bytes: a torn character would be decoded into one of another length.
  const length = text.lastIndexOf('\n') + 1
  const lines = text.subarray(0, length).toString('utf8').split('\n').slice(0, -1)
  const records = lines.map((line, index) => {
    const record = decodeRecord(line)
    if (record === undefined) throw new Error(`${path} is damaged at line ${index + 1}`)
    return record
  })
  return { file: { path, length }, records }
}

function decodeRecord(line: string): unknown {
  const json = line.slice(9)
  if (line[8] !== ' ' || crc32(json) !== Number.parseInt(line.slice(0, 8), 16)) return undefined
  return JSON.parse(json) as unknown
}

/**
 * Appends lines behind the last whole record and waits until the disk has them; answers the longer file.
 * Rejects with nothing appended when the disk is full or gone: a part that was written is cut off again.
 */
export async function appendRecords(file: RecordFile, lines: string): Promise<RecordFile> {
  makeFolderOf(file.path)
  const handle = openSync(file.path, 'a')
  try {
    if (fstatSync(handle).size > file.length) ftruncateSync(handle, file.length)
    const bytes = Buffer.from(lines)
    try {
      // A short write (a disk that fills up) goes on until it fails with the reason.
      for (let done = 0; done < bytes.length;) done += writeSync(handle, bytes, done)
      await sync(handle)
      if (file.length === 0) await syncPath(dirname(file.path))
    } catch (error) {
      cutOff(handle, file.length)
      throw error
    }
    return { path: file.path, length: file.length + bytes.length }
  } finally {
    closeSync(handle)
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function cutOff(handle: number, length: number): void {
  try {
    ftruncateSync(handle, length)
  } catch {
    // What failed before is what the caller should hear; the next append cuts again.
  }
}
