import { closeSync, existsSync, fsync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { RegistryError } from '../../protocol/errors.js'
import { unguessableId } from '../hashing.js'

const sync = promisify(fsync)

/**
 * Folders that are known to exist: making one costs a system call only the first time.
 * Small metadata operations here are synchronous on purpose: each takes tens of microseconds, a sixth of what the
 * thread pool's round trip costs. What waits for the disk itself (fsync, bulk data) is never synchronous.
 */
export function makeFolderOf(path: string): void {
  const folder = dirname(path)
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true })
}

/** Waits until a file's bytes, or a folder's names, are on the disk. */
export async function syncPath(path: string): Promise<void> {
  const handle = openSync(path, 'r')
  try {
    await sync(handle)
  } finally {
    closeSync(handle)
  }
}

/**
 * Moves a finished file to its place. The rename is not synced by itself: what makes the file visible is a record that
 * is synced after it, and filesystems that keep the order of their metadata (ext4, XFS) then have both.
 */
export function moveIntoPlace(from: string, to: string): void {
  makeFolderOf(to)
  renameSync(from, to)
}

/** Writes a whole file so that its name stands for either the old bytes or the new ones, never for a part. */
export async function writeWhole(path: string, bytes: Uint8Array | string, tempFolder: string): Promise<void> {
  const temp = join(tempFolder, unguessableId())
  makeFolderOf(temp)
  const handle = openSync(temp, 'wx')
  try {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    for (let done = 0; done < buffer.length;) done += writeSync(handle, buffer, done)
    await sync(handle)
  } catch (error) {
    rmSync(temp, { force: true })
    throw error
  } finally {
    closeSync(handle)
  }
  moveIntoPlace(temp, path)
}

/** Turns the errors of a full disk into what a client is told; others pass. */
export function explainDiskError(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new RegistryError('INSUFFICIENT_STORAGE', "the registry's disk is full: free some space and push again", {
      cause: error,
    })
  }
  return error
}
