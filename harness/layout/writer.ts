import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Digest } from '../../src/route/names.js'
import type { StoredBlob } from '../../src/store/store.js'
import { blobPath } from './folder.js'
import { readAnnotations, readIndex } from './index-file.js'
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
export const indexText = (roots: readonly LayoutRoot[], annotations?: Annotations): string =>
  `${JSON.stringify(
    { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: roots, annotations },
    null,
    2,
  )}\n`

type Annotations = Readonly<Record<string, string>>

/**
 * Writes a layout into a folder. What is there already stays: names that are written again lead to the new manifests.
 * A file is there when it is whole.
 * @throws Error when the folder holds something else.
 */
export function folderWriter(folder: string): LayoutWriter {
  const before = listedIn(folder)
  mkdirSync(folder, { recursive: true })
  return {
    put: (blob) => putFile(folder, blob),
    async finish(roots) {
      writeIndex(folder, merged(before.roots, roots), before.annotations)
    },
  }
}

/** What a folder's index.json lists, and says beside; nothing when there is none. @throws Error for one that is none. */
export function listedIn(folder: string): {
  readonly roots: readonly LayoutRoot[]
  readonly annotations: Annotations | undefined
} {
  const index = join(folder, 'index.json')
  if (!existsSync(index)) return { roots: [], annotations: undefined }
  const text = readFileSync(index, 'utf8')
  const annotations = readAnnotations(text, folder)
  return {
    roots: readIndex(text, undefined, folder),
    annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
  }
}

/** Adds content to a layout that is a folder, unless it has it. */
export async function putFile(folder: string, { digest, size, read }: StoredBlob): Promise<void> {
  const file = join(folder, blobPath(digest))
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, size === 0 ? '' : read(0, size - 1))
  renameSync(`${file}.new`, file)
}

/** Writes what a layout that is a folder lists and says beside, in place of what it did. */
export function writeIndex(folder: string, roots: readonly LayoutRoot[], annotations?: Annotations): void {
  const index = join(folder, 'index.json')
  writeFileSync(join(folder, 'oci-layout'), marker)
  writeFileSync(`${index}.new`, indexText(roots, annotations))
  renameSync(`${index}.new`, index)
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
