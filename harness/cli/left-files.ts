import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Registry } from '../registry.js'
import type { Arguments } from './arguments.js'

/**
 * Writes the files that --ca-out and --ready-file ask for. Answers how to remove the ready file; the CA stays.
 * @throws Error when one cannot be written.
 */
export function leaveFiles(
  { host, caFile }: Registry,
  { caOut, readyFile }: Pick<Arguments, 'caOut' | 'readyFile'>,
): () => void {
  if (caOut !== undefined && caFile !== undefined) copyFileSync(caFile, caOut)
  return readyFile === undefined ? () => {} : writeReadyFile(readyFile, host)
}

// Whoever waits for the file finds the whole of it or nothing.
function writeReadyFile(path: string, host: string): () => void {
  const temp = `${path}.${process.pid}`
  writeFileSync(temp, `${host}\n`)
  renameSync(temp, path)
  return () => rmSync(path, { force: true })
}
