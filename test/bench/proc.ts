import { readFileSync, writeFileSync } from 'node:fs'

// USER_HZ: what proc(5) counts processor time in, on every architecture that node runs on.
const ticksPerSecond = 100

/** Processor seconds that a process has used so far; undefined where there is no /proc. */
export function processorSeconds(pid: number): number | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)
  // Counted from behind the command name in parentheses, which may hold spaces: utime and stime are fields 14 and 15.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields && (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Resident memory of a process in MiB, now and at its highest; undefined where there is no /proc. */
export function residentMemory(pid: number): { readonly now: number; readonly peak: number } | undefined {
  const status = readIfThere(`/proc/${pid}/status`)
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status ?? '')?.[1]) / 1024
  return status === undefined ? undefined : { now: field('VmRSS'), peak: field('VmHWM') }
}

/** Makes the highest resident memory of a process begin anew (proc(5), clear_refs), so that its start does not count. */
export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // Without the right to do so the figure comes out larger than it is, never smaller.
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
