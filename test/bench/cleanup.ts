import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const running = new Set<ChildProcess>()
const folders = new Set<string>()

/** Counts a child until it ends, so that nothing outlives the benchmark. */
export function own<C extends ChildProcess>(child: C): C {
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Makes a folder for content that goes when the benchmark that asked is done. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'start-registry-bench-'))
  folders.add(path)
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true })
      folders.delete(path)
    },
  }
}

/** Kills the children that still run, and removes the folders that are still there. */
export function cleanUp(): void {
  for (const child of running) child.kill('SIGKILL')
  for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}

/** Cleans up when the benchmark is told to stop. */
export function cleanUpOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      cleanUp()
      process.exit(code)
    })
  }
}
