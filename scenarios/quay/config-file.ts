import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { StartOptions } from '../../harness/index.js'
import type { Desk } from '../scenario.js'

/** A config.yaml of Quay's, and what a registry says that starts with it. */
export interface ConfigFile {
  readonly path: string
  /** What is said of it on the command line, without the command's name, as `registry.warnings` has it too. */
  readonly warnings: readonly string[]
}

// The first line on stdout says that it listens; whatever there is to say of the file has been said then.
const script = (profile: string, path: string): string =>
  `mkfifo ready; start-registry --profile ${profile} --config ${path} --user user1:password > ready & read line < ready; kill $!; wait $!; echo "$line"`

/** Writes a config.yaml, and looks at what `start-registry --config` says of it. */
export async function writeConfig(
  { sh, write, folder }: Desk,
  text: string,
  profile: NonNullable<StartOptions['profile']>,
): Promise<ConfigFile> {
  write('config.yaml', text)
  await sh`cat config.yaml`
  const { stdout, stderr } = await sh`sh -c ${script(profile, 'config.yaml')}`
  assert.match(stdout, /^start-registry: listening on http:/)
  const prefix = 'start-registry: '
  const warnings = stderr === '' ? [] : stderr.split(new RegExp(`^${prefix}`, 'm')).slice(1)
  assert.equal(warnings.map((warning) => prefix + warning).join(''), stderr)
  return { path: join(folder, 'config.yaml'), warnings: warnings.map((warning) => warning.trimEnd()) }
}
