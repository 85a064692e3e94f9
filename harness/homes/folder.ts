import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A home's folder, and how things get into it: for nobody else to read. */
export interface HomeFolder {
  readonly path: string
  /** Writes a file, with the folders that it is in; answers its path. */
  readonly file: (name: string, text: string) => string
  /** Makes a folder; answers its path. */
  readonly folder: (name: string) => string
}

/** Makes a new folder below `parent`. */
export const newHomeFolder = (parent: string): HomeFolder => homeFolder(mkdtempSync(join(parent, 'home-')))

/** The folder at `path`, made when it is not there. */
export function homeFolder(path: string): HomeFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const folder = (name: string): string => {
    mkdirSync(join(path, name), { recursive: true, mode: 0o700 })
    return join(path, name)
  }
  const file = (name: string, text: string): string => {
    folder(dirname(name))
    writeFileSync(join(path, name), text, { mode: 0o600 })
    return join(path, name)
  }
  return { path, file, folder }
}
