import type { QuayVersion } from '../../profiles/quay.js'
import type { Call, Headers, Reply } from '../../protocol/call.js'
import { RegistryError } from '../../protocol/errors.js'
import { errorBody } from '../error-body.js'
import { htmlError } from '../html.js'
import { serverError, textReply } from './pages.js'

/** A refusal of Quay's v2 API, in the words of its endpoints/v2/errors.py. */
export class QuayError extends Error {
  readonly status: number
  readonly code: string
  readonly detail: unknown
  readonly headers: Headers

  constructor(
    status: number,
    code: string,
    message: string,
    { detail = {}, headers = {} }: { detail?: unknown; headers?: Headers } = {},
  ) {
    super(message)
    this.name = 'QuayError'
    this.status = status
    this.code = code
    this.detail = detail
    this.headers = headers
  }
}

/** A refusal that is a reply of another form than the envelope: HTML, text, or nothing at all. */
export class QuayAbort extends Error {
  readonly reply: Reply

  constructor(reply: Reply) {
    super(`answered with ${reply.status}`)
    this.name = 'QuayAbort'
    this.reply = reply
  }
}

/** The refusal of a manifest. */
export const manifestInvalid = (detail: unknown, status = 400): QuayError =>
  new QuayError(status, 'MANIFEST_INVALID', 'manifest invalid', { detail })

/** The function that tells errors as Quay does. */
export const quayRenderer =
  (version: QuayVersion) =>
  (error: unknown, call: Call): Reply => {
    if (error instanceof QuayAbort) return error.reply
    if (error instanceof QuayError) return envelope(error)
    return error instanceof RegistryError ? renderRegistryError(error, call, version) : serverError
  }

const envelope = ({ status, code, message, detail, headers }: QuayError): Reply =>
  textReply(status, errorBody(code, message, detail), headers, 'application/json')

const plain: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  BLOB_UNKNOWN: [404, 'BLOB_UNKNOWN', 'blob unknown to registry'],
  BLOB_UPLOAD_UNKNOWN: [404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry'],
  BLOB_UPLOAD_INVALID: [400, 'BLOB_UPLOAD_INVALID', 'blob upload invalid'],
  MANIFEST_UNKNOWN: [404, 'MANIFEST_UNKNOWN', 'manifest unknown'],
  NAME_UNKNOWN: [404, 'NAME_UNKNOWN', 'repository not found'],
  NAME_INVALID: [404, 'NAME_UNKNOWN', 'repository not found'],
}

/** What the handlers of the OCI API refuse, in Quay's words. */
function renderRegistryError(error: RegistryError, call: Call, version: QuayVersion): Reply {
  const { route } = call
  // A router that knows what tags and digests look like never lets the others through.
  if (error.code === 'NOT_FOUND' || (route.kind === 'invalid' && route.code !== 'NAME_INVALID')) {
    return htmlError(404, version)
  }
  if (error.code === 'UNSUPPORTED') return htmlError(405, version)
  if (route.kind === 'manifest') {
    const detail = manifestDetail(error, route.reference.digest !== undefined)
    if (detail) return envelope(manifestInvalid(detail))
  }
  // Quay knows no other word for an upload whose bytes are not what was said.
  const uploading = route.kind === 'upload' || route.kind === 'uploads'
  const code = uploading && uploadFaults.has(error.code) ? 'BLOB_UPLOAD_INVALID' : error.code
  const row = plain[code]
  if (row) return envelope(new QuayError(...row))
  if (error.status >= 500) return serverError
  // What admission refuses is nothing that Quay has a word for.
  return envelope(new QuayError(error.status, code === 'DENIED' ? code : 'INVALID_REQUEST', error.message))
}

const uploadFaults: ReadonlySet<string> = new Set(['DIGEST_INVALID', 'SIZE_INVALID'])

/** The detail of a manifest that is refused; there is none for a missing blob when it is put by digest. */
function manifestDetail({ code, message, detail }: RegistryError, byDigest: boolean): object | undefined {
  switch (code) {
    case 'DIGEST_INVALID':
      return { message: 'manifest digest mismatch' }
    case 'MANIFEST_INVALID':
      return { message: `failed to parse manifest: ${message}` }
    case 'MANIFEST_BLOB_UNKNOWN': {
      const [first] = (detail as { missing: readonly string[] }).missing
      return byDigest ? {} : { message: `Unknown blob \`${first}\`` }
    }
    default:
      return undefined
  }
}
