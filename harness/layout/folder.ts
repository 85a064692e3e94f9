import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { algorithmOf, hexOf, type Digest } from '../../src/route/names.js'
import { fileBlob } from './file-blob.js'
import { readIndex } from './index-file.js'
import type { LayoutReader } from './reader.js'

/** Where a layout keeps content, from its folder. */
export const blobPath = (digest: Digest): string => `blobs/${algorithmOf(digest)}/${hexOf(digest)}`

/** Opens a layout that is a folder. @throws Error when it is none. */
export function openFolder(path: string): LayoutReader {
  const text = (name: string): string | undefined =>
    existsSync(join(path, name)) ? readFileSync(join(path, name), 'utf8') : undefined
  return {
    path,
    roots: readIndex(text('index.json'), text('oci-layout'), path),
    blob(digest) {
      const file = join(path, blobPath(digest))
      const found = statSync(file, { throwIfNoEntry: false })
      return found?.isFile() ? fileBlob(digest, { file, start: 0, size: found.size }) : undefined
    },
  }
}
