import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { whenReady } from '../protocol/awaitable.js'
import { emptyReply, type Headers, type Reply } from '../protocol/call.js'
import { entityTag, hasCopy } from '../protocol/entity-tag.js'
import { RegistryError } from '../protocol/errors.js'
import { mediaTypes } from '../protocol/media-types.js'
import type { StoredBlob } from '../store/store.js'
import { parseRange, type ByteRange } from './ranges.js'
import type { Handler } from './registry.js'

/** Pulls a blob, whole or in ranges: distribution-spec 1.1 end-2. */
export const getBlob: Handler<'blob'> = ({ method, route, headers, at }, { store }) =>
  whenReady(store.blob(route.repository, route.digest, at), (blob) => replyWithBlob(blob, method, headers))

function replyWithBlob(blob: StoredBlob | undefined, method: string, headers: IncomingHttpHeaders): Reply {
  if (!blob) throw blobUnknown()
  const etag = entityTag(blob.digest)
  if (hasCopy(headers, blob.digest)) return emptyReply(304, commonHeaders(blob, etag))
  // RFC 9110 §14.2: only GET has ranges; §13.1.5: a copy of other content must not be completed with ours.
  const ifRange = headers['if-range']
  const field = method === 'GET' && (ifRange === undefined || ifRange === etag) ? headers.range : undefined
  if (field === undefined) return wholeBlob(blob, etag)
  const ranges = parseRange(field, blob.size)
  if (ranges === undefined) return wholeBlob(blob, etag)
  if (ranges === 'unsatisfiable') {
    throw new RegistryError('RANGE_INVALID', `the blob has ${blob.size} bytes, and the range has none of them`, {
      headers: { 'Content-Range': `bytes */${blob.size}` },
    })
  }
  const common = commonHeaders(blob, etag)
  const [only] = ranges
  return ranges.length === 1 && only ? oneRange(blob, only, common) : severalRanges(blob, ranges, common)
}

/** Deletes a blob from a repository: distribution-spec 1.1 end-10. */
export const deleteBlob: Handler<'blob'> = async ({ route, at }, { store }) => {
  if (!(await store.deleteBlob(route.repository, route.digest, at))) throw blobUnknown()
  return emptyReply(202)
}

const blobUnknown = (): RegistryError => new RegistryError('BLOB_UNKNOWN', 'no such blob in this repository')

const commonHeaders = ({ digest }: StoredBlob, etag: string) =>
  ({ 'Docker-Content-Digest': digest, ETag: etag, 'Accept-Ranges': 'bytes' }) as const

// The headers are spelled out: to spread others into them is a tenth of what a small blob costs.
function wholeBlob(blob: StoredBlob, etag: string): Reply {
  const { size, digest } = blob
  const headers = {
    'Content-Type': mediaTypes.bytes,
    'Content-Length': size,
    'Docker-Content-Digest': digest,
    ETag: etag,
    'Accept-Ranges': 'bytes',
  }
  return { status: 200, headers, body: size === 0 ? undefined : () => blob.read(0, size - 1) }
}

function oneRange(blob: StoredBlob, { start, end }: ByteRange, common: Headers): Reply {
  const headers = {
    'Content-Type': mediaTypes.bytes,
    'Content-Length': end - start + 1,
    'Content-Range': `bytes ${start}-${end}/${blob.size}`,
    ...common,
  }
  return { status: 206, headers, body: () => blob.read(start, end) }
}

// RFC 9110 §14.6. podman pulls zstd:chunked layers this way, and takes a 206 with the first part alone for the whole.
function severalRanges(blob: StoredBlob, ranges: readonly ByteRange[], common: Headers): Reply {
  const boundary = randomBytes(16).toString('hex')
  const heads = ranges.map(({ start, end }, index) =>
    Buffer.from(
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${mediaTypes.bytes}\r\n` +
        `Content-Range: bytes ${start}-${end}/${blob.size}\r\n\r\n`,
    ),
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const length = ranges.reduce(
    (sum, { start, end }, index) => sum + (heads[index] as Buffer).length + end - start + 1,
    tail.length,
  )
  async function* parts(): AsyncGenerator<Buffer, void, undefined> {
    for (const [index, { start, end }] of ranges.entries()) {
      yield heads[index] as Buffer
      const bytes = blob.read(start, end)
      if (Buffer.isBuffer(bytes)) yield bytes
      else yield* bytes as AsyncIterable<Buffer>
    }
    yield tail
  }
  return {
    status: 206,
    headers: { 'Content-Type': `multipart/byteranges; boundary=${boundary}`, 'Content-Length': length, ...common },
    body: () => Readable.from(parts(), { objectMode: false }),
  }
}
