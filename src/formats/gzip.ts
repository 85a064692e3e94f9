import { crc32 } from 'node:zlib'

const largestBlock = 0xff_ff
// RFC 1952 §2.3: deflate, no flags, no time, no extra flags, an unknown system.
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

/**
 * Bytes as a gzip member (RFC 1952) that stores them as they are: what zlib makes of the same bytes differs from one
 * version and processor to the next, and digests of what this makes do not.
 */
export function writeGzip(bytes: Uint8Array): Buffer {
  const blocks = Math.max(1, Math.ceil(bytes.length / largestBlock))
  const out = Buffer.allocUnsafe(header.length + 5 * blocks + bytes.length + 8)
  let at = header.copy(out)
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * largestBlock, (block + 1) * largestBlock)
    // RFC 1951 §3.2.4: whether it is the last, the length, and its complement.
    at = out.writeUInt8(block === blocks - 1 ? 1 : 0, at)
    at = out.writeUInt16LE(part.length, at)
    at = out.writeUInt16LE(~part.length & largestBlock, at)
    out.set(part, at)
    at += part.length
  }
  at = out.writeUInt32LE(crc32(bytes), at)
  out.writeUInt32LE(bytes.length % 2 ** 32, at)
  return out
}
