import { inflateRawSync } from 'node:zlib'

/**
 * The first file of a zip archive whose name fits, or undefined. Of the format (PKWARE's APPNOTE) what release archives
 * use: stored and deflated files, sizes below 4 GiB.
 * @throws Error when it is no zip archive, or the file is kept in another way.
 */
export function unzipped(zip: Buffer, fits: (name: string) => boolean): Buffer | undefined {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  if (end < 0) throw new Error('it is not a zip archive')
  let at = zip.readUInt32LE(end + 16)
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const nameLength = zip.readUInt16LE(at + 28)
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    if (fits(name)) return content(zip, at)
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return undefined
}

function content(zip: Buffer, entry: number): Buffer {
  const local = zip.readUInt32LE(entry + 42)
  // The local header's extra field is not that of the directory.
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const bytes = zip.subarray(start, start + zip.readUInt32LE(entry + 20))
  const method = zip.readUInt16LE(entry + 10)
  if (method === 0) return bytes
  if (method === 8) return inflateRawSync(bytes)
  throw new Error(`it is compressed by method ${method}, which is neither stored nor deflated`)
}
