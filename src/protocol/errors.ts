/** The codes of `errorTable`. */
export type ErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'UNSUPPORTED'
  | 'TOOMANYREQUESTS'
  | 'TAG_INVALID'
  | 'PAGINATION_NUMBER_INVALID'
  | 'RANGE_INVALID'
  | 'NOT_FOUND'
  | 'BAD_REQUEST'
  | 'PRECONDITION_FAILED'
  | 'INSUFFICIENT_STORAGE'
  | 'UNAVAILABLE'
  | 'UNKNOWN'

/**
 * Every error code that the registry answers with, its HTTP status and its default message.
 * The first block is OCI distribution-spec 1.1 "Error Codes"; the second comes from the Docker Registry HTTP API V2
 * and from distribution, whose clients know them; the last is plain HTTP, for what no registry spec names.
 */
export const errorTable: Readonly<Record<ErrorCode, readonly [status: number, message: string]>> = {
  BLOB_UNKNOWN: [404, 'blob unknown to registry'],
  BLOB_UPLOAD_INVALID: [400, 'blob upload invalid'],
  BLOB_UPLOAD_UNKNOWN: [404, 'blob upload unknown to registry'],
  DIGEST_INVALID: [400, 'provided digest did not match uploaded content'],
  MANIFEST_BLOB_UNKNOWN: [400, 'manifest references a manifest or blob unknown to registry'],
  MANIFEST_INVALID: [400, 'manifest invalid'],
  MANIFEST_UNKNOWN: [404, 'manifest unknown to registry'],
  NAME_INVALID: [400, 'invalid repository name'],
  NAME_UNKNOWN: [404, 'repository name not known to registry'],
  SIZE_INVALID: [400, 'provided length did not match content length'],
  UNAUTHORIZED: [401, 'authentication required'],
  DENIED: [403, 'requested access to the resource is denied'],
  UNSUPPORTED: [405, 'the operation is unsupported'],
  TOOMANYREQUESTS: [429, 'too many requests'],

  TAG_INVALID: [400, 'invalid tag'],
  PAGINATION_NUMBER_INVALID: [400, 'invalid number of results requested'],
  RANGE_INVALID: [416, 'invalid content range'],

  NOT_FOUND: [404, 'no such page'],
  BAD_REQUEST: [400, 'malformed request'],
  PRECONDITION_FAILED: [412, 'the tag is not what the request said it must be'],
  INSUFFICIENT_STORAGE: [507, 'the registry has no room left'],
  UNAVAILABLE: [503, 'the registry is closing'],
  UNKNOWN: [500, 'unknown error'],
}

export interface ErrorOptions {
  /** Another status than the code's own, such as 413 with MANIFEST_INVALID. */
  readonly status?: number | undefined
  /** Machine-readable facts; kept small by whoever throws. */
  readonly detail?: unknown
  /** The upload session that the refusal tells of. */
  readonly upload?: { readonly id: string; readonly offset: number } | undefined
  /** Response headers that belong to the refusal: a challenge, a Range, an Allow. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** What failed underneath; never shown to a client. */
  readonly cause?: unknown
}

/** A refusal that a client is to see. Thrown anywhere, rendered in one place (server/render.ts). */
export class RegistryError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly detail: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly upload: ErrorOptions['upload']

  /** @param message What is wrong and what to do about it; the code's default message when left out. */
  constructor(code: ErrorCode, message?: string, options: ErrorOptions = {}) {
    const [status, text] = errorTable[code]
    super(message ?? text, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RegistryError'
    this.code = code
    this.status = options.status ?? status
    this.detail = options.detail
    this.headers = options.headers ?? {}
    this.upload = options.upload
  }
}

/** What a registry without the referrers API answers. oras-go takes a 404 for that, unless its code is NAME_UNKNOWN. */
export const noReferrersApi = (): RegistryError =>
  new RegistryError('NOT_FOUND', 'this registry has no referrers API: use the tag sha256-<hex> of the subject')
