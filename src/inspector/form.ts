import type { Call } from '../protocol/call.js'
import { RegistryError } from '../protocol/errors.js'
import { first, parseQuery, type Query } from '../route/query.js'

const most = 16 << 10

/**
 * Reads a form that a browser sends.
 * @throws RegistryError DENIED for one that comes from another site's page, BAD_REQUEST for what is no form or too long.
 */
export async function readForm(call: Call): Promise<(name: string) => string> {
  checkOrigin(call)
  if (!/^application\/x-www-form-urlencoded\b/i.test(call.headers['content-type'] ?? '')) {
    throw new RegistryError('BAD_REQUEST', 'this page takes a form of application/x-www-form-urlencoded')
  }
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of call.body) {
    length += piece.length
    if (length > most) throw new RegistryError('BAD_REQUEST', `a form has at most ${most} bytes`, { status: 413 })
    pieces.push(piece)
  }
  // In a form, unlike in the OCI API's queries, a plus sign is a space.
  const query: Query = parseQuery(Buffer.concat(pieces).toString().replaceAll('+', '%20'))
  return (name) => first(query, name) ?? ''
}

// A browser says where a form comes from: `null` when it is told to send no referrer, as our pages tell it. What says
// nothing of it is left to the token.
function checkOrigin({ headers, origin }: Call): void {
  const site = headers['sec-fetch-site']
  const from = headers.origin
  const isOurs =
    (site === undefined || site === 'same-origin') &&
    (from === undefined || from === 'null' || from.replace(/^https?:\/\//, '') === origin.host.toLowerCase())
  if (!isOurs) throw new RegistryError('DENIED', 'this form was sent by a page of another site')
}
