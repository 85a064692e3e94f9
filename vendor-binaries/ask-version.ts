import { execa } from 'execa'
import type { VersionQuestion } from './manifest.js'

/** What an executable says its version is; undefined when it cannot be run or says nothing that is one. */
export async function askVersion(path: string, { args, pattern }: VersionQuestion): Promise<string | undefined> {
  const { stdout } = await execa(path, args, { reject: false, timeout: 20_000, stdin: 'ignore' })
  return pattern.exec(stdout ?? '')?.[1]
}
