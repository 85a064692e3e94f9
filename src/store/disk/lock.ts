import { linkSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unguessableId } from '../hashing.js'

interface Owner {
  readonly pid: number
  /** When that process started, as the kernel counts; tells it from a later one with the same pid. Linux only. */
  readonly started: string | undefined
  /** Where that pid counts: the kernel's boot and the PID namespace. Linux only. */
  readonly scope: string | undefined
  /** Tells two registries of one process apart. */
  readonly token: string
}

const mine = new Set<string>()

// An owner that cannot be seen, in another container on the same volume, is known by a lock that is touched.
const beat = 2_000
const silence = 10_000

/**
 * One process owns a storage folder at a time: indexes are held in memory, and two writers would not see each other.
 * The owner's name is in the file `lock`; a lock whose process is gone is taken over. Answers how to let go.
 * @throws Error naming the other process.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock')
  const token = unguessableId()
  const temp = join(folder, `lock.${token}`)
  const owner: Owner = { pid: process.pid, started: startOf(process.pid), scope: scopeOfPids(), token }
  writeFileSync(temp, JSON.stringify(owner))
  try {
    for (let tries = 0; !take(temp, path); tries++) {
      const other = ownerOf(path)
      if (other && isAlive(other, path)) {
        throw new Error(`storage folder ${folder} is in use by process ${other.pid}: stop it, or choose another folder`)
      }
      if (tries === 8) throw new Error(`storage folder ${folder} cannot be locked: ${path} keeps coming back`)
      // Renaming wins for one of several that find the same dead lock; only what was looked at may be thrown away.
      const stale = join(folder, `lock.stale.${token}`)
      moveAway(path, stale)
      if (ownerOf(stale)?.token !== other?.token && !take(stale, path)) continue
      rmSync(stale, { force: true })
    }
  } finally {
    rmSync(temp, { force: true })
  }
  mine.add(token)
  const heart = setInterval(() => touch(path), beat).unref()
  return () => {
    clearInterval(heart)
    mine.delete(token)
    if (ownerOf(path)?.token === token) rmSync(path, { force: true })
  }
}

// A hard link is made or not made in one step, with the owner already written.
function take(temp: string, path: string): boolean {
  try {
    linkSync(temp, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOENT') return false
    throw error
  }
}

function moveAway(path: string, to: string): void {
  try {
    renameSync(path, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function ownerOf(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner
  } catch {
    return undefined
  }
}

function isAlive(owner: Owner, path: string): boolean {
  if (mine.has(owner.token)) return true
  if (owner.scope !== scopeOfPids()) return Date.now() - touchedAt(path) < silence
  if (owner.pid === process.pid) return false
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return owner.started === undefined || owner.started === startOf(owner.pid)
}

function touch(path: string): void {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // Somebody took the folder away: whatever is written next says so.
  }
}

function touchedAt(path: string): number {
  try {
    return statSync(path).mtimeMs
  } catch {
    return -Infinity
  }
}

function scopeOfPids(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return undefined
  }
}

// Field 22 of /proc/PID/stat, counted from behind the parenthesised command name, which may hold spaces (proc(5)).
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
