const largestBlock = 128 << 10
const magic = 0xfd2f_b528
// RFC 8878 §3.1.1.1.2: 2^(10 + 7) bytes, the largest block. Raw blocks look back at nothing, so that any decoder's
// limit lets them pass, however long the content is.
const window = 7 << 3
const contentSizeOf4 = 2 << 6
const contentSizeOf8 = 3 << 6

/**
 * Bytes as a zstd frame (RFC 8878) that stores them as they are, with their size and without a checksum: Node 20 has no
 * zstd, and a decoder finds nothing missing.
 */
export function writeZstd(bytes: Uint8Array): Buffer {
  const isLarge = bytes.length > 0xffff_ffff
  const blocks = Math.max(1, Math.ceil(bytes.length / largestBlock))
  const out = Buffer.allocUnsafe(6 + (isLarge ? 8 : 4) + 3 * blocks + bytes.length)
  let at = out.writeUInt32LE(magic)
  at = out.writeUInt8(isLarge ? contentSizeOf8 : contentSizeOf4, at)
  at = out.writeUInt8(window, at)
  at = isLarge ? out.writeBigUInt64LE(BigInt(bytes.length), at) : out.writeUInt32LE(bytes.length, at)
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * largestBlock, (block + 1) * largestBlock)
    // §3.1.1.2: whether it is the last, its type (0: raw), its size.
    at = out.writeUIntLE((part.length << 3) | (block === blocks - 1 ? 1 : 0), at, 3)
    out.set(part, at)
    at += part.length
  }
  return out
}
