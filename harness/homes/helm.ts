import { join } from 'node:path'
import type { HomeFolder } from './folder.js'

/** helm's own folders, which it would otherwise look for in places that differ by system. */
export const helm = ({ path }: HomeFolder): Record<string, string> => ({
  HELM_CONFIG_HOME: join(path, 'helm/config'),
  HELM_CACHE_HOME: join(path, 'helm/cache'),
  HELM_DATA_HOME: join(path, 'helm/data'),
})
