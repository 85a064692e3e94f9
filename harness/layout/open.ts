import { statSync } from 'node:fs'
import { openFolder } from './folder.js'
import type { LayoutReader } from './reader.js'

/** Opens an OCI image layout. @throws Error when it is not there, or is none. */
export function openLayout(path: string): LayoutReader {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new Error(`there is no OCI image layout at ${path}`)
  return openFolder(path)
}
