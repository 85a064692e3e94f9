import { ClientError } from '../../src/client/errors.js'
import { RegistryError } from '../../src/protocol/errors.js'

/** What a recording does not know: neither that it was there nor that it was not. */
export class NotRecorded extends Error {
  constructor(repository: string, path: string, folder: string) {
    super(
      `not recorded: GET /v2/${repository}/${path} is not in ${folder}; record it with upstream: { url, record: '${folder}' }, or --upstream URL --record ${folder}`,
    )
    this.name = 'NotRecorded'
  }
}

/** Whether an upstream cannot answer now, so that an older answer is better than none. */
export const isDown = (error: unknown): boolean =>
  error instanceof ClientError &&
  (error.code === 'UNREACHABLE' ||
    (error.code === 'REFUSED' && (error.status === 429 || (error.status !== undefined && error.status >= 500))))

/**
 * What a client is told of what went wrong with an upstream; anything else comes back as it is. It never is a 404, which
 * would be taken for absence, nor a 401, which would be taken for a word about the client's own login.
 */
export function refusalOf(error: unknown): unknown {
  // Failed Dependency (RFC 4918 §11.4). helm and oras ask six times in seven seconds when it is 501, and podman does not
  // say what the error of any status above 499 says.
  if (error instanceof NotRecorded) return new RegistryError('UNKNOWN', error.message, { status: 424, cause: error })
  if (!(error instanceof ClientError)) return error
  const { code, status, retryAfter, message } = error
  const text = `upstream: ${message}`
  if (code === 'UNAUTHORIZED' || code === 'DENIED') return new RegistryError('DENIED', text, { cause: error })
  if (status === 429) {
    const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter }
    return new RegistryError('TOOMANYREQUESTS', text, { headers, cause: error })
  }
  return new RegistryError('UNKNOWN', text, { status: 502, cause: error })
}
