import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRegistry, type Registry, type StartOptions } from 'start-registry'
import { Wire } from './content.js'

/** The part of a tap test that is needed here. */
export interface Teardown {
  teardown(action: () => unknown): unknown
}

/** A registry for one test, closed when the test ends. */
export async function registryFor(
  t: Teardown,
  options: StartOptions = {},
): Promise<{ registry: Registry; wire: Wire }> {
  const registry = await startRegistry(options)
  t.teardown(() => registry.close())
  return { registry, wire: new Wire(registry.port) }
}

/** A folder for one test, removed when the test ends. */
export function folderFor(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'start-registry-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Both kinds of storage, each new. */
export const storages = (
  t: Teardown,
): readonly (readonly [name: string, storage: NonNullable<StartOptions['storage']>])[] => [
  ['memory', 'memory'],
  ['disk', { disk: folderFor(t) }],
]
