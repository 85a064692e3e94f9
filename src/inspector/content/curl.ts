import type { SeenRequest } from '../surroundings.js'

// Credentials, what curl makes itself, and what is about a connection or a body that is gone.
const leftOut = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
  'accept-encoding',
])

/** A request as a command that sends it again: without credentials, and with a file in place of its body. */
export function curlCommand({ method, scheme, target, rawHeaders, received }: SeenRequest, fallback: string): string {
  const headers: string[] = []
  let host = fallback
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase()
    const value = rawHeaders[at + 1] as string
    if (name === 'host' && /^[\w.:[\]-]+$/.test(value)) host = value
    if (!leftOut.has(name)) headers.push(`-H ${quoted(`${rawHeaders[at]}: ${value}`)}`)
  }
  const url = target.startsWith('/') ? `${scheme}://${host}${target}` : target
  const how = method === 'HEAD' ? ['--head'] : method === 'GET' ? [] : ['-X', quoted(method)]
  const body = received > 0 ? ['--data-binary @body'] : []
  return ['curl --globoff', ...how, ...headers, ...body, quoted(url)].join(' ')
}

/** A word that a shell takes as it is. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
