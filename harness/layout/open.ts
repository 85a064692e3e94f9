import { statSync } from 'node:fs'
import { archiveWriter, openArchive } from './archive.js'
import { openFolder } from './folder.js'
import type { LayoutReader } from './reader.js'
import { folderWriter, type LayoutWriter } from './writer.js'

/** Opens an OCI image layout: a folder, or a tar archive of one. @throws Error when it is not there, or is none. */
export async function openLayout(path: string): Promise<LayoutReader> {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new Error(`there is no OCI image layout at ${path}`)
  return found.isDirectory() ? openFolder(path) : openArchive(path)
}

/** Begins a layout: a tar archive for a path that ends in `.tar`, and else a folder. */
export const writeLayout = (path: string): LayoutWriter =>
  path.endsWith('.tar') ? archiveWriter(path) : folderWriter(path)
