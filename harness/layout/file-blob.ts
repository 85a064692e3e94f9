import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Digest } from '../../src/route/names.js'
import type { StoredBlob } from '../../src/store/store.js'

/** A part of a file. */
export interface FilePart {
  readonly file: string
  readonly start: number
  readonly size: number
}

// One read call is quicker than a stream's round trips up to here.
const readAtOnceUpTo = 64 << 10

/** A part of a file as a blob; the file is read when somebody reads the blob. */
export const fileBlob = (digest: Digest, { file, start, size }: FilePart): StoredBlob => ({
  digest,
  size,
  read: (from, to) => readPart(file, start + from, start + to),
})

function readPart(file: string, start: number, end: number): Buffer | Readable {
  if (end - start >= readAtOnceUpTo) return createReadStream(file, { start, end, highWaterMark: 256 << 10 })
  const bytes = Buffer.allocUnsafe(Math.max(0, end - start + 1))
  const handle = openSync(file, 'r')
  try {
    for (let done = 0; done < bytes.length;) {
      const count = readSync(handle, bytes, done, bytes.length - done, start + done)
      if (count === 0) throw new Error(`${file} is shorter than it was`)
      done += count
    }
  } finally {
    closeSync(handle)
  }
  return bytes
}
