import { createReadStream, createWriteStream, renameSync } from 'node:fs'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { readTar } from '../../src/formats/tar-reader.js'
import { tarEnd, tarHeader, tarPadding } from '../../src/formats/tar-writer.js'
import type { Digest } from '../../src/route/names.js'
import { fileBlob, type FilePart } from './file-blob.js'
import { blobPath } from './folder.js'
import { readIndex } from './index-file.js'
import type { LayoutReader } from './reader.js'
import { indexText, marker, type LayoutWriter } from './writer.js'

/**
 * Opens a layout in a tar archive, as `skopeo copy … oci-archive:` and `docker save` write it. Its headers are read; content
 * is read from where it is in the file.
 * @throws Error when it is none, or is packed.
 */
export async function openArchive(path: string): Promise<LayoutReader> {
  const parts = new Map<string, FilePart>()
  const texts = new Map<string, string>()
  try {
    for await (const entry of readTar(createReadStream(path), { bytes: Infinity })) {
      if (entry.type !== 'file') continue
      const name = entry.path.replace(/^\.\//, '')
      if (name === 'index.json' || name === 'oci-layout') texts.set(name, String(await entry.content()))
      parts.set(name, { file: path, start: entry.offset, size: entry.size })
    }
  } catch (error) {
    throw new Error(`${path} is no tar archive that can be read: ${(error as Error).message}`, { cause: error })
  }
  return {
    path,
    roots: readIndex(texts.get('index.json'), texts.get('oci-layout'), path),
    blob(digest) {
      const part = parts.get(blobPath(digest))
      return part && fileBlob(digest, part)
    },
  }
}

/** Writes a layout into a tar archive, which is there when it is whole; one that was there before is replaced. */
export function archiveWriter(path: string): LayoutWriter {
  const output = createWriteStream(`${path}.new`)
  const written = new Set<Digest>()
  const write = async (bytes: Buffer): Promise<void> => {
    if (!output.write(bytes)) await once(output, 'drain')
  }
  const writeText = async (name: string, text: string): Promise<void> => {
    const bytes = Buffer.from(text)
    await write(Buffer.concat([tarHeader(name, bytes.length), bytes, tarPadding(bytes.length)]))
  }
  return {
    async put({ digest, size, read }) {
      if (written.has(digest)) return
      written.add(digest)
      await write(tarHeader(blobPath(digest), size))
      const bytes = size === 0 ? Buffer.alloc(0) : read(0, size - 1)
      if (Buffer.isBuffer(bytes)) await write(bytes)
      else await pipeline(bytes, output, { end: false })
      await write(tarPadding(size))
    },
    async finish(roots) {
      await writeText('oci-layout', marker)
      await writeText('index.json', indexText(roots))
      output.end(tarEnd())
      await once(output, 'finish')
      renameSync(`${path}.new`, path)
    },
  }
}
