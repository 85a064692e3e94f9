import { jsonReply, type Reply } from '../protocol/call.js'
import { RegistryError } from '../protocol/errors.js'

const largestBody = 1024

/**
 * An error as the reply that a client sees, in the envelope of distribution-spec 1.1 "Error Codes". At most 1 KiB:
 * a detail that would not fit is left out, and a message is cut.
 */
export function renderError(error: unknown): Reply {
  const known =
    error instanceof RegistryError
      ? error
      : new RegistryError('UNKNOWN', 'the registry failed; its log says why', { cause: error })
  const { code, message, detail, status, headers } = known
  const reply = jsonReply(status, { errors: [{ code, message, detail }] }, headers)
  if ((reply.body as Buffer).length <= largestBody) return reply
  return jsonReply(status, { errors: [{ code, message: message.slice(0, 256) }] }, headers)
}
