import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Digest } from '../../src/route/names.js'
import type { StoredBlob } from '../../src/store/store.js'
import { blobPath } from './folder.js'
import { readIndex } from './index-file.js'
import type { LayoutRoot } from './reader.js'

/** A layout that is being written. */
export interface LayoutWriter {
  /** Adds content; once, however often it comes. */
  readonly put: (blob: StoredBlob) => Promise<void>
  /** Ends it, with what its index.json lists. */
  readonly finish: (roots: readonly LayoutRoot[]) => Promise<void>
}

export const marker = '{"imageLayoutVersion":"1.0.0"}'

/** What index.json holds. */
export const indexText = (roots: readonly LayoutRoot[]): string =>
  `${JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: roots }, null, 2)}\n`

/**
 * Writes a layout into a folder. What is there already stays: names that are written again lead to the new manifests.
 * A file is there when it is whole.
 * @throws Error when the folder holds something else.
 */
export function folderWriter(folder: string): LayoutWriter {
  const index = join(folder, 'index.json')
  const before = existsSync(index) ? readIndex(readFileSync(index, 'utf8'), undefined, folder) : []
  mkdirSync(folder, { recursive: true })
  return {
    async put({ digest, size, read }) {
      const file = join(folder, blobPath(digest))
      if (existsSync(file)) return
      mkdirSync(dirname(file), { recursive: true })
      await writeFile(`${file}.new`, size === 0 ? '' : read(0, size - 1))
      renameSync(`${file}.new`, file)
    },
    async finish(roots) {
      writeFileSync(join(folder, 'oci-layout'), marker)
      writeFileSync(`${index}.new`, indexText(merged(before, roots)))
      renameSync(`${index}.new`, index)
    },
  }
}

const nameOf = ({ annotations, digest }: LayoutRoot): string =>
  JSON.stringify(annotations?.['org.opencontainers.image.ref.name'] ?? digest)

function merged(before: readonly LayoutRoot[], roots: readonly LayoutRoot[]): LayoutRoot[] {
  const names = new Set(roots.map(nameOf))
  return [...before.filter((root) => !names.has(nameOf(root))), ...roots]
}

/** Bytes that are all here, as content. */
export const heldBlob = (digest: Digest, bytes: Buffer): StoredBlob => ({
  digest,
  size: bytes.length,
  read: (start, end) => bytes.subarray(start, end + 1),
})
