import { existsSync } from 'node:fs'
import { cachedPath } from '../../vendor-binaries/cache.js'
import type { Binary } from '../../vendor-binaries/manifest.js'

/** The executable of a client in the cache, such as `helm@3.8.2`. @throws Error when it is not there. */
export function client(id: string): string {
  const [name = '', version = ''] = id.split('@')
  const path = cachedPath({ name, version } as Binary)
  if (!existsSync(path)) throw new Error(`${id} is missing: it is not in ${path}`)
  return path
}
