import type { IncomingHttpHeaders } from 'node:http'
import { RegistryError } from '../../protocol/errors.js'

/**
 * The boundary of a form of several parts (RFC 7578), or undefined for a body that is something else.
 * @throws RegistryError for a form without one.
 */
export function boundaryOf({ 'content-type': type = '' }: IncomingHttpHeaders): string | undefined {
  if (!/^multipart\/form-data\b/i.test(type)) return undefined
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;,]{1,70}))/i.exec(type) ?? []
  const boundary = quoted ?? bare
  if (boundary === undefined) throw malformed('the form has no boundary')
  return boundary
}

/** The parts of a form by the names of their fields. @throws RegistryError for what is none, and for two of a name. */
export function readForm(body: Buffer, boundary: string): ReadonlyMap<string, Buffer> {
  const fields = new Map<string, Buffer>()
  const delimiter = Buffer.from(`--${boundary}`)
  for (let at = startOf(body, delimiter); ;) {
    at += delimiter.length
    if (body.toString('latin1', at, at + 2) === '--') return fields
    const head = body.indexOf('\r\n\r\n', at)
    const end = body.indexOf(`\r\n--${boundary}`, head + 2)
    if (head < 0 || end < 0 || head - at > largestHead) throw malformed('a part of the form does not end')
    const name = nameOf(body.toString('utf8', at, head))
    if (fields.has(name)) throw malformed(`the form has two fields ${JSON.stringify(name.slice(0, 40))}`)
    fields.set(name, body.subarray(Math.min(head + 4, end), end))
    at = end + 2
  }
}

const largestHead = 16 << 10

function startOf(body: Buffer, delimiter: Buffer): number {
  const start = body.indexOf(delimiter)
  if (start >= 0) return start
  throw malformed('the form has no part')
}

function nameOf(head: string): string {
  const [, name] = /^content-disposition:\s*form-data\s*;(?:[^\r\n]*;)?\s*name="([^"\r\n]*)"/im.exec(head) ?? []
  if (name !== undefined) return name
  throw malformed('a part of the form has no name')
}

const malformed = (message: string): RegistryError => new RegistryError('BAD_REQUEST', message)
