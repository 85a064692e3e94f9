import type { HomeFolder } from './folder.js'
import type { HomeOptions } from './home.js'

/**
 * regctl's config.json: https by the CA, or plain http, is a setting of a host and no flag. Logins are not in it: those
 * of docker's config.json count.
 */
export function regctl({ file }: HomeFolder, { names, url, ca }: HomeOptions): Record<string, string> {
  const host = url.startsWith('http:') ? { tls: 'disabled' } : { tls: 'enabled', ...(ca && { regcert: ca.pem }) }
  const hosts = Object.fromEntries(names.map((name) => [name, { ...host, hostname: name }]))
  return { REGCTL_CONFIG: file('.regctl/config.json', JSON.stringify({ hosts })) }
}
