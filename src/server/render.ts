import { jsonReply, type Reply } from '../protocol/call.js'
import { RegistryError } from '../protocol/errors.js'

const largestBody = 1024

/**
 * An error as the reply that a client sees, in the envelope of distribution-spec 1.1 "Error Codes". At most 1 KiB:
 * a detail that would not fit is left out, and a message is cut.
 */
export function renderError(error: unknown): Reply {
  const { code, message, detail, status, headers } = known(error)
  const reply = jsonReply(status, { errors: [{ code, message, detail }] }, headers)
  if ((reply.body as Buffer).length <= largestBody) return reply
  return jsonReply(status, { errors: [{ code, message: message.slice(0, 256) }] }, headers)
}

/** The same for classic Helm repositories: clients of ChartMuseum print its `error`. */
export function renderChartError(error: unknown): Reply {
  const { code, message, status, headers } = known(error)
  const said = message.slice(0, 400)
  return jsonReply(status, { error: said, errors: [{ code, message: said }] }, headers)
}

const known = (error: unknown): RegistryError =>
  error instanceof RegistryError
    ? error
    : new RegistryError('UNKNOWN', 'the registry failed; its log says why', { cause: error })
