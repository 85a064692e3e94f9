import type { Call } from '../../src/protocol/call.js'
import { RegistryError } from '../../src/protocol/errors.js'
import { suggestion } from '../../src/protocol/nearest.js'
import { badRequest } from './end.js'

const mostBytes = 256 << 10

/**
 * The JSON that a call came with; undefined for no body.
 * @throws RegistryError for another type, which a page of another site could send without being asked for permission,
 *   for a body that is too large, and for text that is no JSON.
 */
export async function readJson(call: Pick<Call, 'headers' | 'body'>): Promise<unknown> {
  const type = call.headers['content-type']
  if (type !== undefined && !/^application\/(?:[\w.-]+\+)?json *(?:;|$)/i.test(type)) throw wrongType()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of call.body) {
    size += chunk.length
    if (size > mostBytes) throw new RegistryError('BAD_REQUEST', 'a body is at most 256 KiB of JSON', { status: 413 })
    chunks.push(chunk)
  }
  if (size === 0) return undefined
  if (type === undefined) throw wrongType()
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown
  } catch (error) {
    throw badRequest(`the body is not JSON: ${(error as Error).message}`)
  }
}

const wrongType = (): RegistryError =>
  new RegistryError('BAD_REQUEST', 'send JSON, with Content-Type: application/json', { status: 415 })

/** The members of a body that may have some. @throws RegistryError for a body that is no object, and for other members. */
export function membersOf(body: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (body === undefined) return {}
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('the body must be a JSON object')
  const wrong = Object.keys(body).find((name) => !names.includes(name))
  if (wrong === undefined) return body as Readonly<Record<string, unknown>>
  const hint = suggestion(wrong, names) || `: there are ${names.join(', ')}`
  throw badRequest(`the body has no member ${JSON.stringify(wrong.slice(0, 80))}${hint}`)
}
