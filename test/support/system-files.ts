import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from './content.js'

/** What is at a path and below it: type and mode, time of change, and content or target of each file. */
export function snapshot(path: string): string[] {
  const stat = lstatSync(path)
  const line = `${path} ${stat.mode.toString(8)} ${stat.mtimeMs}`
  if (stat.isSymbolicLink()) return [`${line} ${readlinkSync(path)}`]
  if (!stat.isDirectory()) return [`${line} ${sha256(readFileSync(path))}`]
  return [line, ...readdirSync(path).flatMap((name) => snapshot(join(path, name)))]
}
