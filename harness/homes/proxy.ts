import type { HomeOptions } from './home.js'

/**
 * Keeps programs from asking the user's proxy for the registry: curl and Python would, for loopback addresses too.
 * Nothing where there is no proxy.
 */
export function proxy({ names, user = {} }: HomeOptions): Record<string, string> {
  if (!['http_proxy', 'https_proxy', 'all_proxy'].some((name) => user[name] || user[name.toUpperCase()])) return {}
  const hosts = names.map((name) => new URL(`http://${name}`).hostname.replaceAll(/[[\]]/g, ''))
  const others = (user['no_proxy'] || user['NO_PROXY'] || '').split(',').filter((name) => name !== '')
  const list = [...new Set([...others, ...hosts])].join(',')
  // Programs differ in which of the two they read.
  return { NO_PROXY: list, no_proxy: list }
}
